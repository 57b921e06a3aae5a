import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { describe, expect, it } from 'vitest';

import { sleep, systemClock } from '@ops/runtime/clock.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { startProgram } from '@ops/testkit/child-program.ts';
import { createSeededRandom } from '@ops/testkit/seeded-random.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';

import type { WriteConnection } from './dialects/dialect.ts';
import { sqliteWrites } from './dialects/sqlite-writer.ts';
import type { Migration } from './migration.ts';
import { mainMigrations } from './migrations/main-migrations.ts';
import { openMainDatabase } from './open.ts';
import { sampleMigrations } from './sample-migrations/sample-migrations.ts';
import { MANY_STEPS, manySteps } from './test-migrations.ts';

const KILLS = 12;
/** A loaded machine takes long to start programs; nothing here waits for a time. */
const TIMEOUT_MS = 90_000;

function migrated(path: string, migrations: readonly Migration[]): number {
  return using(path, (connection) => connection.migrate(migrations, 5));
}

function using<T>(path: string, work: (connection: WriteConnection) => T): T {
  const connection = sqliteWrites.openWriter({ path, durability: 'full' });
  try {
    return work(connection);
  } finally {
    connection.close();
  }
}

const query = (path: string, sql: string): Record<string, unknown>[] =>
  using(path, (connection) => connection.run({ sql, parameters: [] }).rows.map((row) => ({ ...row })));

describe.each([
  ['ops.db', mainMigrations],
  ['samples.db', sampleMigrations],
])('the steps of %s', (_name, migrations) => {
  it('are numbered without a gap', () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1));
  });

  it('never defer a constraint to the commit, which is shared by many changes', () => {
    for (const { sql } of migrations) expect(sql.sqlite).not.toMatch(/deferr/i);
  });

  it('run once', async () => {
    await using directory = await tempDirectory('storage');
    const path = join(directory.path, 'a.db');
    expect(migrated(path, migrations)).toBe(migrations.length);
    expect(migrated(path, migrations)).toBe(migrations.length);
    expect(query(path, 'SELECT version, applied_at_ms FROM migrations')).toEqual(
      migrations.map(({ version }) => ({ version, applied_at_ms: 5 })),
    );
  });

  it('make strict tables only', async () => {
    await using directory = await tempDirectory('storage');
    const path = join(directory.path, 'a.db');
    migrated(path, migrations);
    const loose =
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'";
    expect(query(path, loose)).toEqual([]);
  });
});

describe('an existing database', () => {
  it('keeps a private copy of itself before it is changed, and only then', async () => {
    await using directory = await tempDirectory('storage');
    const path = join(directory.path, 'a.db');
    migrated(path, manySteps(2));
    expect(readdirSync(directory.path)).toEqual(['a.db']);
    migrated(path, manySteps(3));
    const copy = `${path}.before-3`;
    expect(readdirSync(directory.path)).toEqual(['a.db', 'a.db.before-3']);
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    expect(query(copy, 'SELECT max(version) AS version FROM migrations')).toEqual([{ version: 2 }]);
    expect(query(copy, 'SELECT count(*) AS rows FROM step_2')).toEqual([{ rows: 2_000 }]);
  });

  it('is left as it was by a step that fails, by name of the step before', async () => {
    await using directory = await tempDirectory('storage');
    const path = join(directory.path, 'a.db');
    migrated(path, manySteps(2));
    const wrong: Migration = {
      version: 4,
      name: 'wrong',
      sql: { sqlite: 'CREATE TABLE kept_not (a) ; nonsense' },
    };
    expect(() => migrated(path, [...manySteps(3), wrong])).toThrow('nonsense');
    expect(query(path, 'SELECT max(version) AS version FROM migrations')).toEqual([{ version: 3 }]);
    expect(query(path, "SELECT name FROM sqlite_schema WHERE name = 'kept_not'")).toEqual([]);
  });

  it('is not left with broken references by a step', async () => {
    await using directory = await tempDirectory('storage');
    const path = join(directory.path, 'a.db');
    const sql = `CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT;
      CREATE TABLE child (parent INTEGER REFERENCES parent) STRICT;
      INSERT INTO child VALUES (7);`;
    const breaking: Migration = { version: 1, name: 'breaking', sql: { sqlite: sql } };
    expect(() => migrated(path, [breaking])).toThrow('child with a broken reference');
    expect(query(path, 'SELECT name FROM sqlite_schema')).toEqual([]);
  });

  it('of a newer program is refused with what to do, and not touched', async () => {
    await using directory = await tempDirectory('storage');
    const path = join(directory.path, 'ops.db');
    migrated(path, [
      ...mainMigrations,
      { version: mainMigrations.length + 1, name: 'later', sql: { sqlite: '' } },
    ]);
    const opening = openMainDatabase({ dataDir: directory.path, clock: systemClock, log: silentLog });
    await expect(opening).rejects.toMatchObject({
      reason: 'newer',
      message: `${path} was written by a newer ops-server (schema ${mainMigrations.length + 1}, this program knows up to ${mainMigrations.length}): start that version, or put back a copy from before it`,
    });
    expect(existsSync(join(directory.path, 'audit-key'))).toBe(false);
  });

  it('of another program is refused', async () => {
    await using directory = await tempDirectory('storage');
    const path = join(directory.path, 'ops.db');
    query(path, 'CREATE TABLE theirs (a)');
    const opening = openMainDatabase({ dataDir: directory.path, clock: systemClock, log: silentLog });
    await expect(opening).rejects.toMatchObject({
      reason: 'unusable',
      message: expect.stringContaining('no database of ops-server'),
    });
  });
});

describe('a program that is killed while it migrates', () => {
  it(
    'leaves the schema of one version, whole, and the next one finishes',
    async () => {
      const seed = systemClock.wall();
      const random = createSeededRandom(seed);
      await using directory = await tempDirectory('storage');
      const versions = new Set<number>();
      for (let round = 0; round < KILLS; round++) {
        const path = join(directory.path, `${round}.db`);
        const program = await startProgram({
          file: join(import.meta.dirname, 'test-migrating-program.ts'),
          args: [path],
        });
        await program.line(/^start$/, { within: 15_000 });
        await sleep(systemClock, random.unit() * 120);
        await program.kill9();
        const version = versionOf(path);
        versions.add(version);
        expect(schemaOf(path), `seed ${seed}, round ${round}`).toEqual(schemaAt(version));
        migrated(path, MANY_STEPS);
        expect(schemaOf(path)).toEqual(schemaAt(MANY_STEPS.length));
      }
      expect(versions.size, 'kills at different points').toBeGreaterThan(2);
    },
    TIMEOUT_MS,
  );
});

function versionOf(path: string): number {
  if (!existsSync(path)) return 0;
  const known = query(path, "SELECT name FROM sqlite_schema WHERE name = 'migrations'").length > 0;
  return known ? Number(query(path, 'SELECT max(version) AS version FROM migrations')[0]?.['version']) : 0;
}

/** Tables with their columns and rows. */
function schemaOf(path: string): string[] {
  if (!existsSync(path)) return [];
  const db = new DatabaseSync(path);
  try {
    const names = db.prepare("SELECT name FROM sqlite_schema WHERE name LIKE 'step_%'").all();
    return names
      .map(({ name }) => {
        const table = String(name);
        const columns = db.prepare(`SELECT name FROM pragma_table_info('${table}')`).all();
        const rows = db.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows'];
        return `${table}: ${columns.map((column) => String(column['name'])).join(' ')}: ${String(rows)}`;
      })
      .toSorted();
  } finally {
    db.close();
  }
}

function schemaAt(version: number): string[] {
  return Array.from({ length: version }, (_, index) => {
    const changed = index + 1 < version ? ' changed' : '';
    return `step_${index + 1}: id text${changed}: 2000`;
  }).toSorted();
}
