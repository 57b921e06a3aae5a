/** Lines of the last hour from the samples of a client. A reading a minute does not have is a hole. Pure. */
import type { MinuteSample } from '@ops/protocol/http/clients.ts';

import type { Point } from '../../ui/sparkline-path.ts';

type Reading = (sample: MinuteSample) => number | undefined;

export function lineOf(samples: readonly MinuteSample[], reading: Reading): readonly Point[] {
  return samples.flatMap((sample) => {
    const value = reading(sample);
    return value === undefined ? [] : [{ at: sample.t, value }];
  });
}

export function memoryShare(sample: MinuteSample): number | undefined {
  const { used_memory: used, total_memory: total } = sample;
  return used === undefined || total === undefined || total <= 0 ? undefined : (used / total) * 100;
}

/** The highest value of several lines, with some air above; at least `least`, so that silence is not a mountain. */
export function ceilingOf(lines: readonly (readonly Point[])[], least: number): number {
  const highest = Math.max(0, ...lines.flatMap((line) => line.map((point) => point.value)));
  return Math.max(least, highest * 1.1);
}

/** Sum of the readings that are there; undefined when none is. */
export function sumOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}
