/**
 * Tells of a batch, a rollout or an upgrade at most so often: at once when it was quiet, then the newest state at the end
 * of each period in which it changed. That it is over is told at once, and nothing behind it.
 */
import { PROGRESS_EVENTS_PER_SEC } from '@ops/protocol/http/events.ts';
import type { Clock, Timer } from '@ops/runtime/clock.ts';

export const PERIOD_MS = 1000 / PROGRESS_EVENTS_PER_SEC;

export interface Announcer<Summary> {
  changed(id: string): void;
  /** It stands so at its end. */
  over(id: string, summary: Summary): void;
  stop(): void;
}

export function createAnnouncer<Summary>(needs: {
  readonly clock: Clock;
  /** How it stands now; undefined: nothing is told of it any more. */
  readonly summaryOf: (id: string) => Summary | undefined;
  readonly tell: (summary: Summary) => void;
}): Announcer<Summary> {
  const { clock, summaryOf, tell } = needs;
  /** Those told of in the last period, and whether they changed since. */
  const recent = new Map<string, { changed: boolean; timer: Timer }>();

  function begin(id: string): void {
    recent.set(id, { changed: false, timer: clock.after(PERIOD_MS, () => end(id)) });
    const summary = summaryOf(id);
    if (summary) tell(summary);
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
    over(id, summary) {
      recent.get(id)?.timer.cancel();
      recent.delete(id);
      tell(summary);
    },
    stop() {
      for (const { timer } of recent.values()) timer.cancel();
      recent.clear();
    },
  };
}
