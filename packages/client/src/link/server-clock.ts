/**
 * What the server's clock says now. The server tells its time in `registered` and in each `heartbeat_ack`; between them
 * our monotonic clock counts on, so that neither side's wall clock may be set without harm.
 */
import type { Clock } from '@ops/runtime/clock.ts';

export interface ServerClock {
  /**
   * @param serverTime milliseconds of the server's wall clock, told in an answer
   * @param askedAt our monotonic clock when the question left
   * @returns the round trip in milliseconds
   */
  told(serverTime: number, askedAt: number): number;
  /** The server's milliseconds now, right within half a round trip; undefined before it told the time. */
  now(): number | undefined;
}

export function createServerClock(clock: Clock): ServerClock {
  /** Server time less our monotonic time. */
  let offset: number | undefined;
  return {
    told(serverTime, askedAt) {
      const now = clock.mono();
      const roundTrip = Math.max(0, now - askedAt);
      // It was read on the server some time between question and answer.
      offset = serverTime - (now - roundTrip / 2);
      return roundTrip;
    },
    now: () => (offset === undefined ? undefined : Math.round(clock.mono() + offset)),
  };
}
