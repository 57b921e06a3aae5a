/**
 * Tells of a batch, or a rollout, at most so often: at once when it was quiet, then the newest state at the end of each period in which
 * it changed. The last state is always told; that something is over, at once.
 */
import { BATCH_EVENTS_PER_SEC } from '@ops/protocol/http/events.ts';
import type { Clock, Timer } from '@ops/runtime/clock.ts';

export const PERIOD_MS = 1000 / BATCH_EVENTS_PER_SEC;

export interface Announcer {
  changed(id: string): void;
  /** Nothing more is to come: what changed last does not wait for its period. */
  over(id: string): void;
  stop(): void;
}

export function createAnnouncer(clock: Clock, tell: (id: string) => void, periodMs = PERIOD_MS): Announcer {
  /** Those told of in the last period, and whether they changed since. */
  const recent = new Map<string, { changed: boolean; timer: Timer }>();

  function begin(id: string): void {
    recent.set(id, { changed: false, timer: clock.after(periodMs, () => end(id)) });
    tell(id);
  }

  function end(id: string): void {
    const changed = recent.get(id)?.changed ?? false;
    recent.delete(id);
    if (changed) begin(id);
  }

  return {
    changed(id) {
      const known = recent.get(id);
      if (known) known.changed = true;
      else begin(id);
    },
    over(id) {
      const known = recent.get(id);
      if (!known?.changed) return;
      known.timer.cancel();
      begin(id);
    },
    stop() {
      for (const { timer } of recent.values()) timer.cancel();
      recent.clear();
    },
  };
}
