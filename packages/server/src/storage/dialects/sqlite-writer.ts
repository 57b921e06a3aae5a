/** The one connection that writes a SQLite file. Lives in the writer's thread. https://www.sqlite.org/wal.html */
import { DatabaseSync, type StatementSync } from 'node:sqlite';

import type { StatementResult } from '../database.ts';
import { createPrivately } from '../data-directory.ts';
import { CachedStatements } from './cached-statements.ts';
import type {
  CompiledStatement,
  Parameter,
  WriteConnection,
  WriteDialect,
  WriterOptions,
} from './dialect.ts';
import { findDamage } from './sqlite-check.ts';
import { judge } from './sqlite-errors.ts';
import { migrate } from './sqlite-migrate.ts';

/** How long to wait for a lock of another program (a backup, someone's sqlite3). */
export const BUSY_TIMEOUT_MS = 5_000;

/** The log is cut back to this when it was moved into the database after a burst. */
const MAX_IDLE_LOG_BYTES = 64 * 1024 * 1024;

/** Pages in the log before they are moved: a batch for ten thousand hosts writes about as many, and no page twice. */
const LOG_PAGES = 4000;

/**
 * Pages kept in memory. In the 2 MB SQLite takes by itself the change that makes a batch for ten thousand hosts finds no
 * room: its pages are written, read and written again before it is committed.
 */
const CACHE_KB = 8 * 1024;

/** With less room than this, the next changes would fail anyway. */
const PROBE_BYTES = 64 * 1024;

const BEGIN = 'BEGIN IMMEDIATE';
const COMMIT = 'COMMIT';
const ROLLBACK = 'ROLLBACK';
const SAVEPOINT = 'SAVEPOINT one_change';
const RELEASE = 'RELEASE one_change';
const UNDO = 'ROLLBACK TO one_change; RELEASE one_change';

export const sqliteWrites: WriteDialect = { openWriter, judge };

/** @param lists JSON, made by writer/compile.ts */
function runEach(statement: StatementSync, lists: string, others: readonly Parameter[]): number {
  let changes = 0;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written from such rows alone
  for (const values of JSON.parse(lists) as (string | number | null)[][])
    changes += Number(statement.run(...values, ...others).changes);
  return changes;
}

function openWriter({ path, durability, maxPages }: WriterOptions): WriteConnection {
  createPrivately(path);
  const db = new DatabaseSync(path, {
    timeout: BUSY_TIMEOUT_MS,
    enableForeignKeyConstraints: true,
    defensive: true,
  });
  try {
    const settings = [
      'PRAGMA journal_mode = WAL',
      `PRAGMA synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}`,
      `PRAGMA journal_size_limit = ${MAX_IDLE_LOG_BYTES}`,
      `PRAGMA wal_autocheckpoint = ${LOG_PAGES}`,
      // A negative number is in KiB.
      `PRAGMA cache_size = -${CACHE_KB}`,
      'PRAGMA cell_size_check = ON',
      'PRAGMA trusted_schema = OFF',
      ...(maxPages === undefined ? [] : [`PRAGMA max_page_count = ${maxPages}`]),
    ];
    db.exec(settings.join(';'));
  } catch (cause) {
    db.close();
    throw cause;
  }
  const statements = new CachedStatements(db);

  function run({ sql, parameters, rows: lists }: CompiledStatement): StatementResult {
    const statement = statements.get(sql);
    if (lists !== undefined) return { rows: [], changes: runEach(statement, lists, parameters) };
    if (statements.hasRows(statement)) {
      const rows = statement.all(...parameters);
      return { rows, changes: rows.length };
    }
    return { rows: [], changes: Number(statement.run(...parameters).changes) };
  }

  function transaction<T>(work: () => T): T {
    statements.get(BEGIN).run();
    try {
      const result = work();
      statements.get(COMMIT).run();
      return result;
    } catch (cause) {
      // SQLite has rolled back by itself after some errors, a full disk among them.
      if (db.isTransaction) db.exec(ROLLBACK);
      throw cause;
    }
  }

  return {
    run,
    transaction,
    savepoint(work) {
      statements.get(SAVEPOINT).run();
      try {
        const result = work();
        statements.get(RELEASE).run();
        return result;
      } catch (cause) {
        if (db.isTransaction) db.exec(UNDO);
        throw cause;
      }
    },
    migrate: (migrations, nowMs) => migrate(db, path, migrations, nowMs),
    findDamage: () => findDamage(db),
    settle() {
      const [state] = run({ sql: 'PRAGMA wal_checkpoint(TRUNCATE)', parameters: [] }).rows;
      if (state?.['busy'] !== 0) throw new Error('a reader keeps the log from being moved into the database');
    },
    probe() {
      transaction(() =>
        run({ sql: 'INSERT OR REPLACE INTO write_probe VALUES (1, zeroblob(?))', parameters: [PROBE_BYTES] }),
      );
      transaction(() => run({ sql: 'DELETE FROM write_probe', parameters: [] }));
    },
    close() {
      if (db.isOpen) db.close();
    },
  };
}
