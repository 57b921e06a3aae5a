/** One beat a second for every "3 seconds ago" on the page, while anything listens. */
import type { BrowserClock, Timer } from '../browser/clock.ts';

export interface Ticker {
  /** Calls once a second. Returns how to stop. */
  readonly subscribe: (call: () => void) => () => void;
}

export function createTicker(clock: BrowserClock): Ticker {
  const listeners = new Set<() => void>();
  let beat: Timer | undefined;
  return {
    subscribe(call) {
      listeners.add(call);
      beat ??= clock.every(1000, () => {
        for (const listener of listeners) listener();
      });
      return () => {
        listeners.delete(call);
        if (listeners.size > 0) return;
        beat?.cancel();
        beat = undefined;
      };
    },
  };
}
