/**
 * Whether what is on the screen is kept up to date, for the one banner that says so.
 *
 *   live ──(the first picture is lost)──► lost ──(the last one is back)──► live
 */
import type { BrowserClock } from '../browser/clock.ts';
import { createSignal } from '../browser/signal.ts';
import type { Signal } from '../browser/signal.ts';

export interface Freshness {
  /** Since when it is not, in milliseconds by this computer's clock; undefined while it is. */
  readonly lostAt: Pick<Signal<number | undefined>, 'get' | 'subscribe'>;
  /** One picture is no longer kept up to date, until the returned function is called. */
  readonly lost: () => () => void;
}

export function createFreshness(clock: Pick<BrowserClock, 'wall'>): Freshness {
  const lostAt = createSignal<number | undefined>(undefined);
  let lost = 0;
  return {
    lostAt,
    lost() {
      if (lost++ === 0) lostAt.set(clock.wall());
      let counted = true;
      return () => {
        if (!counted) return;
        counted = false;
        if (--lost === 0) lostAt.set(undefined);
      };
    },
  };
}
