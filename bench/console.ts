/**
 * How the overview feels in a real browser with a fleet behind it: the real server, N simulated clients over real TCP
 * in a process of their own, and Debian's Chromium, which draws without a graphics card. All three share the machine.
 */
import { loadavg } from 'node:os';

import { sleep, systemClock } from '@ops/runtime/clock.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { startServer } from '@ops/testkit/start-server.ts';

import { buildConsoleIfStale } from '../scripts/console-build.ts';
import type { Benchmark, Context, Figure, Goal, Section } from './benchmark.ts';
import { openConsole } from './console-page.ts';
import type { ConsolePage, PageReading } from './console-page.ts';
import { ALL_IN_WITHIN_MS } from './fleet-server.ts';
import { percentile } from './health.ts';
import { openFilesPrefix } from './open-files.ts';
import { startRemoteFleet } from './remote-fleet.ts';

const INTERVAL_MS = 3000;
/** Between two interactions: what the one before set off is over. */
const PAUSE_MS = 400;
const FIRST_PAINTS = 5;
const ROUNDS = 5;
const SCROLL_STEPS = 60;
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
async function interactions(overview: ConsolePage): Promise<Record<string, number[]>> {
  const { page } = overview;
  const answer = (act: () => Promise<void>): Promise<number> => overview.answer(act);
  await overview.open('/?view=table');
  const filter = page.getByRole('searchbox');
  const times: Record<string, number[]> = { typing: [], clearing: [], sorting: [], 'another view': [] };
  for (let round = 0; round < ROUNDS; round++) {
    await filter.focus();
    // In no address all of them come from.
    for (const key of ['9', '5', '6'])
      times['typing']!.push(...(await repeat(1, () => answer(() => page.keyboard.press(key)))));
    times['clearing']!.push(...(await repeat(1, () => answer(() => page.keyboard.press('Escape')))));
    for (const column of ['Memory', 'Host name']) {
      const press = () => page.getByRole('button', { name: column, exact: true }).click();
      times['sorting']!.push(...(await repeat(1, () => answer(press))));
    }
    for (const view of ['Cards', 'Heat map', 'Table']) {
      const press = () => page.getByRole('radio', { name: view, exact: true }).check({ force: true });
      times['another view']!.push(...(await repeat(1, () => answer(press))));
    }
  }
  return times;
}

/** The wheel, through a good part of the list, down and up again. */
async function scroll({ page }: ConsolePage): Promise<void> {
  await page.mouse.move(700, 600);
  for (const direction of [1, -1]) {
    for (let step = 0; step < SCROLL_STEPS; step++) {
      await page.mouse.wheel(0, direction * 600);
      await sleep(systemClock, SCROLL_PAUSE_MS);
    }
  }
}

async function withFleet<T>(
  clients: number,
  context: Context,
  measure: (overview: ConsolePage) => Promise<T>,
): Promise<T> {
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
  const measured = await measure(overview);
  await overview.page.context().browser()?.close();
  await fleet.stop();
  await server[Symbol.asyncDispose]();
  return measured;
}

type Row = readonly [name: string, label: string, value: number, unit: Figure['unit']];

function figures(prefix: string, rows: readonly Row[]): Figure[] {
  return rows.map(([name, label, value, unit]) => ({ name: `${prefix}_${name}`, label, value, unit }));
}

function pageRows(name: string, label: string, reading: PageReading): Row[] {
  return [
    [`${name}_frame_p95_ms`, `${label}: frame p95`, reading.frameP95Ms, 'ms'],
    [`${name}_frame_max_ms`, `${label}: frame max`, reading.frameMaxMs, 'ms'],
    [`${name}_long_tasks`, `${label}: tasks over 50 ms`, reading.longTasks, ''],
    [`${name}_longest_task_ms`, `${label}: longest of them`, reading.longestTaskMs, 'ms'],
    [`${name}_layout_shift`, `${label}: layout shift`, reading.layoutShift, ''],
  ];
}

function goal(name: string, label: string, value: number, unit: Figure['unit'], limit: number): Goal {
  return { name: `goal_${name}`, label, value, unit, limit };
}

interface Measured {
  readonly section: Section;
  readonly goals: readonly Goal[];
}

function measureFleet(clients: number, secs: number, context: Context): Promise<Measured> {
  const prefix = `with_${clients}`;
  return withFleet(clients, context, async (overview) => {
    const rows: Row[] = [];
    const goals: Goal[] = [];

    context.say(`${clients}: first paint`);
    for (const view of ['cards', 'table']) {
      const times = await repeat(FIRST_PAINTS, () => overview.firstHostMs(`/?view=${view}`));
      const median = percentile(times, 0.5);
      rows.push([`first_paint_${view}_ms`, `first paint of hosts, ${view}, median`, median, 'ms']);
      rows.push([`first_paint_${view}_max_ms`, '  worst', Math.max(...times), 'ms']);
      const label = `${clients}: first paint, ${view}`;
      goals.push(goal(`${prefix}_first_paint_${view}`, label, median, 'ms', MAX_FIRST_PAINT_MS));
    }

    context.say(`${clients}: typing, sorting, other views`);
    const answers = await interactions(overview);
    for (const [name, times] of Object.entries(answers)) {
      const median = percentile(times, 0.5);
      const key = name.replace(' ', '_');
      rows.push([`${key}_p50_ms`, `${name}, input to paint, p50`, median, 'ms']);
      rows.push([`${key}_max_ms`, '  worst', Math.max(...times), 'ms']);
      goals.push(goal(`${prefix}_${key}`, `${clients}: ${name}, p50`, median, 'ms', MAX_ANSWER_MS));
    }

    for (const view of VIEWS) {
      context.say(`${clients}: ${view}, ${secs} s with nobody touching it, then scrolled`);
      await overview.open(`/?view=${view}`);
      await sleep(systemClock, INTERVAL_MS);
      const steady = await overview.watch(() => sleep(systemClock, secs * 1000));
      const scrolled = await overview.watch(() => scroll(overview));
      const memory = await overview.memory();
      rows.push(...pageRows(`${view}_steady`, `${view}, untouched`, steady));
      rows.push(...pageRows(`${view}_scrolled`, `${view}, scrolled`, scrolled));
      rows.push([`${view}_private_mb`, `${view}: private memory of the tab`, memory.privateMb, 'MB']);
      rows.push([`${view}_heap_mb`, '  of it the heap of JavaScript', memory.heapMb, 'MB']);
      const goalOf = (name: string, label: string, value: number, unit: Figure['unit'], limit: number) =>
        goals.push(goal(`${prefix}_${view}_${name}`, `${clients}: ${view}, ${label}`, value, unit, limit));
      goalOf('layout_shift', 'layout shift', steady.layoutShift, '', 0);
      goalOf('longest_task', 'longest task', steady.longestTaskMs, 'ms', MAX_LONG_TASK_MS);
      goalOf('scrolled_frame', 'frame p95, scrolled', scrolled.frameP95Ms, 'ms', MAX_FRAME_MS);
      goalOf('scrolled_task', 'longest task, scrolled', scrolled.longestTaskMs, 'ms', MAX_LONG_TASK_MS);
      goalOf('memory', 'private memory', memory.privateMb, 'MB', MAX_TAB_MB);
    }
    rows.push(['load', 'load average of the machine', loadavg()[0] ?? 0, '']);
    const title = `The overview with ${clients} hosts, each reporting every ${INTERVAL_MS / 1000} s`;
    return { section: { title, figures: figures(prefix, rows) }, goals };
  });
}

export const consoleBenchmark: Benchmark<'clients' | 'many' | 'seconds'> = {
  summary: 'how fast and how smooth the overview is in Chromium with a fleet behind it',
  options: {
    clients: { default: 1000, min: 100, max: 60_000, meaning: 'simulated clients' },
    many: { default: 10_000, min: 0, max: 60_000, meaning: 'simulated clients of a second run; 0 for none' },
    seconds: { default: 30, min: 1, max: 3600, meaning: 'seconds each view is left alone' },
  },
  async run({ clients, many, seconds }, context) {
    await buildConsoleIfStale();
    const runs = [await measureFleet(clients, seconds, context)];
    if (many > 0) runs.push(await measureFleet(many, seconds, context));
    return { sections: runs.map(({ section }) => section), goals: runs.flatMap(({ goals }) => goals) };
  },
};
