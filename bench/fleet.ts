/**
 * How much one server costs with a whole fleet on it.
 *
 * Three processes: this one, the REAL server as bin/ops-server starts it (authentication on, frame MACs, its
 * database in a temporary directory), and one with N simulated clients over real TCP that each send a sample of about 25 readings in every
 * interval. Measured from outside, over a window after all are in and warm: CPU from /proc/<pid>/stat (all threads),
 * memory from /proc/<pid>/status, frames and round trips as the clients see them, the event loop by a probe that is
 * loaded into the process (loop-probe.ts) and is read for the window alone. Then the server is killed with SIGKILL,
 * started again, and it is timed until /health answers and until all clients are registered again.
 *
 * Beside it, in the same run, the floor: a bare Node server that only counts the very same frames from as many
 * connections at the same rate, and a second one that also answers each frame with one of an acknowledgement's size.
 */
import type { Benchmark, Figure, Goal, Section } from './benchmark.ts';
import { measureFloor } from './fleet-floor.ts';
import { measureServer } from './fleet-server.ts';
import type { Return, ServerReading } from './fleet-server.ts';
import { openFilesPrefix } from './open-files.ts';
import type { WindowReading } from './window.ts';

const MAX_CPU_RATIO = 3;
const MAX_RSS_MB = 400;
const MAX_RETURN_SECS = 30;
const MAX_LOOP_P99_MS = 50;
const MAX_UNHEALTHY_SECS = 3;

const MB = 1e6;

type Row = readonly [name: string, label: string, value: number, unit: Figure['unit']];

function figures(prefix: string, rows: readonly Row[]): Figure[] {
  return rows.map(([name, label, value, unit]) => ({ name: `${prefix}_${name}`, label, value, unit }));
}

/** @param prefix of the figures' names, as a report has several windows */
function windowFigures(prefix: string, window: WindowReading): Figure[] {
  const { loop, clientsLoop, roundTrips } = window;
  return figures(prefix, [
    ['cpu_percent', 'CPU, of one core', window.cpuShare * 100, '%'],
    ['rss_mb', 'resident memory', window.rssBytes / MB, 'MB'],
    ['anonymous_mb', '  of it anonymous', window.anonymousBytes / MB, 'MB'],
    ['frames_in_per_sec', 'frames in', window.framesIn, '/s'],
    ['frames_out_per_sec', 'frames out', window.framesOut, '/s'],
    ['bytes_per_frame', 'bytes of a frame, in', window.bytesIn / window.framesIn, 'B'],
    ['loop_p99_ms', 'event-loop delay p99', loop.delayP99Ms, 'ms'],
    ['loop_max_ms', 'event-loop delay max', loop.delayMaxMs, 'ms'],
    ['loop_busy_percent', 'event loop busy', loop.utilization * 100, '%'],
    ...(roundTrips.count > 0
      ? ([
          ['round_trip_p50_ms', 'heartbeat to answer p50', roundTrips.p50Ms, 'ms'],
          ['round_trip_p99_ms', 'heartbeat to answer p99', roundTrips.p99Ms, 'ms'],
        ] as const)
      : []),
    ['clients_cpu_percent', "CPU of the clients' process", window.clientsCpuShare * 100, '%'],
    ['clients_loop_p99_ms', "event-loop delay p99 of the clients' process", clientsLoop.delayP99Ms, 'ms'],
    ['lost', 'connections lost', window.lost, ''],
    ['load', 'load average of the machine', window.load, ''],
  ]);
}

function returnSection(prefix: string, title: string, reading: Return): Section {
  const endings = Object.entries(reading.endings).map(([reason, count]) => `${count} × ${reason}`);
  return {
    title,
    figures: figures(prefix, [
      ['healthy_secs', 'until /health answers 200', reading.healthySecs, 's'],
      ['all_in_secs', 'until all are in', reading.allInSecs, 's'],
      ['health_p99_ms', '/health p99 meanwhile', reading.healthP99Ms, 'ms'],
      ['loop_p99_ms', 'event-loop delay p99 meanwhile', reading.loop.delayP99Ms, 'ms'],
      ['loop_max_ms', 'event-loop delay max meanwhile', reading.loop.delayMaxMs, 'ms'],
    ]),
    notes: endings.length > 0 ? [`connections and attempts that ended: ${endings.join(', ')}`] : [],
  };
}

function goalsOf(server: ServerReading, counting: WindowReading, answering: WindowReading): Goal[] {
  const { steady, restart } = server;
  const rows: readonly (readonly [...Row, limit: number])[] = [
    ['cpu_ratio', 'server CPU / floor', steady.cpuShare / counting.cpuShare, '×', MAX_CPU_RATIO],
    [
      'cpu_ratio_answering',
      'server CPU / floor that answers',
      steady.cpuShare / answering.cpuShare,
      '×',
      MAX_CPU_RATIO,
    ],
    ['rss', 'resident memory', steady.rssBytes / MB, 'MB', MAX_RSS_MB],
    ['loop_p99', 'event-loop delay p99', steady.loop.delayP99Ms, 'ms', MAX_LOOP_P99_MS],
    ['all_back', 'all back after kill -9', restart.allInSecs, 's', MAX_RETURN_SECS],
    ['healthy_again', '/health 200 after kill -9', restart.healthySecs, 's', MAX_UNHEALTHY_SECS],
  ];
  return rows.map(([name, label, value, unit, limit]) => ({
    name: `goal_${name}`,
    label,
    value,
    unit,
    limit,
  }));
}

export const fleetBenchmark: Benchmark<'clients' | 'interval' | 'seconds' | 'warm-up'> = {
  summary: 'what one server costs with a fleet on it, beside a bare Node server with the same frames',
  options: {
    clients: { default: 10_000, min: 1, max: 60_000, meaning: 'simulated clients' },
    interval: { default: 3, min: 1, max: 3600, meaning: 'seconds between two samples of a client' },
    seconds: { default: 30, min: 1, max: 3600, meaning: 'seconds that are measured' },
    'warm-up': { default: 15, min: 0, max: 600, meaning: 'seconds between all being in and the measuring' },
  },
  async run(values, context) {
    const { clients } = values;
    const plan = {
      clients,
      intervalMs: values.interval * 1000,
      secs: values.seconds,
      warmUpSecs: values['warm-up'],
      prefix: await openFilesPrefix(clients),
    };
    const server = await measureServer(plan, context);
    const counting = await measureFloor(plan, false, context);
    const answering = await measureFloor(plan, true, context);
    const { steady, rssBefore } = server;
    return {
      sections: [
        {
          title: `ops-server, ${clients} clients, a sample each ${values.interval} s, ${values.seconds} s measured`,
          figures: [
            ...windowFigures('server', steady),
            ...figures('server', [
              ['rss_before_mb', 'resident memory before the clients came', rssBefore / MB, 'MB'],
              [
                'bytes_per_connection',
                'memory of a connection',
                (steady.rssBytes - rssBefore) / clients,
                'B',
              ],
            ]),
          ],
          notes: ['event-loop delay: time between two runs of a 10 ms timer, so an idle loop reads 10'],
        },
        {
          title: 'Floor: bare Node server that counts the same frames',
          figures: windowFigures('floor', counting),
        },
        {
          title: 'Floor that also answers each frame',
          figures: windowFigures('answering_floor', answering),
        },
        returnSection('start', 'First start: all clients connect within 2 s', server.start),
        returnSection('restart', 'After kill -9 and restart of the server', server.restart),
      ],
      goals: goalsOf(server, counting, answering),
    };
  },
};
