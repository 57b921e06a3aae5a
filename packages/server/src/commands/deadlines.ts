/**
 * When a command is given up. Nothing waits for ever: what was not sent in its time is `expired`; what was sent and
 * never answered for is `interrupted`, because nobody can know, and its host is told to end it.
 *
 * Deadlines are kept in monotonic time. After a restart only the wall clock remembers, and it may have jumped: what is
 * left is held within what the command had in the first place, and its client gets time to come back and tell.
 */
import { DEFAULT_START_WITHIN_MS } from '@ops/protocol/wire/limits.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import type { Clock, Timer } from '@ops/runtime/clock.ts';

import { waitMs, type LiveCommand } from './live-command.ts';
import type { LiveIndex } from './live-index.ts';

/** How exact deadlines are: one look at all commands that are not over, some 2 ms for the most there may be. */
export const SWEEP_MS = 1_000;
/** Behind the latest end of a command, for its result to arrive. */
export const RESULT_GRACE_MS = 30_000;
/** After a start, for clients to come back. */
export const RETURN_GRACE_MS = 30_000;

const within = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/** What a client may wait before it starts a command that is sent now. */
export function startWithinMs(expiresAtMs: number, sentAtMs: number): number {
  return Math.floor(within(expiresAtMs - sentAtMs, 0, DEFAULT_START_WITHIN_MS));
}

/** From sending until nobody believes in a result any more. */
export function answerWithinMs(startMs: number, timeoutSecs: number): number {
  return startMs + timeoutSecs * 1000 + RESULT_GRACE_MS;
}

/** Milliseconds a command that was read from the database has left. */
export function remainingMs(summary: CommandSummary, queueSecs: number | null, wallMs: number): number {
  const { sent_at_ms: sentAtMs, expires_at_ms: expiresAtMs, timeout_secs: timeoutSecs } = summary;
  if (sentAtMs === null) return within(expiresAtMs - wallMs, 0, waitMs(queueSecs));
  const whole = answerWithinMs(startWithinMs(expiresAtMs, sentAtMs), timeoutSecs);
  return Math.max(within(sentAtMs + whole - wallMs, 0, whole), RETURN_GRACE_MS);
}

export interface Deadlines {
  start(): void;
  stop(): void;
  /** Ends what is over now. */
  sweep(): void;
}

export function createDeadlines(needs: {
  readonly index: LiveIndex;
  readonly clock: Clock;
  readonly over: (live: LiveCommand) => void;
  /** Once in each sweep, behind it. */
  readonly swept: () => void;
}): Deadlines {
  const { index, clock, over, swept } = needs;
  let timer: Timer | undefined;

  function sweep(): void {
    const now = clock.mono();
    for (const live of index.all()) if (live.deadlineAt <= now && !live.ending) over(live);
    swept();
  }

  return {
    start() {
      timer ??= clock.every(SWEEP_MS, sweep);
    },
    stop() {
      timer?.cancel();
      timer = undefined;
    },
    sweep,
  };
}
