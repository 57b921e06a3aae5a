/**
 * The two timers of the fleet.
 *
 *   each second             who was silent for too long is late; a conflict that is over is no longer shown
 *   each cleanup interval   who sent no frame for the client timeout is offline and its link closed;
 *                           when the others were last seen is written
 */
import type { Clock, Timer } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { Conflicts } from './conflicts.ts';
import type { Entry } from './entry.ts';
import type { Roster } from './roster.ts';
import { createStallGuard } from './stall-guard.ts';

/** How often silence is judged. */
export const SWEEP_MS = 1000;

export interface WatchNeeds {
  readonly roster: Roster;
  readonly conflicts: Conflicts;
  readonly clock: Clock;
  readonly log: Log;
  readonly cleanupIntervalMs: number;
  readonly clientTimeoutMs: number;
  /** Tells of a change of presence. */
  announce(entry: Entry): void;
  /** Stores and tells. */
  changed(entry: Entry): void;
  /** Stores when they were last seen. */
  seen(entries: readonly Entry[]): void;
}

export interface Watch {
  start(): void;
  /** Harmless twice. */
  stop(): void;
}

export function createWatch(needs: WatchNeeds): Watch {
  const { roster, conflicts, clock, log } = needs;
  const timers: Timer[] = [];

  function connected(): Entry[] {
    const entries: Entry[] = [];
    roster.connected.each((entry) => entries.push(entry) > 0);
    return entries;
  }

  function sweep(now: number): void {
    const silent: Entry[] = [];
    roster.connected.each((entry) => {
      const silence = now - entry.lastBeatAt;
      if (entry.presence === 'online' && silence > entry.lateAfterMs) silent.push(entry);
      // The others were heard later.
      return silence > roster.shortestLateAfterMs;
    });
    for (const entry of silent) if (roster.silence(entry)) needs.announce(entry);
    for (const entry of conflicts.over(now)) {
      conflicts.end(entry);
      needs.changed(entry);
    }
  }

  function cleanUp(now: number): void {
    for (const entry of connected()) {
      const { link } = entry;
      if (!link || now - link.lastFrameAt < needs.clientTimeoutMs) continue;
      log.warn('client was silent for too long', { client: entry.id, hostname: entry.facts.hostname });
      if (roster.disconnect(entry, 'timeout')) needs.changed(entry);
      link.close('protocol');
    }
    needs.seen(connected());
  }

  return {
    start() {
      if (timers.length > 0) return;
      const guard = createStallGuard(SWEEP_MS, clock.mono());
      timers.push(
        clock.every(SWEEP_MS, () => {
          const now = clock.mono();
          if (guard.tick(now)) sweep(now);
        }),
        clock.every(needs.cleanupIntervalMs, () => {
          const now = clock.mono();
          if (guard.trusts(now)) cleanUp(now);
        }),
      );
    },
    stop() {
      for (const timer of timers.splice(0)) timer.cancel();
    },
  };
}
