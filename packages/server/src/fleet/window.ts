/**
 * A part of the list of clients that somebody looks at, and what changed of it since they last looked. The order stays as
 * it is until a client comes, goes or changes what it is found by; by loads it is made anew every `REORDER_MS` at most, as
 * rows that jump about each second cannot be read.
 */
import { DEFAULT_WINDOW } from '@ops/protocol/http/events.ts';
import type { WindowEvent } from '@ops/protocol/http/events.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import { arrange, isRestless } from './arrange.ts';
import type { Entry } from './entry.ts';
import type { FleetWindow, WindowQuery } from './fleet.ts';
import type { Roster } from './roster.ts';
import { toSummary } from './summary.ts';

export const REORDER_MS = 5000;
/** Characters of clients in one look, about: a long window comes in pieces that a stream takes one by one. */
export const MAX_LOOK = 48 * 1024;

interface Shown {
  revision: number;
  lastSeenMs: number;
}

/** @throws OpsError `invalid_request` for a malformed selector */
export function createWindow(
  needs: { readonly roster: Roster; readonly clock: Clock; readonly revision: () => number },
  query: WindowQuery,
): FleetWindow {
  const { roster, clock, revision } = needs;
  const { sort = 'name', offset = 0, limit = DEFAULT_WINDOW } = query;
  let arranged = arrange(roster.ordered, query);
  let arrangedAt = clock.mono();
  let arrangedFor = revision();
  let part: readonly Entry[] = [];
  let toldIds = '';
  let toldFigures = '';
  let shown = new Map<Entry, Shown>();

  function order(): void {
    const now = clock.mono();
    const isOld = isRestless(sort) && now - arrangedAt >= REORDER_MS;
    if (!isOld && arrangedFor === revision()) return;
    arrangedFor = revision();
    arrangedAt = now;
    arranged = arrange(roster.ordered, query);
  }

  function changes(): Pick<WindowEvent, 'clients' | 'metrics'> & { readonly more: boolean } {
    const clients: NonNullable<WindowEvent['clients']> = {};
    const metrics: NonNullable<WindowEvent['metrics']> = {};
    let size = 0;
    let more = false;
    for (const entry of part) {
      const { revision: now, lastSeenMs } = entry;
      const known = shown.get(entry);
      if (known?.revision === now) {
        if (known.lastSeenMs === lastSeenMs) continue;
        Object.assign(metrics, { [entry.id]: { ...entry.sample.metrics, last_seen_ms: lastSeenMs } });
        known.lastSeenMs = lastSeenMs;
        continue;
      }
      if (size >= MAX_LOOK) {
        more = true;
        continue;
      }
      const summary = toSummary(entry);
      size += JSON.stringify(summary).length;
      Object.assign(clients, { [entry.id]: summary });
      shown.set(entry, { revision: now, lastSeenMs });
    }
    return {
      ...(Object.keys(clients).length > 0 && { clients }),
      ...(Object.keys(metrics).length > 0 && { metrics }),
      more,
    };
  }

  return {
    look() {
      order();
      part = arranged.slice(offset, offset + limit);
      const ids = part.map(({ id }) => id);
      const isMoved = ids.join() !== toldIds || toldFigures === '';
      if (isMoved) {
        toldIds = ids.join();
        shown = new Map(part.flatMap((entry) => (shown.has(entry) ? [[entry, shown.get(entry)!]] : [])));
      }
      const { more, ...changed } = changes();
      const figures = {
        counts: roster.counts(),
        matched: arranged.length,
        failing_apps: roster.failingApps,
      };
      const nowFigures = JSON.stringify(figures);
      const isQuiet = !isMoved && nowFigures === toldFigures && Object.keys(changed).length === 0;
      toldFigures = nowFigures;
      if (isQuiet) return { change: undefined, figures, more };
      return { change: { ...(isMoved && { ids }), ...changed }, figures, more };
    },
  };
}
