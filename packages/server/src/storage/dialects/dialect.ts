/**
 * What differs between databases, each as a named capability. Nobody outside this folder asks which database it is.
 * A connection that writes lives in a worker thread and is synchronous; one that reads is Kysely's.
 */
import type { Dialect as KyselyDialect } from 'kysely';

import type { StatementResult } from '../database.ts';
import type { Migration } from '../migration.ts';
import type { RefusalReason } from '../storage-error.ts';

/** What statements may carry. Truth values are 0 and 1, times are milliseconds, JSON is text. */
export type Parameter = null | number | bigint | string | Uint8Array;

export interface CompiledStatement {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
  /**
   * JSON of lists of parameters, which stand before the others: it runs once for each. One text crosses to the thread
   * faster than its values do.
   */
  readonly rows?: string;
}

/** `full`: a commit is on disk when it returns. `normal`: survives a crash of the program, may be undone by a power cut. */
export type Durability = 'full' | 'normal';

/** What an error of a statement or a commit means. */
export type Failure =
  | { readonly kind: 'refused'; readonly reason: RefusalReason }
  /** No space, I/O error, locked by another program: nothing can be made durable now. */
  | { readonly kind: 'unavailable' }
  /** What is stored contradicts itself. */
  | { readonly kind: 'damaged' };

/** @throws TypeError for a value no column takes */
export function asParameter(value: unknown): Parameter {
  if (value === null || typeof value === 'number' || typeof value === 'bigint') return value;
  // Half of a surrogate pair has no UTF-8: what would be read back were another text.
  if (typeof value === 'string') return value.toWellFormed();
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`a parameter is ${typeof value}, which no column takes`);
}

export interface WriteConnection {
  /** Runs one statement. */
  run(statement: CompiledStatement): StatementResult;
  /** Runs `work` in a transaction that is durable when this returns, and undone when it throws. */
  transaction<T>(work: () => T): T;
  /** Runs `work` inside the transaction; when it throws, only what it did is undone. */
  savepoint<T>(work: () => T): T;
  /** Brings the schema up to the newest migration. @returns its version */
  migrate(migrations: readonly Migration[], nowMs: number): number;
  /** Looks for damage. @returns a sentence about the first found, or undefined */
  findDamage(): string | undefined;
  /** Moves all that is committed to its final place, durably. @throws when that cannot be done now */
  settle(): void;
  /** Writes and removes something of a size worth having room for. @throws when that cannot be done now */
  probe(): void;
  /** Settles if it can, and closes. */
  close(): void;
}

export interface WriterOptions {
  readonly path: string;
  readonly durability: Durability;
  /** Largest size in pages. For tests: a disk that is full. */
  readonly maxPages?: number | undefined;
}

export interface Reader {
  readonly kysely: KyselyDialect;
  close(): void;
}

/** Two halves, so that the writer's thread does not load what only readers need. */
export interface ReadDialect {
  openReader(path: string): Reader;
}

export interface WriteDialect {
  openWriter(options: WriterOptions): WriteConnection;
  judge(error: unknown): Failure;
}
