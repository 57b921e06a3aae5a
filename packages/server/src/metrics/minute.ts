/**
 * Samples of one minute become averages. Pure.
 *
 * A reading that a sample does not have does not count in its average; one that no sample had is absent.
 */
import { FIGURES } from '@ops/protocol/domain/figures.ts';
import type { Figure } from '@ops/protocol/domain/figures.ts';

export const MINUTE_MS = 60_000;

/** What is averaged, by the names of the columns and of `MinuteSample`. */
export type Reading = Exclude<Figure, 'uptime_secs'>;
export const READINGS = FIGURES.filter((figure): figure is Reading => figure !== 'uptime_secs');

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

/** The caller has seen to it that the sample is of this minute. */
export function addFigures(into: Accumulator, figures: Float64Array): void {
  const { sums, counts } = into;
  into.samples++;
  for (let at = 0; at < sums.length; at++) {
    const value = figures[at]!;
    if (Number.isNaN(value)) continue;
    sums[at]! += value;
    counts[at]!++;
  }
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
