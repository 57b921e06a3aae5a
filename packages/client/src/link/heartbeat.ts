/**
 * Watches whether the server still answers. Each heartbeat asks for an acknowledgement; when none came for three
 * intervals, and at least 10 s, the link is dead, whatever the kernel believes.
 */
import { DEAD_LINK_INTERVALS, DEAD_LINK_MIN_MS } from '@ops/protocol/wire/limits.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import type { ServerClock } from './server-clock.ts';

/**
 * A timer this late means that this program, or the whole host, stood still: acknowledgements may wait unread. They get
 * this long to be read before the server is blamed.
 */
export const STANDSTILL_MS = 2_000;
/** Unanswered heartbeats whose time is remembered; at the fastest rate allowed more than the silence lasts. */
const MAX_UNANSWERED = 256;

/** How long the server may be silent, in milliseconds. */
export function silenceLimit(intervalMs: number): number {
  return Math.max(DEAD_LINK_MIN_MS, DEAD_LINK_INTERVALS * intervalMs);
}

export interface HeartbeatNeeds {
  readonly clock: Clock;
  readonly serverClock: ServerClock;
  readonly intervalMs: number;
  /** Called once, with the milliseconds of silence. */
  readonly onDead: (silentForMs: number) => void;
}

export interface Heartbeat {
  /** A heartbeat was handed to the socket. @param askedAt our monotonic clock before that */
  sent(askedAt: number): void;
  /** The server acknowledged the oldest unanswered one. @returns the round trip in milliseconds, if it was expected */
  acknowledged(serverTime: number): number | undefined;
  stop(): void;
}

export function createHeartbeat({ clock, serverClock, intervalMs, onDead }: HeartbeatNeeds): Heartbeat {
  const limit = silenceLimit(intervalMs);
  const unanswered: number[] = [];
  let heardAt = clock.mono();
  let due = heardAt + limit;
  let timer = clock.after(limit, check);

  function check(): void {
    const now = clock.mono();
    const stoodStill = now - due >= STANDSTILL_MS;
    if (!stoodStill && now - heardAt >= limit) return onDead(now - heardAt);
    const left = stoodStill ? STANDSTILL_MS : limit - (now - heardAt);
    // After a standstill silence is counted as if it began late enough for one more look.
    if (stoodStill) heardAt = Math.max(heardAt, now + left - limit);
    due = now + left;
    timer = clock.after(left, check);
  }

  return {
    sent(askedAt) {
      unanswered.push(askedAt);
      if (unanswered.length > MAX_UNANSWERED) unanswered.shift();
    },
    acknowledged(serverTime) {
      heardAt = clock.mono();
      const askedAt = unanswered.shift();
      return askedAt === undefined ? undefined : serverClock.told(serverTime, askedAt);
    },
    stop() {
      timer.cancel();
    },
  };
}
