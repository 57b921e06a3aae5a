/**
 * When this process was stopped or busy for seconds, heartbeats wait unread in their sockets while the timers that
 * judge silence fire first. Until the sockets had their turn nobody is judged: otherwise the whole fleet would be late
 * because the server was.
 */
export interface StallGuard {
  /** Called each period. @returns whether silence may be judged now */
  tick(now: number): boolean;
  /** The same question, asked between two ticks. */
  trusts(now: number): boolean;
}

/** A tick that comes this much too late means a stall. */
export const STALL_MS = 1000;

/** @param periodMs of `tick`; every time is monotonic milliseconds */
export function createStallGuard(periodMs: number, startedAt: number): StallGuard {
  let lastTick = startedAt;
  let heldUntil = startedAt;

  function trusts(now: number): boolean {
    if (now - lastTick > periodMs + STALL_MS) heldUntil = now + periodMs;
    return now >= heldUntil;
  }

  return {
    trusts,
    tick(now) {
      const trusted = trusts(now);
      lastTick = now;
      return trusted;
    },
  };
}
