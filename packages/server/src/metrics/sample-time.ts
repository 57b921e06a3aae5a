/**
 * Samples are kept under the time their own host gave them, right or wrong: a host's clock that is an hour off shows a
 * history that is an hour off, and `clock_offset_ms` tells by how much. Times no honest mistake explains are refused,
 * counted, and for the rest treated as if they were stored, so that a client does not send them for ever:
 *
 *   more than a day in the future of the server's clock     they would be the newest for a day and more
 *   older than what is kept                                 they would be deleted within the hour
 */
export const DAY_MS = 24 * 60 * 60_000;
export const MAX_FUTURE_MS = 1 * DAY_MS;
export const RETENTION_MS = 30 * DAY_MS;

export type SampleTime = 'kept' | 'future' | 'old';

/** Both by wall clock, in milliseconds: of the host that measured, and of this server. */
export function judgeSampleTime(atMs: number, nowMs: number): SampleTime {
  if (atMs > nowMs + MAX_FUTURE_MS) return 'future';
  return atMs < nowMs - RETENTION_MS ? 'old' : 'kept';
}
