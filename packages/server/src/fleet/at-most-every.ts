import type { Clock } from '@ops/runtime/clock.ts';

/**
 * For log lines about something that may happen a thousand times a second.
 * @returns a function that answers true at most once in each `ms`
 */
export function atMostEvery(clock: Clock, ms: number): () => boolean {
  let next = Number.NEGATIVE_INFINITY;
  return () => {
    const now = clock.mono();
    if (now < next) return false;
    next = now + ms;
    return true;
  };
}
