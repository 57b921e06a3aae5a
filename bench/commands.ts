/**
 * How fast a command is: to one client, to a simulated fleet, and to many real clients on this machine. Everything is
 * durable and authenticated: commands are on disk before they are acknowledged, results before they are shown.
 */
import type { Benchmark, Figure, Goal, Section } from './benchmark.ts';
import { measureBatch } from './commands-batch.ts';
import type { BatchReading } from './commands-batch.ts';
import { measureSingle } from './commands-single.ts';
import type { SingleReading } from './commands-single.ts';
import { measureUptime } from './commands-uptime.ts';
import type { UptimeReading } from './commands-uptime.ts';
import { percentile } from './health.ts';

const MAX_SINGLE_P50_MS = 12;
const MAX_SINGLE_P95_MS = 40;
const MAX_THOUSAND_MS = 150;
const MAX_TEN_THOUSAND_MS = 1_500;
const MAX_UPTIME_RATIO = 1.25;

const ms = (name: string, label: string, value: number): Figure => ({ name, label, value, unit: 'ms' });

function spread(name: string, label: string, values: readonly number[]): Figure[] {
  return [
    ms(`${name}_p50_ms`, `${label} p50`, percentile(values, 0.5)),
    ms(`${name}_p95_ms`, `${label} p95`, percentile(values, 0.95)),
    ms(`${name}_max_ms`, `${label} max`, Math.max(...values)),
  ];
}

function singleSection({ acceptedMs, eventMs, askedMs }: SingleReading): Section {
  return {
    title: `One command to one real client, ${eventMs.length} times: uptime`,
    figures: [
      ...spread('single_accepted', 'POST to its answer', acceptedMs),
      ...spread('single_event', 'POST to the event of the result', eventMs),
      ...spread('single_asked', 'POST to the result, by asking for it', askedMs),
    ],
  };
}

function batchSection({ clients, acceptedMs, visibleMs, floorMs }: BatchReading): Section {
  const prefix = `batch_${clients}`;
  return {
    title: `A batch to ${clients} simulated hosts that answer at once, ${visibleMs.length} times`,
    figures: [
      ...spread(`${prefix}_accepted`, 'POST to its answer: all are on disk', acceptedMs),
      ...spread(`${prefix}_visible`, 'POST to all results visible', visibleMs),
      ...spread(`${prefix}_floor`, 'floor: bare Node server, nothing stored', floorMs),
    ],
  };
}

function uptimeSection({ hosts, productMs, spawnMs }: UptimeReading): Section {
  return {
    title: `uptime on ${hosts} real clients of this machine, interleaved with spawning it as often, ${productMs.length} times`,
    figures: [
      ...spread('uptime_product', 'POST to all results visible', productMs),
      ...spread('uptime_spawn', 'floor: spawned from as many processes', spawnMs),
    ],
    notes: ['the clients share a few processes, each with its own connection, journal and executor'],
  };
}

const median = (values: readonly number[]): number => percentile(values, 0.5);

function goalsOf(
  single: SingleReading,
  small: BatchReading,
  large: BatchReading,
  uptime: UptimeReading,
): Goal[] {
  const ratio = median(uptime.productMs) / median(uptime.spawnMs);
  const rows: readonly (readonly [string, string, number, Figure['unit'], number])[] = [
    ['single_p50', 'one command, result visible p50', median(single.eventMs), 'ms', MAX_SINGLE_P50_MS],
    [
      'single_p95',
      'one command, result visible p95',
      percentile(single.eventMs, 0.95),
      'ms',
      MAX_SINGLE_P95_MS,
    ],
    [
      'batch_small',
      `${small.clients} hosts, all results visible`,
      median(small.visibleMs),
      'ms',
      MAX_THOUSAND_MS,
    ],
    [
      'batch_large',
      `${large.clients} hosts, all results visible`,
      median(large.visibleMs),
      'ms',
      MAX_TEN_THOUSAND_MS,
    ],
    ['uptime_ratio', `uptime on ${uptime.hosts} clients / spawning it`, ratio, '×', MAX_UPTIME_RATIO],
  ];
  return rows.map(([name, label, value, unit, limit]) => ({
    name: `goal_${name}`,
    label,
    value,
    unit,
    limit,
  }));
}

export const commandsBenchmark: Benchmark<'singles' | 'clients' | 'many' | 'hosts' | 'rounds'> = {
  summary: 'how fast a command is, to one client and to many, beside floors that store nothing',
  options: {
    singles: { default: 200, min: 10, max: 10_000, meaning: 'commands to one real client' },
    clients: { default: 1_000, min: 1, max: 10_000, meaning: 'simulated hosts of the small batch' },
    many: { default: 10_000, min: 1, max: 10_000, meaning: 'simulated hosts of the large batch' },
    hosts: { default: 100, min: 1, max: 500, meaning: 'real clients that run uptime' },
    rounds: { default: 15, min: 1, max: 1_000, meaning: 'times each batch is repeated' },
  },
  async run(values, context) {
    const single = await measureSingle(values.singles, context);
    const uptime = await measureUptime(values.hosts, values.rounds, context);
    const small = await measureBatch(values.clients, values.rounds, context);
    const large = await measureBatch(values.many, Math.max(1, Math.ceil(values.rounds / 3)), context);
    return {
      sections: [singleSection(single), batchSection(small), batchSection(large), uptimeSection(uptime)],
      goals: goalsOf(single, small, large, uptime),
    };
  },
};
