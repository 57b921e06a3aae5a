/** The server's wall clock, as far as this page can tell, so that "3 seconds ago" is right on a computer whose is not. */
import type { BrowserClock } from '../browser/clock.ts';

/** Smaller differences are the way of the message, not of the clock. */
const TOLERANCE_MS = 1500;

export interface ServerClock {
  readonly now: () => number;
  /** A message just came that the server wrote at this time of its own. */
  readonly observe: (serverMs: number) => void;
}

export function createServerClock(clock: BrowserClock): ServerClock {
  let offset = 0;
  return {
    now: () => clock.wall() + offset,
    observe(serverMs) {
      const seen = serverMs - clock.wall();
      if (Math.abs(seen - offset) > TOLERANCE_MS) offset = seen;
    },
  };
}
