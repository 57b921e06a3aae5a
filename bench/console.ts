/**
 * How the overview feels in a real browser with a fleet behind it: the real server, N simulated clients over real TCP
 * in a process of their own, and Debian's Chromium, which draws without a graphics card. All three share the machine.
 */
import { sleep, systemClock } from '@ops/runtime/clock.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { startServer } from '@ops/testkit/start-server.ts';

import { buildConsoleIfStale } from '../scripts/console-build.ts';
import type { Benchmark, Context, Report } from './benchmark.ts';
import { openConsole } from './console-page.ts';
import type { ConsolePage, PageReading } from './console-page.ts';
import { ALL_IN_WITHIN_MS } from './fleet-server.ts';
import { percentile } from './health.ts';
import { openFilesPrefix } from './open-files.ts';
import { createRecord } from './record.ts';
import type { FigureRecord } from './record.ts';
import { startRemoteFleet } from './remote-fleet.ts';

const INTERVAL_MS = 3000;
/** Between two interactions: what the one before set off is over. */
const PAUSE_MS = 400;
const FIRST_PAINTS = 5;
const ROUNDS = 3;
/**
 * The wheel through a part of the list, down and up again: turned as a person reads (2,400 pixels a second), and flung
 * (12,000: each frame is a screen of other hosts), which is told and has no limit.
 */
const TURNED = { pixels: 120, steps: 75 };
const FLUNG = { pixels: 600, steps: 45 };
const SCROLL_PAUSE_MS = 50;

const MAX_FIRST_PAINT_MS = 1000;
const MAX_ANSWER_MS = 100;
const MAX_LONG_TASK_MS = 100;
/** Two frames of sixty a second: one may be left out. */
const MAX_FRAME_MS = 34;
const MAX_TAB_MB = 250;

const VIEWS = ['cards', 'table', 'map'] as const;

const pause = (): Promise<void> => sleep(systemClock, PAUSE_MS);

async function repeat(times: number, act: () => Promise<number>): Promise<number[]> {
  const measured: number[] = [];
  for (let round = 0; round < times; round++) {
    measured.push(await act());
    await pause();
  }
  return measured;
}

/** Typing, sorting, another view: each from the input to the paint of another list. */
async function interactions(overview: ConsolePage, record: FigureRecord): Promise<void> {
  const { page } = overview;
  await overview.open('/?view=table');
  const filter = page.getByRole('searchbox');
  const press = (key: string) => () => page.keyboard.press(key);
  const column = (name: string) => () => page.getByRole('button', { name, exact: true }).click();
  const view = (name: string) => () => page.getByRole('radio', { name, exact: true }).check({ force: true });
  const inputs: Readonly<Record<string, readonly (() => Promise<void>)[]>> = {
    // In no address all of them come from.
    typing: ['9', '5', '6'].map(press),
    clearing: [press('Escape')],
    sorting: ['Memory', 'Host name'].map(column),
    'another view': ['Cards', 'Heat map', 'Table'].map(view),
  };
  const times = new Map<string, number[]>();
  try {
    for (let round = 0; round < ROUNDS; round++) {
      await filter.focus();
      for (const [name, acts] of Object.entries(inputs)) {
        for (const [nth, act] of acts.entries()) {
          const took = await overview.answer(act).catch((cause: unknown) => {
            const why = cause instanceof Error ? cause.message : String(cause);
            throw new Error(`${name} ${nth + 1} of round ${round + 1}: ${why}`, { cause });
          });
          times.set(name, [...(times.get(name) ?? []), took]);
          await pause();
        }
      }
    }
  } finally {
    for (const [name, measured] of times) {
      const key = name.replace(' ', '_');
      const median = percentile(measured, 0.5);
      record.figure(`${key}_p50_ms`, `${name}, input to paint, p50`, median, 'ms', MAX_ANSWER_MS);
      record.figure(`${key}_max_ms`, `${name}, worst of ${measured.length}`, Math.max(...measured), 'ms');
    }
  }
}

async function scroll({ page }: ConsolePage, { pixels, steps }: typeof TURNED): Promise<void> {
  await page.mouse.move(700, 600);
  for (const direction of [1, -1]) {
    for (let step = 0; step < steps; step++) {
      await page.mouse.wheel(0, direction * pixels);
      await sleep(systemClock, SCROLL_PAUSE_MS);
    }
  }
}

async function withFleet(
  clients: number,
  context: Context,
  measure: (overview: ConsolePage) => Promise<void>,
): Promise<void> {
  const prefix = await openFilesPrefix(clients);
  const secret = systemRandom.bytes(32).toString('hex');
  const server = await startServer({
    secret,
    prefix,
    file: 'bin/ops-server',
    env: { OPS_MAX_CONNECTIONS: String(clients + 100), OPS_LOG_LEVEL: 'warn' },
  });
  context.lifecycle.onRelease('server', () => server[Symbol.asyncDispose]());
  context.say(`${clients} clients come in`);
  const fleet = await startRemoteFleet(
    { port: server.tcpPort, clients, secret, intervalMs: INTERVAL_MS },
    context,
    prefix,
  );
  await fleet.allReady(ALL_IN_WITHIN_MS);
  await sleep(systemClock, 2 * INTERVAL_MS);
  const overview = await openConsole(server.url, context);
  await measure(overview);
  await overview.page.context().browser()?.close();
  await fleet.stop();
  await server[Symbol.asyncDispose]();
}

function recordPage(
  record: FigureRecord,
  name: string,
  label: string,
  reading: PageReading,
  limits: { readonly frameMs?: number; readonly taskMs?: number; readonly shift?: number },
): void {
  record.figure(`${name}_frame_p95_ms`, `${label}: frame p95`, reading.frameP95Ms, 'ms', limits.frameMs);
  record.figure(`${name}_frame_max_ms`, `${label}: frame max`, reading.frameMaxMs, 'ms');
  record.figure(`${name}_long_tasks`, `${label}: tasks over 50 ms`, reading.longTasks, '');
  const longest = reading.longestTaskMs;
  record.figure(`${name}_longest_task_ms`, `${label}: longest task`, longest, 'ms', limits.taskMs);
  record.figure(`${name}_layout_shift`, `${label}: layout shift`, reading.layoutShift, '', limits.shift);
}

async function measureView(
  overview: ConsolePage,
  view: string,
  secs: number,
  record: FigureRecord,
): Promise<void> {
  await overview.open(`/?view=${view}`);
  await sleep(systemClock, INTERVAL_MS);
  const steady = await overview.watch(() => sleep(systemClock, secs * 1000));
  recordPage(record, `${view}_steady`, `${view}, untouched`, steady, { taskMs: MAX_LONG_TASK_MS, shift: 0 });
  const scrolled = await overview.watch(() => scroll(overview, TURNED));
  const smooth = { frameMs: MAX_FRAME_MS, taskMs: MAX_LONG_TASK_MS };
  recordPage(record, `${view}_scrolled`, `${view}, scrolled`, scrolled, smooth);
  const flung = await overview.watch(() => scroll(overview, FLUNG));
  recordPage(record, `${view}_flung`, `${view}, flung`, flung, {});
  const memory = await overview.memory();
  const { privateMb, heapMb } = memory;
  record.figure(`${view}_private_mb`, `${view}: private memory of the tab`, privateMb, 'MB', MAX_TAB_MB);
  record.figure(`${view}_heap_mb`, `${view}: heap of JavaScript`, heapMb, 'MB');
}

async function measureFleet(clients: number, secs: number, context: Context): Promise<Report> {
  const record = createRecord(`with_${clients}`, `${clients} hosts`, context);
  await record.step('coming in', () =>
    withFleet(clients, context, async (overview) => {
      for (const view of ['cards', 'table']) {
        await record.step(`first paint, ${view}`, async () => {
          const times = await repeat(FIRST_PAINTS, () => overview.firstHostMs(`/?view=${view}`));
          const [name, label] = [`first_paint_${view}`, `first paint of hosts, ${view}`];
          record.figure(`${name}_ms`, `${label}, median`, percentile(times, 0.5), 'ms', MAX_FIRST_PAINT_MS);
          record.figure(`${name}_max_ms`, `${label}, worst`, Math.max(...times), 'ms');
        });
      }
      await record.step('typing, sorting, other views', () => interactions(overview, record));
      for (const view of VIEWS) {
        await record.step(`${view}, ${secs} s with nobody touching it, then scrolled`, () =>
          measureView(overview, view, secs, record),
        );
      }
    }),
  );
  return record.report(`The overview with ${clients} hosts, each reporting every ${INTERVAL_MS / 1000} s`);
}

export const consoleBenchmark: Benchmark<'clients' | 'many' | 'seconds'> = {
  summary: 'how fast and how smooth the overview is in Chromium with a fleet behind it',
  options: {
    clients: { default: 1000, min: 100, max: 60_000, meaning: 'simulated clients' },
    many: { default: 10_000, min: 0, max: 60_000, meaning: 'simulated clients of a second run; 0 for none' },
    seconds: { default: 10, min: 1, max: 3600, meaning: 'seconds each view is left alone' },
  },
  async run({ clients, many, seconds }, context) {
    await buildConsoleIfStale();
    const runs = [await measureFleet(clients, seconds, context)];
    if (many > 0) runs.push(await measureFleet(many, seconds, context));
    return {
      sections: runs.flatMap(({ sections }) => sections),
      goals: runs.flatMap(({ goals }) => goals),
      failures: runs.flatMap(({ failures = [] }) => failures),
    };
  },
};
