/**
 * When readings are taken: each heartbeat interval while the link is ready, more rarely while it is down, because then
 * they are only kept. Rates and shares are those since the reading before, so nothing between two readings is missed.
 */
import type { Clock, Timer } from '@ops/runtime/clock.ts';

/**
 * The first reading after a change of pace comes this long after the one before, not at once: rates of a moment would
 * say nothing.
 */
export const SHORTEST_READING_MS = 1_000;

export interface Pulse {
  /** Goes on at this pace; the next beat comes early when the last one is long ago. */
  every(intervalMs: number): void;
  stop(): void;
}

export function createPulse(clock: Clock, beat: () => void): Pulse {
  let timer: Timer | undefined;
  let lastBeat = clock.mono();

  function run(): void {
    lastBeat = clock.mono();
    beat();
  }

  return {
    every(intervalMs) {
      timer?.cancel();
      const since = clock.mono() - lastBeat;
      const first = Math.max(0, Math.min(SHORTEST_READING_MS, intervalMs) - since);
      timer = clock.after(first, () => {
        timer = clock.every(intervalMs, run);
        run();
      });
    },
    stop() {
      timer?.cancel();
    },
  };
}
