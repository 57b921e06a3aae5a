/**
 * The vocabulary of the browser tests: a real server with a real client of this host and one hostile client, a page
 * that must not complain, and the few things a person does.
 */
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { test as base, expect } from '@playwright/test';
import type { Locator, Page } from '@playwright/test';

import { startClient } from '@ops/testkit/start-client.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';

import { JOURNEYS } from './journeys.ts';

export { expect };

export const SECRET = 'a secret for the browser tests, long enough';
/** The host of the tests as a person would look for it. */
export const LABEL = 'env=e2e';
/** The system page with this host alone: others, left by earlier tests, may stand before it. */
export const OURS = `/?q=${encodeURIComponent(LABEL)}`;

/** A script that the server and this host allow: it counts for half a minute. */
export function slowScript(server: Pick<RunningServer, 'directory'>): string {
  return join(server.directory, '../scripts/slow.sh');
}

async function writeSlowScript(path: string): Promise<void> {
  await mkdir(dirname(path), { mode: 0o755 });
  const lines = ['for step in $(seq 100); do', '  echo "step $step"', '  sleep 0.3', 'done', ''];
  await writeFile(path, lines.join('\n'), { mode: 0o644 });
}

interface WorkerFixtures {
  /** Authentication on; one client of this very machine is connected. */
  readonly server: RunningServer;
}

interface Fixtures {
  readonly language: 'zh' | 'en';
  readonly console: Console;
}

/** What a person does on any page. */
interface Console {
  readonly page: Page;
  open(path?: string): Promise<void>;
  signIn(password?: string): Promise<void>;
  /** The card of a client on the system page, by anything that is written on it. */
  card(text: string): Locator;
  /** No accessibility fault by WCAG 2 A and AA. */
  expectAccessible(): Promise<void>;
  /** Nothing is wider than the screen. */
  expectNoSidewaysScroll(): Promise<void>;
}

export const WORDS = {
  zh: { username: '用户名', password: '密码', signIn: '登录', system: '系统信息' },
  en: { username: 'User name', password: 'Password', signIn: 'Sign in', system: 'Systems' },
} as const;

export const test = base.extend<Fixtures, WorkerFixtures>({
  server: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads which fixtures are needed from the pattern
    async ({}, use) => {
      await using place = await tempDirectory('e2e');
      const directory = join(place.path, 'server');
      await writeSlowScript(slowScript({ directory }));
      const env = { OPS_ALLOWED_SCRIPT_DIRS: dirname(slowScript({ directory })) };
      await using server = await startServer({ directory, secret: SECRET, env });
      const client = await startClient({
        server: { port: server.tcpPort },
        secret: SECRET,
        env: { ...env, OPS_LABELS: LABEL, OPS_HEARTBEAT_INTERVAL: '1' },
      });
      await use(server);
      await client[Symbol.asyncDispose]();
    },
    { scope: 'worker', timeout: 120_000 },
  ],

  language: ['zh', { option: true }],
  locale: async ({ language }, use) => use(language === 'zh' ? 'zh-CN' : 'en-US'),
  baseURL: async ({ server }, use) => use(server.url),

  console: async ({ page, language }, use) => {
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // 401 is how a page learns that nobody has signed in, 404 what a wrong address gets, 409 what somebody else was
      // quicker with; the browser calls them all errors.
      const expected = /status of (401|404|409)/.test(message.text());
      if (message.type() === 'error' && !expected)
        complaints.push(`${message.text()} (${message.location().url})`);
    });
    const words = WORDS[language];
    await use({
      page,
      async open(path = '/') {
        await page.goto(path);
      },
      async signIn(password = 'admin123') {
        await page.goto('/');
        await page.getByLabel(words.username).fill('admin');
        await page.getByLabel(words.password, { exact: true }).fill(password);
        await page.getByRole('button', { name: words.signIn, exact: true }).click();
        await expect(page.getByRole('heading', { name: words.system, level: 1 })).toBeAttached();
      },
      card: (text) => page.getByRole('article').filter({ hasText: text }),
      expectAccessible: () => expectAccessible(page),
      async expectNoSidewaysScroll() {
        const root = 'document.documentElement';
        const beyond = await page.evaluate<number>(`${root}.scrollWidth - ${root}.clientWidth`);
        expect(beyond).toBeLessThanOrEqual(0);
      },
    });
    expect(complaints, 'what the browser complained about, CSP included').toEqual([]);
  },
});

const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
/** WCAG 2 A and AA, and the one rule of it that has to do with colours. */
const RULES = {
  all: ['wcag2a', 'wcag2aa', 'wcag21aa'],
  colours: { type: 'rule', values: ['color-contrast'] },
} as const;

/** What fades has done so: on its way a colour is neither the one nor the other. */
const FADED = `Promise.allSettled(document.getAnimations()
  .filter(({ effect }) => effect.getComputedTiming().endTime < Infinity).map(({ finished }) => finished)).then(() => undefined)`;

/** No accessibility fault. */
async function expectAccessible(
  page: Page,
  { state = '', rules = 'all' }: { readonly state?: string; readonly rules?: keyof typeof RULES } = {},
): Promise<void> {
  const options = JSON.stringify({ runOnly: RULES[rules], resultTypes: ['violations'], preload: false });
  // To read it takes longer than a look: once for each document.
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(AXE);
  await page.evaluate(FADED);
  const told = await page.evaluate<string[]>(
    `axe.run(${options}).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
  );
  expect(told, state).toEqual([]);
}

/** The scheme that is shown. What follows it by itself does so in the next frame. */
const SHOWN_SCHEME = `(async () => {
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  return document.documentElement.dataset.mantineColorScheme;
})()`;

/** No accessibility fault, in light and, as far as colours go, in dark. @param state what is looked at, for whoever reads of a fault */
export async function inBothSchemes({ page }: Pick<Console, 'page'>, state?: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, on one page
    // Without motion: a measure of a colour that fades is of neither.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // oxlint-disable-next-line no-await-in-loop
    await expect.poll(() => page.evaluate<string>(SHOWN_SCHEME)).toBe(colorScheme);
    // oxlint-disable-next-line no-await-in-loop
    await expectAccessible(page, {
      ...(state !== undefined && { state }),
      rules: colorScheme === 'light' ? 'all' : 'colours',
    });
  }
}

/**
 * The same journeys in both languages: Chinese on the desk, English (whose words are longer) on the phone. The other two
 * pairs would walk the same code again; what they could spoil is the layout, and `onEveryScreen` looks at that.
 */
export function inBothLanguages(tests: (language: 'zh' | 'en') => void): void {
  for (const language of ['zh', 'en'] as const) {
    test.describe(language, { tag: JOURNEYS[language] }, () => {
      test.use({ language });
      tests(language);
    });
  }
}

/** Each language on the desk and on the phone. */
export function onEveryScreen(tests: (language: 'zh' | 'en') => void): void {
  for (const language of ['zh', 'en'] as const) {
    test.describe(language, () => {
      test.use({ language });
      tests(language);
    });
  }
}
