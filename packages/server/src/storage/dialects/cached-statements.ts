import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Statements kept ready. Preparing costs more than most statements do; lists of varying length make many of them. */
export const MAX_CACHED_STATEMENTS = 200;

export class CachedStatements {
  readonly #db: DatabaseSync;
  readonly #byText = new Map<string, StatementSync>();
  /** Asking a statement for its columns costs more than running it. */
  readonly #withRows = new WeakMap<StatementSync, boolean>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  get(sql: string): StatementSync {
    const known = this.#byText.get(sql);
    if (known) return known;
    const statement = this.#db.prepare(sql);
    if (this.#byText.size >= MAX_CACHED_STATEMENTS) {
      const oldest = this.#byText.keys().next();
      if (!oldest.done) this.#byText.delete(oldest.value);
    }
    this.#byText.set(sql, statement);
    return statement;
  }

  /** Whether it answers with rows. */
  hasRows(statement: StatementSync): boolean {
    let known = this.#withRows.get(statement);
    if (known === undefined) this.#withRows.set(statement, (known = statement.columns().length > 0));
    return known;
  }

  get size(): number {
    return this.#byText.size;
  }
}
