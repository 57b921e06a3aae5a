/**
 * Two processes with one client id. The gateway refuses the newcomer; here it is remembered, shown and audited.
 *
 *   none ──newcomer refused──► shown ──15 minutes online without another──► none
 *                              │   ▲
 *                              └───┘ newcomer refused again: the 15 minutes begin anew
 *
 * A refused client comes back every minute or so for as long as it exists: a quarter of an hour without one means that
 * somebody mended it. Only time with the client connected can show that, so while it is offline nothing ends.
 */
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { AuditEntry } from '../audit/entry.ts';
import type { Entry } from './entry.ts';

export const CONFLICT_MEMORY_MS = 15 * 60_000;
/** A conflict that goes on is audited this often, with the number of newcomers refused meanwhile. */
export const CONFLICT_AUDIT_MS = 60 * 60_000;

export interface Conflicts {
  /** A newcomer was refused. @returns what is to be audited, if anything */
  begin(entry: Entry, address: string): AuditEntry | undefined;
  /** Of connected clients, those whose conflict is over. @param now monotonic milliseconds */
  over(now: number): Entry[];
  /** It is over, or its client is forgotten. */
  end(entry: Entry): void;
  /** After a restart: the time begins anew, the monotonic clock did too. */
  load(entry: Entry): void;
}

export function createConflicts({ clock, log }: { clock: Clock; log: Log }): Conflicts {
  const shown = new Set<Entry>();

  return {
    begin(entry, address) {
      const now = clock.mono();
      shown.add(entry);
      entry.conflictAtMs = clock.wall();
      entry.conflictUntil = now + CONFLICT_MEMORY_MS;
      entry.conflictsUnaudited++;
      if (now - entry.conflictAuditedAt < CONFLICT_AUDIT_MS) return undefined;
      const detail = {
        hostname: entry.facts.hostname,
        connected_from: entry.remoteAddress,
        refused: entry.conflictsUnaudited,
      };
      entry.conflictAuditedAt = now;
      entry.conflictsUnaudited = 0;
      log.warn('another process came with the id of a connected client', {
        client: entry.id,
        address,
        ...detail,
      });
      return {
        atMs: entry.conflictAtMs,
        actor: `client:${entry.id}`,
        role: '',
        address,
        action: 'client_conflict',
        target: entry.id,
        detail,
        outcome: 'refused',
      };
    },

    over: (now) => [...shown].filter((entry) => entry.link && now >= entry.conflictUntil),

    end(entry) {
      entry.conflictAtMs = null;
      shown.delete(entry);
    },

    load(entry) {
      if (entry.conflictAtMs === null) return;
      entry.conflictUntil = clock.mono() + CONFLICT_MEMORY_MS;
      shown.add(entry);
    },
  };
}
