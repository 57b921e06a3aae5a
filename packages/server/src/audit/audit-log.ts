/** Audit entries that go with no other change: a refused login, a client that failed to prove itself. */
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { Database } from '../storage/database.ts';
import type { Tables } from '../storage/tables.ts';
import type { AuditEntry } from './entry.ts';

export interface AuditLog {
  /**
   * Resolves when the entry is durable, or was dropped. Never rejects: what the entry tells of has happened already.
   * Where an action must not happen without its entry, the entry goes into the same `Change` instead.
   */
  record(entry: Omit<AuditEntry, 'atMs'>): Promise<void>;
  /** Entries that could not be stored. */
  readonly dropped: number;
}

export interface AuditLogNeeds {
  readonly database: Pick<Database<Tables>, 'write'>;
  readonly clock: Clock;
  readonly log: Log;
}

export function createAuditLog({ database, clock, log }: AuditLogNeeds): AuditLog {
  let dropped = 0;
  /** Dropped since the last one that was stored: said once at its begin and once at its end, not for each. */
  let inARow = 0;
  return {
    async record(entry) {
      try {
        await database.write({ statements: [], audit: [{ ...entry, atMs: clock.wall() }] });
        if (inARow > 0) log.warn('audit entries are stored again', { dropped: inARow });
        inARow = 0;
      } catch (cause) {
        dropped += 1;
        inARow += 1;
        if (inARow === 1) log.error('audit entries cannot be stored', { action: entry.action, cause });
      }
    },
    get dropped() {
      return dropped;
    },
  };
}
