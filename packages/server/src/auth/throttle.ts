/**
 * How often a password may be tried. Counted by (user, address) and by address, never for an account or the server as
 * a whole, so that nobody can keep somebody else out.
 *
 *   (user, address):  5 failures within 15 min ─► each further attempt waits 1, 2, 4 … 60 s after the last; a success
 *                     or 15 min without a failure begins again
 *   address:          30 attempts a minute, whatever their outcome
 *
 * What came too early is answered at once; it costs no hash and does not lengthen the wait.
 */
import type { Clock } from '@ops/runtime/clock.ts';

import { throttleKey } from './client-address.ts';
import { createMinuteLimit } from './minute-limit.ts';

export const FREE_FAILURES = 5;
export const FAILURES_FORGOTTEN_MS = 15 * 60_000;
export const MAX_WAIT_MS = 60_000;
/** Also for refused tokens. */
export const ATTEMPTS_PER_MINUTE = 30;
/** Pairs, and addresses, remembered; the one untouched for longest goes first. About 2 MB. */
export const MAX_REMEMBERED = 10_000;

interface Failures {
  readonly count: number;
  /** Monotonic milliseconds of the last failure. */
  readonly failedAt: number;
  /** Monotonic milliseconds from which the next attempt may come. */
  nextAt: number;
}

export type Permit =
  | { readonly allowed: true; failed(): void; succeeded(): void }
  | {
      readonly allowed: false;
      /** Whole seconds, at least 1. */
      readonly retryAfterSecs: number;
      /** True once a minute for an address: what follows is not worth an audit entry each. */
      readonly notable: boolean;
    };

export interface Throttle {
  /** Asks before a password is checked. */
  attempt(user: string, address: string): Permit;
  /** Pairs and addresses in memory. */
  readonly remembered: number;
}

function waitAfter(failures: number): number {
  if (failures < FREE_FAILURES) return 0;
  return Math.min(MAX_WAIT_MS, 1000 * 2 ** Math.min(failures - FREE_FAILURES, 16));
}

export function createThrottle(needs: {
  readonly clock: Pick<Clock, 'mono'>;
  readonly maxRemembered?: number;
}): Throttle {
  const { clock, maxRemembered = MAX_REMEMBERED } = needs;
  const attempts = createMinuteLimit({ clock, perMinute: ATTEMPTS_PER_MINUTE, maxRemembered });
  const failuresOf = new Map<string, Failures>();

  function recall(pair: string, now: number): Failures | undefined {
    const failures = failuresOf.get(pair);
    return failures && now - failures.failedAt < FAILURES_FORGOTTEN_MS ? failures : undefined;
  }

  return {
    attempt(user, address) {
      const now = clock.mono();
      // The address comes last and holds no space, so that no user name can be made to look like another pair.
      const pair = `${user} ${throttleKey(address)}`;
      const failures = recall(pair, now);
      const wait = Math.max(attempts.waitMs(address), (failures?.nextAt ?? now) - now);
      if (wait > 0) {
        const notable = attempts.isNotable(address);
        return { allowed: false, retryAfterSecs: Math.ceil(wait / 1000), notable };
      }
      attempts.count(address);
      // While there is a wait, one attempt takes the turn: a burst is not checked in parallel.
      if (failures) failures.nextAt = now + waitAfter(failures.count);
      return {
        allowed: true,
        failed() {
          const failedAt = clock.mono();
          const count = (recall(pair, failedAt)?.count ?? 0) + 1;
          failuresOf.delete(pair);
          failuresOf.set(pair, { count, failedAt, nextAt: failedAt + waitAfter(count) });
          if (failuresOf.size > maxRemembered) failuresOf.delete(failuresOf.keys().next().value!);
        },
        succeeded() {
          failuresOf.delete(pair);
        },
      };
    },
    get remembered() {
      return failuresOf.size + attempts.remembered;
    },
  };
}
