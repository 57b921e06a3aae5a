/**
 * When the session is extended, when its reader is warned, and when it is over. Pure: the caller brings the time.
 * Wall time, because a session goes on ending while the lid of a laptop is closed; a clock that jumps is put right
 * by asking the server before anything is believed to be over.
 */
const MINUTE = 60_000;

/** Without activity for so long, the reader is told what is left. */
export const NOTICE_AFTER_MS = 5 * MINUTE;
/** Activity is told to the server at most this often. */
export const KEEP_ALIVE_EVERY_MS = MINUTE;
/** So long before its end a session is said to end, loudly. */
export const ENDING_NOTICE_MS = 5 * MINUTE;
/** The server counts in seconds, rounded up. */
const ROUNDED_MS = 1000;

export interface Timing {
  readonly lastActivityAt: number;
  readonly lastKeepAliveAt: number;
  /** When the server will end the session; null when it has no end (a token). */
  readonly endsAt: number | null;
  /** When it ends however active its reader is. */
  readonly limitAt: number | null;
  /** The longest time that was ever left: how long a session lives without activity. */
  readonly windowMs: number;
}

/**
 * - `idle`: nobody was active for a while; staying is one press away.
 * - `ending`: nobody was, and the end is near.
 * - `limit`: the end is near, and activity no longer moves it.
 */
export interface Notice {
  readonly kind: 'idle' | 'ending' | 'limit';
  readonly leftMs: number;
}

export function keepAliveDue(timing: Timing, now: number): boolean {
  return now - timing.lastKeepAliveAt >= Math.min(KEEP_ALIVE_EVERY_MS, timing.windowMs / 4);
}

export function noticeAt(timing: Timing, now: number): Notice | null {
  if (timing.endsAt === null) return null;
  const leftMs = Math.max(0, timing.endsAt - now);
  // A server set to short sessions warns at half of one, and again at the last quarter.
  if (leftMs <= Math.min(ENDING_NOTICE_MS, timing.windowMs / 4)) {
    const limited = timing.limitAt !== null && timing.limitAt - timing.endsAt <= ROUNDED_MS;
    return { kind: limited ? 'limit' : 'ending', leftMs };
  }
  const quietMs = now - timing.lastActivityAt;
  return quietMs >= Math.min(NOTICE_AFTER_MS, timing.windowMs / 2) ? { kind: 'idle', leftMs } : null;
}

export function isOver(timing: Timing, now: number): boolean {
  return timing.endsAt !== null && now >= timing.endsAt;
}

/** What the server says is left. */
export interface Left {
  readonly expires_in_secs: number | null;
  readonly max_expires_in_secs: number | null;
}

/** The server said how much is left. Where that is more than was known, somebody was active in another tab. */
export function withLeft(timing: Timing, left: Left, now: number): Timing {
  const { expires_in_secs: secs, max_expires_in_secs: maxSecs } = left;
  if (secs === null) return { ...timing, endsAt: null, limitAt: null };
  const endsAt = now + secs * 1000;
  const windowMs = Math.max(timing.windowMs, secs * 1000);
  return {
    ...timing,
    endsAt,
    limitAt: maxSecs === null ? null : now + maxSecs * 1000,
    windowMs,
    lastActivityAt: Math.max(timing.lastActivityAt, Math.min(now, endsAt - windowMs)),
  };
}

/** A session just met: the first sign of its reader extends it. */
export function freshTiming(left: Left | null, now: number): Timing {
  const met = { lastActivityAt: now, lastKeepAliveAt: 0, endsAt: null, limitAt: null, windowMs: 0 };
  return left === null ? met : withLeft(met, left, now);
}
