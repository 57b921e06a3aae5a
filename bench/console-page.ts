/** The console in Debian's Chromium: opened, used and measured as one person would. */
import { readFile } from 'node:fs/promises';

import { chromium } from '@playwright/test';
import type { Browser, Page } from '@playwright/test';

import { within } from '@ops/testkit/until.ts';

import config from '../playwright.config.ts';
import { CannotMeasure } from './benchmark.ts';
import type { Context } from './benchmark.ts';
import { percentile } from './health.ts';

/** As in the browser tests. */
const LAUNCH = config.use?.launchOptions ?? {};
const PROBE = new URL('console-probe.mjs', import.meta.url).pathname;
const FIRST_HOST_WITHIN_MS = 30_000;
const ANSWER_WITHIN_MS = 10_000;
const MB = 1e6;
const KIB = 1024;

export interface PageReading {
  readonly frameP95Ms: number;
  readonly frameMaxMs: number;
  readonly longTasks: number;
  readonly longestTaskMs: number;
  readonly layoutShift: number;
}

interface Seen {
  readonly frames: readonly number[];
  readonly longTasks: readonly number[];
  readonly shifts: readonly number[];
}

export interface ConsolePage {
  readonly page: Page;
  /** Milliseconds from the start of the navigation to the paint of the first host, with an empty cache. */
  firstHostMs(path: string): Promise<number>;
  open(path: string): Promise<void>;
  /** What the page saw while `act` went on. */
  watch(act: () => Promise<void>): Promise<PageReading>;
  /** Milliseconds from the input that `act` makes to the paint of another list. */
  answer(act: () => Promise<void>): Promise<number>;
  /** Private memory of the tab's process, and of it the heap of JavaScript after a collection, in MB. */
  memory(): Promise<{ readonly privateMb: number; readonly heapMb: number }>;
}

async function privateBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * KIB;
}

/** Of the tab: the largest of them, as Chromium keeps an empty spare one. */
async function tabBytes(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const tabs = processInfo.filter(({ type }) => type === 'renderer');
  return Math.max(0, ...(await Promise.all(tabs.map(({ id }) => privateBytes(id)))));
}

const hostAt = (of: Page): Promise<number> =>
  within(of.evaluate<number>('opsProbe.firstHost'), {
    within: FIRST_HOST_WITHIN_MS,
    what: 'a host on the page',
  });
const read = (of: Page): Promise<Seen> => of.evaluate<Seen>('opsProbe.read()');

/** @throws CannotMeasure without a Chromium */
export async function openConsole(url: string, context: Context): Promise<ConsolePage> {
  const browser = await chromium.launch(LAUNCH).catch((cause: unknown) => {
    throw new CannotMeasure(
      `Chromium is needed at ${LAUNCH.executablePath}: apt-get install chromium-headless-shell`,
      {
        cause,
      },
    );
  });
  context.lifecycle.onRelease('browser', () => browser.close());
  const options = { baseURL: url, locale: 'en-US', viewport: { width: 1440, height: 900 } };
  const signingIn = await browser.newContext(options);
  const login = await signingIn.request.post('/api/login', {
    data: { username: 'admin', password: 'admin123' },
  });
  if (!login.ok()) throw new Error(`sign-in failed: ${login.status()} ${await login.text()}`);
  const storageState = await signingIn.storageState();

  async function fresh(): Promise<Page> {
    const { newPage } = await browser
      .newContext({ ...options, storageState })
      .then((made) => ({ newPage: () => made.newPage() }));
    const made = await newPage();
    await made.addInitScript({ path: PROBE });
    return made;
  }

  const page = await fresh();
  return {
    page,
    async firstHostMs(path) {
      const other = await fresh();
      try {
        await other.goto(path, { waitUntil: 'commit' });
        return await hostAt(other);
      } finally {
        await other.context().close();
      }
    },
    async open(path) {
      await page.goto(path);
      await hostAt(page);
    },
    async watch(act) {
      await page.evaluate('opsProbe.reset()');
      await act();
      const { frames, longTasks, shifts } = await read(page);
      return {
        frameP95Ms: percentile(frames, 0.95),
        frameMaxMs: Math.max(0, ...frames),
        longTasks: longTasks.length,
        longestTaskMs: Math.max(0, ...longTasks),
        layoutShift: shifts.reduce((sum, shift) => sum + shift, 0),
      };
    },
    async answer(act) {
      await page.evaluate('opsProbe.arm()');
      await act();
      const answered = page.evaluate<number>('opsProbe.answered');
      return within(answered, { within: ANSWER_WITHIN_MS, what: 'another list' }).catch(
        async (cause: unknown) => {
          throw new Error(
            `no other list within ${ANSWER_WITHIN_MS} ms: ${await page.evaluate<string>('opsProbe.explain()')}`,
            { cause },
          );
        },
      );
    },
    async memory() {
      const session = await page.context().newCDPSession(page);
      await session.send('HeapProfiler.collectGarbage');
      const { usedSize } = await session.send('Runtime.getHeapUsage');
      await session.detach();
      return { privateMb: (await tabBytes(browser)) / MB, heapMb: usedSize / MB };
    },
  };
}
