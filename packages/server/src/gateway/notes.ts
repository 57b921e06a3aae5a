/**
 * What is written down about peers. Whoever can reach the port can make us write, so lines about peers that have proved
 * nothing and entries in the audit trail are bounded; the rest is counted.
 */
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log, LogFields } from '@ops/runtime/log.ts';

import type { AuditEntry } from '../audit/entry.ts';
import { Allowance } from './allowance.ts';
import type { Refused } from './handshake.ts';
import { MAX_AUDITED_PER_MINUTE, MAX_LINES_PER_MINUTE } from './limits.ts';
import type { Counters } from './stats.ts';

const MINUTE_MS = 60_000;

export interface AuditSink {
  /** Durable when resolved. @throws OpsError `storage_unavailable` */
  record(entry: AuditEntry): Promise<void>;
}

export interface Notes {
  /** A line at level warn about a peer that has proved nothing. */
  stranger(message: string, fields: LogFields): void;
  /** The lines the manual shows, and the entry in the audit trail. */
  authFailed(clientId: string, address: string, refused: Refused): void;
}

export function createNotes(needs: {
  readonly log: Log;
  readonly audit: AuditSink;
  readonly clock: Clock;
  readonly counters: Counters;
}): Notes {
  const { log, audit, clock, counters } = needs;
  const lines = new Allowance(MAX_LINES_PER_MINUTE, MINUTE_MS, clock.mono());
  const audited = new Allowance(MAX_AUDITED_PER_MINUTE, MINUTE_MS, clock.mono());

  function mayWrite(): boolean {
    if (lines.take(clock.mono())) return true;
    counters.linesSuppressed++;
    return false;
  }

  function record(entry: AuditEntry): void {
    if (!audited.take(clock.mono())) {
      counters.auditSuppressed++;
      return;
    }
    audit.record(entry).catch((error: unknown) => {
      counters.auditFailed++;
      if (mayWrite()) log.error('a refused client could not be audited', { error });
    });
  }

  return {
    stranger(message, fields) {
      if (mayWrite()) log.warn(message, fields);
    },
    authFailed(clientId, address, refused) {
      const detail = {
        reason: refused.reason,
        ...(refused.skewSecs !== undefined && { skew_secs: refused.skewSecs }),
      };
      if (mayWrite()) {
        log.warn(`Authentication failed for client ${clientId}`, { address, ...detail });
        log.error('Client connection error: Authentication failed', { address });
      }
      record({
        atMs: clock.wall(),
        actor: clientId === 'unknown' ? 'address' : `client:${clientId}`,
        role: '',
        address,
        action: 'client_auth',
        target: clientId === 'unknown' ? '' : clientId,
        detail,
        outcome: 'refused',
      });
    },
  };
}
