/**
 * Waiting in tests: always for something, never for a time. Deadlines run on the real clock, also where the code
 * under test lives on a manual one.
 */
import { sleep, systemClock } from '@ops/runtime/clock.ts';

export const DEFAULT_WITHIN_MS = 5_000;
const POLL_MS = 5;

export interface WaitOptions {
  /** Milliseconds until the wait fails. */
  readonly within?: number;
  /** What is waited for, as the failure shall name it. */
  readonly what: string;
  /** Milliseconds between two questions. */
  readonly every?: number;
}

type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>;

function holds<T>(answer: T): answer is Truthy<T> {
  return Boolean(answer);
}

/**
 * Asks again and again until the condition holds.
 * @returns what the condition answered
 * @throws Error that names what was waited for, with the last error of the condition as its cause
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  options: WaitOptions,
): Promise<Truthy<Awaited<T>>> {
  const { within: limit = DEFAULT_WITHIN_MS, every = POLL_MS, what } = options;
  const start = systemClock.mono();
  let cause: unknown;
  do {
    try {
      cause = undefined;
      const answer = await within(Promise.resolve(condition()), {
        within: Math.max(1, limit - (systemClock.mono() - start)),
        what: 'an answer of the condition',
      });
      if (holds(answer)) return answer;
    } catch (error) {
      cause = error;
    }
    await sleep(systemClock, every);
  } while (systemClock.mono() - start < limit);
  throw new Error(`waited ${limit} ms for ${what}`, { cause });
}

/** The promise itself, or a failure that names what did not come in time. */
export function within<T>(promise: Promise<T>, options: WaitOptions): Promise<T> {
  const { within: limit = DEFAULT_WITHIN_MS, what } = options;
  return new Promise((resolve, reject) => {
    const timer = systemClock.after(limit, () => reject(new Error(`waited ${limit} ms for ${what}`)));
    promise.then(
      (value) => {
        timer.cancel();
        resolve(value);
      },
      (cause: unknown) => {
        timer.cancel();
        reject(cause instanceof Error ? cause : new Error(String(cause)));
      },
    );
  });
}
