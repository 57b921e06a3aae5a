/**
 * Reads the databases of a data directory without changing them: beside a running server as one more reader, otherwise
 * as files nobody writes (SQLite's `immutable`, which makes no log and takes no lock).
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

import { findDamage } from '../storage/dialects/sqlite-check.ts';
import { messageOf } from '../storage/storage-error.ts';

export interface ClientRow {
  readonly id: string;
  readonly hostname: string;
  readonly connected: boolean;
  readonly version: string;
  readonly clockOffsetMs: number | null;
  readonly conflict: boolean;
}

export type DatabaseFacts =
  | { readonly file: string; readonly kind: 'absent' }
  /** Nobody runs, and what was written last is still in the log: only a server may put it in. */
  | { readonly file: string; readonly kind: 'unfinished' }
  | { readonly file: string; readonly kind: 'failed'; readonly message: string }
  | {
      readonly file: string;
      readonly kind: 'read';
      readonly damage: string | undefined;
      readonly serverId: string | undefined;
      readonly clients: readonly ClientRow[];
    };

/** Clients a doctor looks at. */
const MAX_CLIENTS = 10_000;

const sizeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.size;

/** @param isRunning a server may have it open. Never throws */
export function lookAtDatabase(dataDir: string, file: string, isRunning: boolean): DatabaseFacts {
  const path = join(dataDir, file);
  let db: DatabaseSync | undefined;
  try {
    if (sizeOf(path) === undefined) return { file, kind: 'absent' };
    const logBytes = sizeOf(`${path}-wal`);
    if (!isRunning && logBytes !== undefined && logBytes > 0) return { file, kind: 'unfinished' };
    const shared = isRunning && logBytes !== undefined;
    const url = pathToFileURL(path);
    if (!shared) url.search = 'immutable=1';
    db = new DatabaseSync(url, { readOnly: true, timeout: 5_000 });
    const damage = findDamage(db);
    const readable = damage === undefined && file === 'ops.db';
    return {
      file,
      kind: 'read',
      damage,
      serverId: readable ? serverIdIn(db) : undefined,
      clients: readable ? clientsIn(db) : [],
    };
  } catch (cause) {
    return { file, kind: 'failed', message: messageOf(cause) };
  } finally {
    db?.close();
  }
}

const SERVER_ID = "SELECT value FROM meta WHERE key = 'server_id'";
const CLIENTS = `SELECT id, facts ->> 'hostname' AS hostname, client_version, clock_offset_ms,
  connected_at_ms IS NOT NULL AND disconnected_at_ms IS NULL AS connected, conflict_at_ms IS NOT NULL AS conflict
  FROM clients ORDER BY last_seen_ms DESC LIMIT ${MAX_CLIENTS}`;

function serverIdIn(db: DatabaseSync): string | undefined {
  const value = db.prepare(SERVER_ID).get()?.['value'];
  return typeof value === 'string' ? value : undefined;
}

function clientsIn(db: DatabaseSync): ClientRow[] {
  return db
    .prepare(CLIENTS)
    .all()
    .map((row) => ({
      id: String(row['id']),
      hostname: String(row['hostname'] ?? ''),
      connected: row['connected'] === 1,
      version: String(row['client_version'] ?? ''),
      clockOffsetMs: typeof row['clock_offset_ms'] === 'number' ? row['clock_offset_ms'] : null,
      conflict: row['conflict'] === 1,
    }));
}
