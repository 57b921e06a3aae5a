/**
 * A process of its own for P21: starts and stops server and client many times, makes every start-up step fail in turn,
 * and tells what is left. Arguments: directory, how often.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { loadServerConfig } from '@ops/server/config.ts';
import { startServer } from '@ops/server/server.ts';
import type { RunningServer } from '@ops/server/server.ts';
import { sleep, systemClock } from '@ops/runtime/clock.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import type { Random } from '@ops/runtime/random.ts';
import { until, within } from '@ops/testkit/until.ts';

import type { StartStopReport } from './start-stop-report.ts';

const STOP_WITHIN_MS = 10_000;
const SETTLE_MS = 5_000;
/** More steps than a start has. */
const MAX_STEPS = 200;

class Planted extends Error {}

const [directory = '', times = '10'] = process.argv.slice(2);
let hung = 0;
let failures = 0;
let starts = 0;

interface Parts {
  readonly clock: Clock;
  readonly random: Random;
  /** The start is over: nothing fails any more. */
  readonly disarm: () => void;
}

const SOUND: Parts = { clock: systemClock, random: systemRandom, disarm: () => undefined };

/**
 * The writer begins a commit in a microtask of its own, where nobody could catch what a clock throws. That commits fail is
 * P9b's.
 */
const ofWriter = (): boolean => new Error('where').stack!.includes('/write-queue.ts');

/** Clock and chance whose n-th use throws. */
function failingAt(step: number): Parts {
  let uses = 0;
  let armed = true;
  let over = false;
  /** What a timer does is no step of the start, however long that takes: nobody could catch what it throws. */
  const ofTimer = (call: () => void) => () => {
    const before = armed;
    armed = false;
    call();
    armed = before && !over;
  };
  const count = <T>(value: T): T => {
    if (!armed || ofWriter()) return value;
    if (++uses === step) throw new Planted(`step ${step}`);
    return value;
  };
  return {
    disarm: () => {
      over = true;
      armed = false;
    },
    clock: {
      wall: () => count(systemClock.wall()),
      mono: () => count(systemClock.mono()),
      after: (ms, call) => (count(0), systemClock.after(ms, ofTimer(call))),
      every: (ms, call) => (count(0), systemClock.every(ms, ofTimer(call))),
    },
    random: {
      bytes: (size) => count(systemRandom.bytes(size)),
      uuid: () => count(systemRandom.uuid()),
      unit: () => count(systemRandom.unit()),
    },
  };
}

async function config(name: string) {
  const data = join(directory, name);
  const env = {
    OPS_TCP_PORT: '0',
    OPS_HTTP_PORT: '0',
    OPS_DATA_DIR: data,
    OPS_LOG_DIR: join(directory, 'logs'),
    OPS_ADMIN_PASSWORD: 'a password for the proofs 42',
  };
  const loaded = await loadServerConfig({ argv: [], env, cwd: directory });
  if (loaded.kind !== 'settings') throw new Error('not settings');
  return loaded.values;
}

async function end(server: RunningServer): Promise<void> {
  try {
    await within(server.stop(), { within: STOP_WITHIN_MS, what: 'the server to stop' });
    // Twice is harmless.
    await within(server.stop(), { within: STOP_WITHIN_MS, what: 'the server to stop again' });
  } catch {
    hung++;
  }
}

async function once(name: string, { disarm, ...parts }: Parts): Promise<'started' | 'failed'> {
  const needs = { config: await config(name), log: silentLog, accessLog: silentLog, ...parts };
  let server: RunningServer;
  try {
    server = await startServer(needs);
  } catch (cause) {
    let error: unknown = cause;
    while (error instanceof Error && !(error instanceof Planted)) error = error.cause;
    if (!(error instanceof Planted)) throw cause;
    return 'failed';
  } finally {
    disarm();
  }
  await end(server);
  return 'started';
}

function handles(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

const count = async (path: string): Promise<number> => (await readdir(path)).length;

// The product's timers do not keep a process alive.
setInterval(() => undefined, 60_000);
// What is loaded and made once stays; only what comes after is looked at.
await once('data', SOUND);
await sleep(systemClock, 200);
const before = {
  handles: handles(),
  files: await count('/proc/self/fd'),
  threads: await count('/proc/self/task'),
};

for (let i = 0; i < Number(times); i++) {
  await once('data', SOUND);
  starts++;
}
for (let step = 1; step <= MAX_STEPS; step += Number(times) >= 100 ? 1 : 3) {
  if ((await once('data', failingAt(step))) === 'started') break;
  failures++;
}

const more = (): string[] =>
  [...handles()].flatMap(([kind, now]) => {
    const extra = now - (before.handles.get(kind) ?? 0);
    return extra > 0 ? [`${extra} × ${kind}`] : [];
  });
await until(async () => more().length === 0 && (await count('/proc/self/fd')) <= before.files, {
  within: SETTLE_MS,
  what: 'everything to be released',
}).catch(() => undefined);
// Looking into a directory is a request of its own.
await sleep(systemClock, 100);
const left = more();
const report: StartStopReport = {
  starts,
  failures,
  left,
  filesLeft: Math.max(0, (await count('/proc/self/fd')) - before.files),
  threadsLeft: Math.max(0, (await count('/proc/self/task')) - before.threads),
  hung,
};
console.log(`report ${JSON.stringify(report)}`);
process.exit(0);
