/**
 * What one client costs its host.
 *
 * The REAL client, started through bin/ops-client, registered with the REAL server on this machine, with a heartbeat
 * every three seconds. Measured from outside: memory from /proc/<pid>/status at the end, CPU from /proc/<pid>/stat
 * over the whole time behind the first half minute. Beside it, at the same time, the floor: a bare Node process that
 * reads the same files of /proc and writes a frame of the same size as often. Where `npm run build` has made the single
 * file, that one is measured as well: it is what most hosts run.
 */
import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';

import { sleep, systemClock } from '@ops/runtime/clock.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { startProgram } from '@ops/testkit/child-program.ts';
import type { RunningProgram } from '@ops/testkit/child-program.ts';
import type { ProcessUsage } from '@ops/testkit/process-usage.ts';
import { startClient } from '@ops/testkit/start-client.ts';
import { startServer } from '@ops/testkit/start-server.ts';

import type { Benchmark, Context, Figure, Goal } from './benchmark.ts';

const HEARTBEAT_MS = 3_000;
/**
 * V8 tidies up once, half a minute after a program came to rest: 0.1 s of processor time, which of five minutes would be
 * more than a second in an hour.
 */
const WARM_UP_MS = 60_000;
const MB = 1e6;
const FROM_SOURCE = 'bin/ops-client';
const SINGLE_FILE = 'dist/ops-client';
const MIB = 1024 ** 2;
const HOUR_MS = 3_600_000;

const MAX_RSS_MB = 55;
const MAX_CPU_SECS_PER_HOUR = 2.2;

interface Reading {
  readonly usage: ProcessUsage;
  readonly cpuSecsPerHour: number;
}

function figures(prefix: string, { usage, cpuSecsPerHour }: Reading): Figure[] {
  return [
    { name: `${prefix}_rss_mb`, label: 'resident memory', value: usage.rssBytes / MB, unit: 'MB' },
    {
      name: `${prefix}_anonymous_mb`,
      label: '  of it anonymous',
      value: usage.anonymousBytes / MB,
      unit: 'MB',
    },
    { name: `${prefix}_cpu_secs_per_hour`, label: 'CPU in an hour', value: cpuSecsPerHour, unit: 's' },
    { name: `${prefix}_threads`, label: 'threads', value: usage.threads, unit: '' },
    { name: `${prefix}_open_files`, label: 'open files', value: usage.openFiles, unit: '' },
  ];
}

const inMib = ({ usage }: Reading): string =>
  `MB are 10^6 bytes; in MiB, as top shows them: ${(usage.rssBytes / MIB).toFixed(1)}`;

function goals(prefix: string, whose: string, { usage, cpuSecsPerHour }: Reading): Goal[] {
  return [
    {
      name: `${prefix}_rss`,
      label: `resident memory of the ${whose}`,
      value: usage.rssBytes / MB,
      unit: 'MB',
      limit: MAX_RSS_MB,
    },
    {
      name: `${prefix}_cpu`,
      label: `CPU of the ${whose} in an hour`,
      value: cpuSecsPerHour,
      unit: 's',
      limit: MAX_CPU_SECS_PER_HOUR,
    },
  ];
}

/** Starts a program that counts frames, and the bare client that sends them to it. */
async function startBareClient({ lifecycle }: Context): Promise<RunningProgram> {
  const floor = await startProgram({ file: 'bench/floor.mjs', args: ['answer'] });
  lifecycle.onRelease('floor', async () => void (floor.isRunning && (await floor.kill9())));
  const port = (await floor.line(/^floor listening tcp=(\d+)$/))[1]!;
  const bare = await startProgram({ file: 'bench/bare-client.mjs', args: [port, String(HEARTBEAT_MS)] });
  lifecycle.onRelease('bare client', async () => void (bare.isRunning && (await bare.kill9())));
  await bare.line(/bare client connected/);
  return bare;
}

/** CPU and memory of several programs over the same time. */
async function measure(programs: readonly RunningProgram[], ms: number): Promise<Reading[]> {
  const look = () => Promise.all(programs.map((program) => program.usage()));
  const before = await look();
  const start = systemClock.mono();
  await sleep(systemClock, ms);
  const after = await look();
  const took = systemClock.mono() - start;
  return after.map((usage, i) => ({
    usage,
    cpuSecsPerHour: ((usage.cpuMs - before[i]!.cpuMs) * HOUR_MS) / took / 1000,
  }));
}

export const footprintBenchmark: Benchmark<'minutes'> = {
  summary: 'memory and CPU of one client beside a bare Node process with the same job',
  options: {
    minutes: {
      default: 5,
      min: 1,
      max: 1440,
      meaning: 'minutes that are measured, behind half a minute of warm-up',
    },
  },
  async run({ minutes }, context) {
    const secret = systemRandom.bytes(32).toString('hex');
    const server = await startServer({ secret, file: 'bin/ops-server', env: { OPS_LOG_LEVEL: 'warn' } });
    context.lifecycle.onRelease('server', () => server[Symbol.asyncDispose]());
    const startOne = async (file: string): Promise<RunningProgram> => {
      const env = { OPS_HEARTBEAT_INTERVAL: String(HEARTBEAT_MS / 1000) };
      const client = await startClient({ server: { port: server.tcpPort }, secret, file, env });
      context.lifecycle.onRelease(file, () => client[Symbol.asyncDispose]());
      return client.program;
    };
    const client = await startOne(FROM_SOURCE);
    const bare = await startBareClient(context);
    const single = existsSync(SINGLE_FILE) ? [await startOne(SINGLE_FILE)] : [];
    context.say(`clients and bare process run: ${minutes} min are measured after ${WARM_UP_MS / 1000} s`);
    await sleep(systemClock, WARM_UP_MS);
    const [own, floor, shipped] = await measure([client, bare, ...single], minutes * 60_000);
    const notBuilt = 'ops-client as a single file: not there, npm run build makes it';
    return {
      sections: [
        {
          title: `ops-client from source, a heartbeat every 3 s, ${minutes} min`,
          figures: figures('client', own!),
          notes: [inMib(own!), ...(shipped ? [] : [notBuilt])],
        },
        ...(shipped
          ? [
              {
                title: 'ops-client as a single file',
                figures: figures('single', shipped),
                notes: [inMib(shipped)],
              },
            ]
          : []),
        { title: 'Floor: bare Node process with the same job', figures: figures('floor', floor!) },
        {
          title: 'Machine',
          figures: [{ name: 'load', label: 'load average', value: loadavg()[0] ?? 0, unit: '' }],
        },
      ],
      goals: [
        ...goals('goal', 'client', own!),
        ...(shipped ? goals('goal_single', 'client as a single file', shipped) : []),
      ],
    };
  },
};
