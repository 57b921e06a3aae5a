/**
 * Looks for damage when a database is opened. `quick_check` reads every page, so its time grows with the file: up to
 * `WHOLE_CHECK_BYTES` everything is read; beyond, one table after another, the smallest first, while time is left.
 * Damage in what was not read shows when it is used, as `damaged`, and is never taken for data.
 */
import { DatabaseSync } from 'node:sqlite';

import { systemClock, type Clock } from '@ops/runtime/clock.ts';

export const WHOLE_CHECK_BYTES = 256 * 1024 * 1024;
export const CHECK_BUDGET_MS = 2_000;

export interface CheckLimits {
  readonly wholeBytes?: number;
  readonly budgetMs?: number;
  readonly clock?: Clock;
}

/** @returns the first finding in SQLite's words, or undefined. @throws SQLite's error when it cannot even be read */
export function findDamage(db: DatabaseSync, limits: CheckLimits = {}): string | undefined {
  const { wholeBytes = WHOLE_CHECK_BYTES, budgetMs = CHECK_BUDGET_MS, clock = systemClock } = limits;
  if (sizeOf(db) <= wholeBytes) return firstFinding(db, 'PRAGMA quick_check(1)');
  const start = clock.mono();
  for (const table of smallestFirst(db)) {
    if (clock.mono() - start > budgetMs) return undefined;
    const finding = firstFinding(db, `PRAGMA quick_check("${table}")`);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

function sizeOf(db: DatabaseSync): number {
  const row = db
    .prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size')
    .get();
  return Number(row?.['bytes']);
}

function firstFinding(db: DatabaseSync, sql: string): string | undefined {
  const found = db.prepare(sql).get()?.['quick_check'];
  return found === 'ok' || found === undefined ? undefined : String(found).split('\n').at(-1);
}

/** By the highest row id, which is read in a moment; tables without row ids hold samples and come last. */
function smallestFirst(db: DatabaseSync): string[] {
  const tables = db
    .prepare("SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    .all();
  return tables
    .map(({ name, wr }) => ({
      name: String(name),
      rows:
        wr === 1
          ? Infinity
          : Number(db.prepare(`SELECT max(rowid) AS rows FROM "${String(name)}"`).get()?.['rows'] ?? 0),
    }))
    .toSorted((a, b) => a.rows - b.rows)
    .map(({ name }) => name);
}
