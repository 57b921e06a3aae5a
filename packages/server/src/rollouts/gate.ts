/** What a gate says of what was seen of a host. Pure; soak.ts does the looking. */
import type { AppInfo } from '@ops/protocol/domain/app.ts';
import type { Sample } from '@ops/protocol/domain/sample.ts';
import { fullestDisk } from '@ops/protocol/domain/figures.ts';
import { DEFAULT_SOAK_SECS, type GateReading, type RolloutReason } from '@ops/protocol/domain/rollout.ts';
import type { Words } from '@ops/protocol/http/endpoint.ts';
import type { RolloutGate, WaveReport } from '@ops/protocol/http/rollouts.ts';

import { FOUND } from './findings.ts';
import type { Change } from './rollouts.ts';

/** A client tells of a change of an application within three seconds; what it said before counts for nothing. */
export const REPORT_GRACE_MS = 3_500;

export interface Breach {
  readonly reason: RolloutReason;
  /** English, with figures. */
  readonly detail: Words;
}

export function defaultGate(change: Change): RolloutGate {
  const isStop = change.kind === 'action' && change.action === 'Stop';
  return {
    soak_secs: DEFAULT_SOAK_SECS,
    status: isStop ? 'Stopped' : 'Running',
    max_restarts: 0,
    checks: [],
  };
}

/** How long it watches: nothing is asked, nothing is watched. */
export function watchMs({ soak_secs, status, checks }: RolloutGate): number {
  const looks = soak_secs > 0 || status !== null || checks.length > 0;
  return looks ? Math.max(soak_secs * 1000, REPORT_GRACE_MS) : 0;
}

export function statusBreach({ status }: RolloutGate, app: AppInfo | undefined): Breach | undefined {
  if (status === null || app?.service_status === status) return undefined;
  return { reason: 'status', detail: FOUND.status(app?.service_status, status, app?.status_reason) };
}

/** The process of an app, and how often it was another one than before. */
export interface Restarts {
  readonly process: string | undefined;
  readonly count: number;
}

export const NO_RESTARTS: Restarts = { process: undefined, count: 0 };

export function restartsWith(before: Restarts, app: AppInfo | undefined): Restarts {
  if (app?.pid === undefined) return before;
  const process = `${app.pid} ${app.started_at_ms ?? ''}`;
  if (before.process === undefined || before.process === process) return { ...before, process };
  return { process, count: before.count + 1 };
}

export function restartsBreach(
  { max_restarts: limit }: RolloutGate,
  { count }: Restarts,
): Breach | undefined {
  if (count <= limit) return undefined;
  return { reason: 'restarts', detail: FOUND.restarted(count, limit) };
}

const share = (used: number | undefined, total: number | undefined): number | undefined =>
  used === undefined || total === undefined || total <= 0 ? undefined : (used / total) * 100;

const READINGS: Readonly<Record<GateReading, (sample: Sample) => number | undefined>> = {
  cpu_usage: (sample) => sample.cpu_usage,
  load1: (sample) => sample.load_average?.[0],
  memory_usage: (sample) => share(sample.used_memory, sample.total_memory),
  swap_usage: (sample) => share(sample.used_swap, sample.total_swap),
  disk_usage(sample) {
    const disk = fullestDisk(sample);
    return disk && share(disk.used, disk.total);
  },
};

export function readingOf(sample: Sample, reading: GateReading): number | undefined {
  return READINGS[reading](sample);
}

export interface Average {
  readonly sum: number;
  readonly count: number;
}

export const NOTHING: Average = { sum: 0, count: 0 };

export function plus({ sum, count }: Average, value: number | undefined): Average {
  return value === undefined ? { sum, count } : { sum: sum + value, count: count + 1 };
}

/** Hundredths are enough to see, and to compare. @returns null: nothing was read */
export function averageOf({ sum, count }: Average): number | null {
  return count === 0 ? null : Math.round((sum / count) * 100) / 100;
}

/** @param own averages of one host, by check */
export function readingBreach(
  checks: WaveReport['readings'],
  own: readonly (number | null)[],
): Breach | undefined {
  for (const [index, { reading, unchanged, max_above: limit }] of checks.entries()) {
    const value = own[index] ?? null;
    if (value === null || unchanged === null || value - unchanged <= limit) continue;
    return { reason: 'reading', detail: FOUND.reading(reading, value, unchanged, limit) };
  }
  return undefined;
}
