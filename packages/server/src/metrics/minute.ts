/**
 * Samples of one minute become averages. Pure.
 *
 * A reading that a sample does not have does not count in its average; one that no sample had is absent. Interfaces
 * and devices are summed up; of the disks the one that is fullest by share at that moment counts.
 */
import type { SampleNumbers } from '@ops/protocol/domain/sample.ts';

import { fullestDisk, readPerSec, receivedPerSec, sentPerSec, writtenPerSec } from '../fleet/readings.ts';

export const MINUTE_MS = 60_000;

/** What is averaged, by the names of the columns and of `MinuteSample`. */
export const READINGS = [
  'cpu_usage',
  'load1',
  'used_memory',
  'total_memory',
  'used_swap',
  'disk_used',
  'disk_total',
  'rx_bytes_per_sec',
  'tx_bytes_per_sec',
  'read_bytes_per_sec',
  'write_bytes_per_sec',
] as const;
export type Reading = (typeof READINGS)[number];

export interface Minute {
  /** Whole minutes since 1970 by the client's clock. */
  readonly minute: number;
  /** Samples that went into it. */
  readonly samples: number;
  /** In the order of READINGS. */
  readonly averages: readonly (number | undefined)[];
}

/** Arrays of plain numbers: some 300 bytes a client, and adding allocates nothing. */
export interface Accumulator {
  minute: number;
  samples: number;
  readonly sums: number[];
  readonly counts: number[];
}

/** @param atMs milliseconds since 1970 */
export function minuteOf(atMs: number): number {
  return Math.floor(atMs / MINUTE_MS);
}

export function createAccumulator(minute: number): Accumulator {
  // 0.5 first: the engine then keeps the sums as doubles in the array itself.
  return { minute, samples: 0, sums: READINGS.map(() => 0.5).fill(0), counts: READINGS.map(() => 0) };
}

/** Empties it for another minute. */
export function resetAccumulator(into: Accumulator, minute: number): void {
  into.minute = minute;
  into.samples = 0;
  into.sums.fill(0);
  into.counts.fill(0);
}

function put(into: Accumulator, at: number, value: number | undefined): void {
  if (value === undefined) return;
  into.sums[at]! += value;
  into.counts[at]!++;
}

/** The caller has seen to it that the sample is of this minute. */
export function addSample(into: Accumulator, sample: SampleNumbers): void {
  const disk = fullestDisk(sample);
  into.samples++;
  // In the order of READINGS.
  put(into, 0, sample.cpu_usage);
  put(into, 1, sample.load_average?.[0]);
  put(into, 2, sample.used_memory);
  put(into, 3, sample.total_memory);
  put(into, 4, sample.used_swap);
  put(into, 5, disk?.used);
  put(into, 6, disk?.total);
  put(into, 7, receivedPerSec(sample));
  put(into, 8, sentPerSec(sample));
  put(into, 9, readPerSec(sample));
  put(into, 10, writtenPerSec(sample));
}

export function toMinute(from: Accumulator): Minute {
  const { minute, samples, sums, counts } = from;
  return {
    minute,
    samples,
    averages: sums.map((sum, at) => (counts[at]! > 0 ? sum / counts[at]! : undefined)),
  };
}

/**
 * Two parts of the same minute, weighted by their samples; sample-store.ts does the same in SQL. Where a reading was
 * missing in some samples of a part this is an approximation: the part does not remember in how many.
 */
export function mergeMinutes(a: Minute, b: Minute): Minute {
  const samples = a.samples + b.samples;
  const averages = a.averages.map((left, at) => {
    const right = b.averages[at];
    if (left === undefined) return right;
    if (right === undefined) return left;
    return (left * a.samples + right * b.samples) / samples;
  });
  return { minute: a.minute, samples, averages };
}
