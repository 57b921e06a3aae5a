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
/** A session that activity can no longer extend is announced this long before its end. */
export const LIMIT_NOTICE_MS = 5 * MINUTE;

export interface Timing {
  readonly lastActivityAt: number;
  readonly lastKeepAliveAt: number;
  /** When the server will end the session; null when it has no end (a token). */
  readonly endsAt: number | null;
  /** The longest time that was ever left: how long a session lives without activity. */
  readonly windowMs: number;
}

/**
 * - `idle`: nobody was active; staying is one press away.
 * - `limit`: the session reaches its longest life whatever the reader does.
 */
export interface Notice {
  readonly kind: 'idle' | 'limit';
  readonly leftMs: number;
}

export function keepAliveDue(timing: Timing, now: number): boolean {
  return now - timing.lastKeepAliveAt >= Math.min(KEEP_ALIVE_EVERY_MS, timing.windowMs / 4);
}

export function noticeAt(timing: Timing, now: number): Notice | null {
  if (timing.endsAt === null) return null;
  const leftMs = Math.max(0, timing.endsAt - now);
  // A server set to short sessions warns at half of one.
  if (now - timing.lastActivityAt >= Math.min(NOTICE_AFTER_MS, timing.windowMs / 2))
    return { kind: 'idle', leftMs };
  if (leftMs <= Math.min(LIMIT_NOTICE_MS, timing.windowMs / 4)) return { kind: 'limit', leftMs };
  return null;
}

export function isOver(timing: Timing, now: number): boolean {
  return timing.endsAt !== null && now >= timing.endsAt;
}

/** The server said how much is left. */
export function withLeft(timing: Timing, leftSecs: number | null, now: number): Timing {
  if (leftSecs === null) return { ...timing, endsAt: null };
  return { ...timing, endsAt: now + leftSecs * 1000, windowMs: Math.max(timing.windowMs, leftSecs * 1000) };
}

/** A session just met: the first sign of its reader extends it. */
export function freshTiming(leftSecs: number | null, now: number): Timing {
  return withLeft({ lastActivityAt: now, lastKeepAliveAt: 0, endsAt: null, windowMs: 0 }, leftSecs, now);
}
