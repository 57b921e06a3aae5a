import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { beforeAll, describe, expect, it } from 'vitest';

import { systemClock } from '@ops/runtime/clock.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { createSeededRandom } from '@ops/testkit/seeded-random.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';

import { findDamage, type CheckLimits } from './dialects/sqlite-check.ts';
import { sqliteWrites } from './dialects/sqlite-writer.ts';
import { mainMigrations } from './migrations/main-migrations.ts';
import { openMainDatabase } from './open.ts';
import { messageOf } from './storage-error.ts';
import { testMainDatabase } from './test-database.ts';

const PAGE_BYTES = 4_096;
const FLIPS = 300;

/** Bytes of a database with some hundred pages. */
let sound: Buffer;
let soundKey: Buffer;

beforeAll(async () => {
  await using test = await testMainDatabase();
  const { database } = test;
  const rows = Array.from({ length: 400 }, (_, i) => ({ key: `key ${i}`, value: 'x'.repeat(i * 5) }));
  await database.write({ statements: [database.query.insertInto('meta').values(rows)] });
  await database.close();
  sound = readFileSync(join(test.dataDir, 'ops.db'));
  soundKey = readFileSync(join(test.dataDir, 'audit-key'));
});

function damaged(at: number, bytes: Uint8Array): Buffer {
  const copy = Buffer.from(sound);
  copy.set(bytes, at);
  return copy;
}

/** What is said against the file, if anything. */
function openAndLook(path: string): string | undefined {
  try {
    const connection = sqliteWrites.openWriter({ path, durability: 'full' });
    try {
      const finding = connection.findDamage();
      if (finding === undefined) connection.migrate(mainMigrations, 1);
      return finding;
    } finally {
      connection.close();
    }
  } catch (cause) {
    return messageOf(cause);
  }
}

async function withBroken<T>(table: string, work: (db: DatabaseSync) => T): Promise<T> {
  await using directory = await tempDirectory('storage');
  const path = join(directory.path, 'a.db');
  writeFileSync(path, sound);
  const before = new DatabaseSync(path);
  const root = Number(
    before.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table)?.['rootpage'],
  );
  before.close();
  writeFileSync(path, damaged((root - 1) * PAGE_BYTES, Buffer.alloc(64, 0xff)));
  const db = new DatabaseSync(path);
  try {
    return work(db);
  } finally {
    db.close();
  }
}

/** What is found when the root page of `meta` is broken and each look at the clock takes `stepMs`. */
function look(limits: CheckLimits, stepMs = 0): Promise<string | undefined> {
  let now = 0;
  const clock = Object.assign(new ManualClock(), { mono: () => (now += stepMs) });
  return withBroken('meta', (db) => findDamage(db, { ...limits, clock }));
}

describe('a damaged database', () => {
  it.each([
    ['its header', () => damaged(0, Buffer.from('something else altogether'))],
    ['the head of a page', () => damaged(PAGE_BYTES * 3, Buffer.alloc(64, 0xff))],
    ['its schema', () => damaged(100, Buffer.alloc(50, 0x55))],
    ['its end', () => sound.subarray(0, sound.length - 20 * PAGE_BYTES)],
  ])('is refused with one sentence: %s', async (_what, make) => {
    await using directory = await tempDirectory('storage');
    const path = join(directory.path, 'ops.db');
    writeFileSync(path, make(), { mode: 0o600 });
    writeFileSync(join(directory.path, 'audit-key'), soundKey, { mode: 0o600 });
    const opening = openMainDatabase({ dataDir: directory.path, clock: systemClock, log: silentLog });
    await expect(opening).rejects.toMatchObject({ name: 'StorageOpenError', reason: 'damaged' });
    await expect(opening).rejects.toThrow(`${path} is damaged (`);
    await expect(opening).rejects.not.toThrow('\n');
  });

  it('never does worse than being refused, wherever a byte is flipped', async () => {
    const random = createSeededRandom(systemClock.wall());
    await using directory = await tempDirectory('storage');
    const path = join(directory.path, 'ops.db');
    let refused = 0;
    for (let i = 0; i < FLIPS; i++) {
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
      const at = Math.floor(random.unit() * sound.length);
      const flipped = sound[at]! ^ (1 << Math.floor(random.unit() * 8));
      writeFileSync(path, damaged(at, Uint8Array.of(flipped)));
      if (openAndLook(path) !== undefined) refused++;
    }
    expect(refused).toBeGreaterThan(0);
  });
});

describe('looking for damage in a large file', () => {
  it('goes table by table beyond the limit, and finds it there too', async () => {
    expect(await look({ wholeBytes: 0 })).toBeDefined();
    await expect(withBroken('users', (db) => findDamage(db, { wholeBytes: 0 }))).rejects.toThrow('malformed');
  });

  it('reads everything up to the limit, and one byte past it does not', async () => {
    expect(await look({ wholeBytes: sound.length }, 1_000_000)).toBeDefined();
    expect(await look({ wholeBytes: sound.length - 1 }, 1_000_000)).toBeUndefined();
  });

  it('ends when its time is spent; tables without row ids come last', async () => {
    expect(await look({ wholeBytes: 0, budgetMs: 1_000 }, 10)).toBeDefined();
    expect(await look({ wholeBytes: 0, budgetMs: 30 }, 10)).toBeUndefined();
  });
});
