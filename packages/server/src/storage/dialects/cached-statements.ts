import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Statements kept ready. Preparing costs more than most statements do; lists of varying length make many of them. */
export const MAX_CACHED_STATEMENTS = 200;

export class CachedStatements {
  readonly #db: DatabaseSync;
  readonly #byText = new Map<string, StatementSync>();

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

  get size(): number {
    return this.#byText.size;
  }
}
