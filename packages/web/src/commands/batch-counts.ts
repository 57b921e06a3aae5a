/** What the counts of a batch come to. Pure. */
import type { BatchCounts } from '@ops/protocol/http/batches.ts';

/** In the order of a command's life; also that of the bar. */
export const COUNT_NAMES = [
  'succeeded',
  'nonzero',
  'timeout',
  'failed',
  'cancelled',
  'executing',
  'pending',
  'held',
] as const satisfies readonly (keyof BatchCounts)[];
export type CountName = (typeof COUNT_NAMES)[number];

/** Hosts where it is over, however it ended. */
export function endedOf(counts: BatchCounts): number {
  return counts.succeeded + counts.nonzero + counts.timeout + counts.failed + counts.cancelled;
}

/** Hosts where it ended otherwise than with exit code 0. */
export function failuresOf(counts: BatchCounts): number {
  return endedOf(counts) - counts.succeeded;
}
