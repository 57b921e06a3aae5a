import type { Random } from './random.ts';

export interface BackoffOptions {
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * Full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): attempt k waits evenly between 0 and
 * min(max, base · 2^k), so that clients that lost their server in the same second do not return in the same second.
 * @param attempt counted from 0
 * @returns milliseconds
 */
export function fullJitter(attempt: number, options: BackoffOptions, random: Random): number {
  const ceiling = Math.min(options.maxMs, options.baseMs * 2 ** Math.min(attempt, 52));
  return random.unit() * ceiling;
}

/** For failures that a retry will hardly mend (a refused secret): evenly in the upper half of the maximum. */
export function slowJitter(options: BackoffOptions, random: Random): number {
  return options.maxMs / 2 + random.unit() * (options.maxMs / 2);
}
