/**
 * What the server's clock says now. The server tells its time in `registered` and in each `heartbeat_ack`; between them
 * our monotonic clock counts on, so that neither side's wall clock may be set without harm. An answer read late, because
 * this host stood still, says little: the better one before it is kept for as long as the two agree.
 */
import type { Clock } from '@ops/runtime/clock.ts';

/** Two clocks drift apart by this much at most: 1 s in 1,000 s is ten times what hardware does. */
const DRIFT = 0.001;

export interface ServerClock {
  /**
   * @param serverTime milliseconds of the server's wall clock, told in an answer
   * @param askedAt our monotonic clock when the question left
   * @returns the round trip in milliseconds
   */
  told(serverTime: number, askedAt: number): number;
  /** The server's milliseconds now, right within half a round trip; undefined before it told the time. */
  now(): number | undefined;
  /** The server's milliseconds now, at most. */
  latest(): number | undefined;
}

interface Reading {
  /** Server time less our monotonic time. */
  readonly offset: number;
  /** It may be off by this much to either side. */
  readonly doubt: number;
  readonly at: number;
}

export function createServerClock(clock: Clock): ServerClock {
  let best: Reading | undefined;

  const doubtOf = ({ doubt, at }: Reading): number => doubt + DRIFT * (clock.mono() - at);

  return {
    told(serverTime, askedAt) {
      const at = clock.mono();
      const roundTrip = Math.max(0, at - askedAt);
      // It was read on the server some time between question and answer.
      const reading: Reading = { offset: serverTime - (at - roundTrip / 2), doubt: roundTrip / 2, at };
      const agree = best && Math.abs(reading.offset - best.offset) <= reading.doubt + doubtOf(best);
      // Where they do not agree, the server's clock was set.
      if (!best || !agree || reading.doubt <= doubtOf(best)) best = reading;
      return roundTrip;
    },
    now: () => best && Math.round(clock.mono() + best.offset),
    latest: () => best && Math.ceil(clock.mono() + best.offset + doubtOf(best)),
  };
}
