/** Steps for tests of migration: each fills a table, changes the one before, and takes some milliseconds. */
import type { Migration } from './migration.ts';

const ROWS = 2_000;

export function manySteps(count: number): readonly Migration[] {
  return Array.from({ length: count }, (_, index) => {
    const version = index + 1;
    const fill = `
      CREATE TABLE step_${version} (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
      INSERT INTO step_${version} SELECT value, hex(zeroblob(50)) FROM generate_series_${version};`;
    const series = `
      CREATE TEMP VIEW generate_series_${version} AS
        WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ${ROWS}) SELECT value FROM n;`;
    const change =
      index === 0 ? '' : `ALTER TABLE step_${index} ADD COLUMN changed INTEGER NOT NULL DEFAULT ${version};`;
    return { version, name: `step ${version}`, sql: { sqlite: series + fill + change } };
  });
}

export const MANY_STEPS = manySteps(25);
