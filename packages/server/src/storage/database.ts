/**
 * A database, as stores see it: reads through Kysely, writes as atomic changes that are durable when their promise
 * resolves. What differs between SQLite and PostgreSQL is in dialects/.
 *
 * A store builds statements with `query` and hands them over; it never runs a write by Kysely:
 *
 *   const insert = database.query.insertInto('users').values(row);
 *   await database.write({ statements: [insert], audit: [{ atMs, actor, …, action: 'user_create', outcome: 'ok' }] });
 *   const users = await database.query.selectFrom('users').selectAll().where('disabled', '=', 0).execute();
 *
 * A read started after a write resolved sees it. Changes are applied in the order of the calls; two that depend on each
 * other belong into one. Expect little of a change beside it: "only if it is still so" is a `where` in the statement,
 * and `changes` or RETURNING tell. Truth values are 0 and 1, JSON is text. Reads run on the main thread: keep each
 * below a few milliseconds, and page through what is long.
 */
import type { Compilable, Kysely } from 'kysely';

import type { AuditEntry } from '../audit/entry.ts';

/** One statement of a change. Built with `database.query`, never run by Kysely itself. */
export type Statement = Compilable | RepeatedStatement;

/** One that runs once for each list of values, in their order: for many short ones that differ in nothing else. */
export interface RepeatedStatement {
  readonly sql: string;
  readonly rows: readonly (readonly (string | number | null)[])[];
  /** Behind the values of each. */
  readonly others?: readonly (string | number | null)[];
}

export interface StatementResult {
  /** Rows of a statement with RETURNING, empty otherwise. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly changes: number;
}

export interface Change {
  readonly statements: readonly Statement[];
  /** Entries of the audit trail that become true with the statements, or not at all. */
  readonly audit?: readonly AuditEntry[];
}

export interface Database<Schema> {
  /** Builds statements and runs reads. */
  readonly query: Kysely<Schema>;
  /**
   * Applies one change: all of it or nothing, durable when resolved. Changes that arrive together share one commit.
   * @throws OpsError `storage_unavailable` when it could not be made durable (disk full, I/O error, closed)
   * @throws ChangeRefusedError (storage-error.ts) when the database refused it: a key that is taken, a broken reference
   */
  write(change: Change): Promise<readonly StatementResult[]>;
  /** Undefined while the last commit was fine, else what went wrong: for /health. */
  readonly fault: Error | undefined;
  close(): Promise<void>;
}
