import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { CompiledQuery, sql, type Kysely, type RawBuilder } from 'kysely';
import { describe, expect, it } from 'vitest';

import { OpsError } from '@ops/protocol/errors.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';

import type { AuditEntry } from '../audit/entry.ts';
import { createMeta } from './meta.ts';
import { openMainDatabase, openSampleDatabase } from './open.ts';
import type { Tables } from './tables.ts';
import { testMainDatabase, testSampleDatabase } from './test-database.ts';

const entry: AuditEntry = {
  atMs: 1,
  actor: 'admin',
  role: 'admin',
  address: '127.0.0.1',
  action: 'test',
  target: '',
  detail: {},
  outcome: 'ok',
};

const keys = (query: Kysely<Tables>) => query.selectFrom('meta').select('key').execute();

const pragma = (name: string) => ({ compile: () => CompiledQuery.raw(`PRAGMA ${name}`) });

describe('a write', () => {
  it('is seen by the next read', async () => {
    await using test = await testMainDatabase();
    const { query } = test.database;
    await test.database.write({ statements: [query.insertInto('meta').values({ key: 'k', value: 'v' })] });
    expect(await query.selectFrom('meta').selectAll().execute()).toEqual([{ key: 'k', value: 'v' }]);
  });

  it('tells what each statement did', async () => {
    await using test = await testMainDatabase();
    const { database } = test;
    const results = await database.write({
      statements: [
        database.query.insertInto('meta').values([
          { key: 'a', value: '1' },
          { key: 'b', value: '1' },
        ]),
        database.query
          .updateTable('meta')
          .set({ value: '2' })
          .where('key', '=', 'a')
          .returning(['key', 'value']),
        database.query.deleteFrom('meta').where('key', '=', 'nothing'),
      ],
    });
    expect(results).toEqual([
      { rows: [], changes: 2 },
      { rows: [{ key: 'a', value: '2' }], changes: 1 },
      { rows: [], changes: 0 },
    ]);
  });

  it('is all or nothing, audit entries included', async () => {
    await using test = await testMainDatabase();
    const { database } = test;
    const row = database.query.insertInto('meta').values({ key: 'once', value: '1' });
    await expect(database.write({ statements: [row, row], audit: [entry] })).rejects.toMatchObject({
      reason: 'unique',
    });
    expect(await database.query.selectFrom('meta').selectAll().execute()).toEqual([]);
    expect(await database.query.selectFrom('audit').selectAll().execute()).toEqual([]);
  });

  it('refuses values that no column takes, without harm to others', async () => {
    await using test = await testMainDatabase();
    const { database } = test;
    const put = (key: string, value: RawBuilder<string>) =>
      database.write({ statements: [database.query.insertInto('meta').values({ key, value })] });
    const [truth, other] = await Promise.allSettled([put('a', sql`${true}`), put('b', sql`${'fine'}`)]);
    expect(truth).toMatchObject({ status: 'rejected', reason: expect.any(TypeError) });
    expect(other.status).toBe('fulfilled');
  });

  it('has no audit trail in the database of samples', async () => {
    await using test = await testSampleDatabase();
    await expect(test.database.write({ statements: [], audit: [entry] })).rejects.toThrow(TypeError);
  });
});

describe('the writer', () => {
  it.each([
    ['ops.db flushes each commit', testMainDatabase, 2],
    ['samples.db leaves flushing to the log', testSampleDatabase, 1],
  ] as const)('%s; both keep references and wait for others', async (_what, open, synchronous) => {
    await using test = await open();
    const results = await test.database.write({
      statements: ['synchronous', 'journal_mode', 'foreign_keys', 'busy_timeout'].map(pragma),
    });
    expect(results.map(({ rows }) => rows[0])).toEqual([
      { synchronous },
      { journal_mode: 'wal' },
      { foreign_keys: 1 },
      { timeout: 5_000 },
    ]);
  });
});

describe('reading', () => {
  it('cannot write', async () => {
    await using test = await testMainDatabase();
    const insert = test.database.query.insertInto('meta').values({ key: 'k', value: 'v' });
    await expect(insert.execute()).rejects.toThrow('readonly');
  });

  it('sees new commits while a stream is half read', async () => {
    await using test = await testMainDatabase();
    const { database } = test;
    const put = (key: string) =>
      database.write({ statements: [database.query.insertInto('meta').values({ key, value: '' })] });
    await Promise.all([put('a'), put('b'), put('c')]);
    for await (const row of database.query.selectFrom('meta').selectAll().orderBy('key').stream()) {
      if (row.key !== 'a') break;
      await put('d');
      expect(await database.query.selectFrom('meta').selectAll().execute()).toHaveLength(4);
    }
  });

  it('of several things at one moment is a transaction, and keeps nobody waiting', async () => {
    await using test = await testMainDatabase();
    const { database } = test;
    const put = (key: string) =>
      database.write({ statements: [database.query.insertInto('meta').values({ key, value: '' })] });
    await put('a');
    await database.query.transaction().execute(async (moment) => {
      expect(await keys(moment)).toHaveLength(1);
      await put('b');
      expect(await keys(moment)).toHaveLength(1);
      expect(await keys(database.query)).toHaveLength(2);
    });
  });
});

describe('a data directory', () => {
  it('is made private, and so is every file in it', async () => {
    await using directory = await tempDirectory('storage');
    const dataDir = join(directory.path, 'new', 'data');
    const main = await openMainDatabase({ dataDir, clock: systemClock, log: silentLog });
    const samples = await openSampleDatabase({ dataDir, clock: systemClock, log: silentLog });
    await createMeta({ database: main, random: systemRandom }).set('k', 'v');
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(dataDir)) {
      expect([name, (await stat(join(dataDir, name))).mode & 0o777]).toEqual([name, 0o600]);
    }
    await main.close();
    await samples.close();
  });

  it('that is none is refused with a sentence', async () => {
    await using directory = await tempDirectory('storage');
    await mkdir(join(directory.path, 'ops.db'));
    const opening = openMainDatabase({ dataDir: directory.path, clock: systemClock, log: silentLog });
    await expect(opening).rejects.toMatchObject({ name: 'StorageOpenError', reason: 'unusable' });
  });

  it('is refused where no directory can be made, with the setting that names another', async () => {
    await using directory = await tempDirectory('storage');
    await writeFile(join(directory.path, 'file'), '');
    const dataDir = join(directory.path, 'file', 'data');
    const opening = openMainDatabase({ dataDir, clock: systemClock, log: silentLog });
    await expect(opening).rejects.toThrow(/file\/data cannot be made \(ENOTDIR.*\): set OPS_DATA_DIR/);
  });
});

describe('close', () => {
  it('commits what is waiting, leaves one file, and is harmless twice', async () => {
    await using directory = await tempDirectory('storage');
    const options = { dataDir: directory.path, clock: systemClock, log: silentLog };
    const database = await openMainDatabase(options);
    const writes = Array.from({ length: 200 }, (_, i) =>
      database.write({ statements: [database.query.insertInto('meta').values({ key: `${i}`, value: '' })] }),
    );
    await Promise.all([database.close(), database.close()]);
    await Promise.all(writes);
    await database.close();
    expect((await readdir(directory.path)).toSorted()).toEqual(['audit-key', 'ops.db', 'ops.db.lock']);

    const again = await openMainDatabase(options);
    expect(await again.query.selectFrom('meta').selectAll().execute()).toHaveLength(200);
    await again.close();
  });

  it('makes later writes fail as storage_unavailable', async () => {
    await using test = await testMainDatabase();
    await test.database.close();
    const write = test.database.write({ statements: [] });
    await expect(write).rejects.toBeInstanceOf(OpsError);
    await expect(write).rejects.toMatchObject({ code: 'storage_unavailable' });
  });
});

describe('meta', () => {
  it('keeps one server id through calls at the same time and restarts', async () => {
    await using test = await testMainDatabase();
    const meta = createMeta({ database: test.database, random: systemRandom });
    const [first, second] = await Promise.all([meta.serverId(), meta.serverId()]);
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(second).toBe(first);
    await test.database.close();
    const reopened = await openMainDatabase({ dataDir: test.dataDir, clock: systemClock, log: silentLog });
    expect(await createMeta({ database: reopened, random: systemRandom }).serverId()).toBe(first);
    await reopened.close();
  });

  it('replaces values', async () => {
    await using test = await testMainDatabase();
    const meta = createMeta({ database: test.database, random: systemRandom });
    await meta.set('a', '1');
    await meta.set('a', '2');
    expect(await meta.get('a')).toBe('2');
    expect(await meta.get('b')).toBeUndefined();
  });
});
