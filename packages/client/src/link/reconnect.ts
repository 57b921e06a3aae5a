/**
 * When to try again.
 *
 *   after an established session   evenly within the window the server named, else within RETURN_WINDOW_MS
 *   after failed attempt k         evenly within min(max, base · 2^k)       (full jitter, also from the first on)
 *   when it will hardly help       evenly within max/2 … max                (authentication, certificate, identity)
 *
 * k returns to 0 only after a session that lasted STABLE_SESSION_MS, so that a server that takes clients and drops them
 * at once is not hammered. A limit of attempts that was set on purpose ends the program; the built-in one does not: an
 * agent that gave up helps nobody.
 */
import { fullJitter, slowJitter } from '@ops/runtime/backoff.ts';
import type { BackoffOptions } from '@ops/runtime/backoff.ts';
import type { Random } from '@ops/runtime/random.ts';

import { FAILURES } from './failure.ts';
import type { LinkFailure } from './failure.ts';

/** Clients of a server that vanished without a word come back within this time. */
export const RETURN_WINDOW_MS = 2_000;
/** A session this long shows that the server is well. */
export const STABLE_SESSION_MS = 30_000;
/** The longest return window a server may ask for: beyond it a client would count as lost. */
export const MAX_RETURN_WINDOW_MS = 600_000;

export interface ReconnectOptions extends BackoffOptions {
  /** Failures in a row until the program ends; 0: it never does. Undefined: not set on purpose, so never. */
  readonly giveUpAfter: number | undefined;
}

export type Decision = { readonly retryInMs: number; readonly failures: number } | 'give up';

export interface Reconnect {
  /**
   * What to do after an attempt or a session ended.
   * @param readyForMs how long the session was established; undefined when it never was
   */
  next(failure: LinkFailure, readyForMs: number | undefined): Decision;
}

export function createReconnect(options: ReconnectOptions, random: Random): Reconnect {
  let failures = 0;

  /** The upper end of the wait after a session that was established. */
  function window(failure: LinkFailure, stable: boolean): number {
    const own = Math.min(RETURN_WINDOW_MS, options.maxMs);
    const told = Math.min(failure.comeBackInMs ?? own, MAX_RETURN_WINDOW_MS);
    if (stable) return told;
    return Math.max(told, Math.min(options.maxMs, options.baseMs * 2 ** Math.min(failures, 52)));
  }

  return {
    next(failure, readyForMs) {
      const stable = readyForMs !== undefined && readyForMs >= STABLE_SESSION_MS;
      if (stable) failures = 0;
      let retryInMs: number;
      if (FAILURES[failure.kind].pace === 'slow') retryInMs = slowJitter(options, random);
      else if (readyForMs === undefined && failure.comeBackInMs === undefined)
        retryInMs = fullJitter(failures, options, random);
      else retryInMs = random.unit() * window(failure, stable);
      if (!stable) failures++;
      const { giveUpAfter } = options;
      if (giveUpAfter !== undefined && giveUpAfter > 0 && failures >= giveUpAfter) return 'give up';
      return { retryInMs, failures };
    },
  };
}
