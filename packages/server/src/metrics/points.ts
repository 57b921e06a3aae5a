/**
 * Minutes become points of several minutes each, for ranges of which nobody can see every minute: the average, and the
 * highest minute, so that a short peak is not lost in a long point. Pure.
 */
import { READINGS } from './minute.ts';
import type { Minute } from './minute.ts';

export interface Point {
  /** The first of its minutes. */
  readonly minute: number;
  readonly samples: number;
  /** In the order of READINGS: the sum of each minute's average times its samples, the samples it is of, the highest. */
  readonly sums: readonly number[];
  readonly weights: readonly number[];
  readonly peaks: readonly (number | undefined)[];
}

/** The minute a point begins with. */
export function startOf(minute: number, step: number): number {
  return minute - (minute % step);
}

function toPoint({ minute, samples, averages }: Minute, step: number): Point {
  return {
    minute: startOf(minute, step),
    samples,
    sums: averages.map((average) => (average ?? 0) * samples),
    weights: averages.map((average) => (average === undefined ? 0 : samples)),
    peaks: averages,
  };
}

function higher(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

function merge(a: Point, b: Point): Point {
  return {
    minute: a.minute,
    samples: a.samples + b.samples,
    sums: a.sums.map((sum, at) => sum + b.sums[at]!),
    weights: a.weights.map((weight, at) => weight + b.weights[at]!),
    peaks: a.peaks.map((peak, at) => higher(peak, b.peaks[at])),
  };
}

/** Adds minutes to points that are known; in order of time. */
export function withMinutes(points: readonly Point[], minutes: readonly Minute[], step: number): Point[] {
  const byStart = new Map(points.map((point) => [point.minute, point]));
  for (const minute of minutes) {
    const added = toPoint(minute, step);
    const there = byStart.get(added.minute);
    byStart.set(added.minute, there ? merge(there, added) : added);
  }
  return [...byStart.values()].toSorted((a, b) => a.minute - b.minute);
}

/** In the order of READINGS. */
export function averagesOf({ sums, weights }: Point): Minute['averages'] {
  return READINGS.map((_, at) => (weights[at]! > 0 ? sums[at]! / weights[at]! : undefined));
}
