import type { Kysely } from 'kysely';
import { describe, expect, it } from 'vitest';

import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { until } from '@ops/testkit/until.ts';

import { ChangeRefusedError } from './storage-error.ts';
import type { Tables } from './tables.ts';
import { testMainDatabase } from './test-database.ts';
import { MAX_GROUP_CHANGES, RETRY_MS } from './writer/write-queue.ts';

function refusalOf(cause: unknown): string {
  return cause instanceof ChangeRefusedError ? cause.reason : String(cause);
}

async function keys(query: Kysely<Tables>): Promise<string[]> {
  const rows = await query.selectFrom('meta').select('key').orderBy('key').execute();
  return rows.map(({ key }) => key);
}

describe('changes that arrive together', () => {
  it('share commits: a thousand take sixteen', async () => {
    await using test = await testMainDatabase();
    const { database } = test;
    const before = database.counts.commits;
    await Promise.all(
      Array.from({ length: 1_000 }, (_, i) =>
        database.write({
          statements: [database.query.insertInto('meta').values({ key: `${i}`, value: '' })],
        }),
      ),
    );
    expect(database.counts.commits - before).toBe(Math.ceil(1_000 / MAX_GROUP_CHANGES));
    const row = await database.query
      .selectFrom('meta')
      .select((column) => column.fn.countAll().as('rows'))
      .executeTakeFirstOrThrow();
    expect(row.rows).toBe(1_000);
  });

  it('may run one statement for many rows, all of them or none', async () => {
    await using test = await testMainDatabase();
    const { database } = test;
    const sql = 'INSERT INTO meta (key, value) VALUES (?1, ?2)';
    const rows = [
      ['a', 'text'],
      ['b', '\ud83d\ude00 "\\'],
    ];
    const [made] = await database.write({ statements: [{ sql, rows }] });
    expect(made).toEqual({ rows: [], changes: 2 });
    const again = database.write({ statements: [{ sql, rows: [['c', 'new'], ...rows] }] });
    expect(await again.catch(refusalOf)).toBe('unique');
    const found = await database.query.selectFrom('meta').selectAll().orderBy('key').execute();
    expect(found.map(({ key, value }) => [key, value])).toEqual(rows);
  });

  it('fail each for itself, and leave nothing behind when they do', async () => {
    await using test = await testMainDatabase();
    const { database } = test;
    const user = (id: string, username: string) =>
      database.query.insertInto('users').values({
        id,
        username,
        role: 'viewer',
        password_hash: '',
        password_is_default: 0,
        disabled: 0,
        created_at_ms: 1,
        updated_at_ms: 1,
      });
    const session = (user_id: string) =>
      database.query.insertInto('sessions').values({
        id_hash: 'a'.repeat(64),
        user_id,
        created_at_ms: 1,
        last_activity_ms: 1,
        restricted: 0,
        address: '',
      });
    const before = database.counts.commits;
    const outcomes = await Promise.allSettled([
      database.write({ statements: [user('1', 'one')] }),
      database.write({ statements: [user('2', 'two'), user('3', 'one')] }),
      database.write({ statements: [user('4', 'four'), session('nobody')] }),
      database.write({
        statements: [
          user('5', 'five').onConflict((c) => c.doNothing()),
          { compile: () => ({ ...user('5', 'five').compile(), sql: 'nonsense' }) },
        ],
      }),
      database.write({
        statements: [
          database.query
            .insertInto('client_tombstones')
            .values({ id: 'short', forgotten_at_ms: 1, forgotten_by: '' }),
        ],
      }),
      database.write({ statements: [user('6', 'six')] }),
    ]);
    expect(outcomes.map((o) => (o.status === 'rejected' ? refusalOf(o.reason) : o.status))).toEqual([
      'fulfilled',
      'unique',
      'foreign_key',
      'statement',
      'check',
      'fulfilled',
    ]);
    expect(database.counts.commits - before).toBe(1);
    expect(database.counts).toMatchObject({ changes: 2, refused: 4, unavailable: 0 });
    expect(database.fault).toBeUndefined();
    expect(await database.query.selectFrom('users').select('id').orderBy('id').execute()).toEqual([
      { id: '1' },
      { id: '6' },
    ]);
  });

  it('are applied in the order of the calls', async () => {
    await using test = await testMainDatabase();
    const { database } = test;
    const put = (value: string) =>
      database.write({
        statements: [
          database.query
            .insertInto('meta')
            .values({ key: 'k', value })
            .onConflict((c) => c.doUpdateSet({ value })),
        ],
      });
    await Promise.all(Array.from({ length: 300 }, (_, i) => put(`${i}`)));
    expect(await database.query.selectFrom('meta').select('value').execute()).toEqual([{ value: '299' }]);
  });
});

describe('a full disk', () => {
  it('is said honestly, harms nothing, and is over when there is room', async () => {
    const clock = new ManualClock();
    let maxPages: number | undefined = 100;
    await using test = await testMainDatabase({ clock, maxPages: () => maxPages });
    const { database } = test;
    const acknowledged: string[] = [];
    const put = async (key: string): Promise<void> => {
      const value = 'x'.repeat(20_000);
      await database.write({ statements: [database.query.insertInto('meta').values({ key, value })] });
      acknowledged.push(key);
    };
    const unavailable = { code: 'storage_unavailable' };
    const fill = async (): Promise<void> => {
      for (let i = 10; i < 99; i++) await put(`${i}`);
    };
    await expect(fill()).rejects.toMatchObject(unavailable);
    expect(acknowledged.length).toBeGreaterThan(3);
    expect(database.fault?.message).toContain('full');
    expect(await keys(database.query)).toEqual(acknowledged);

    // At once, while there is still no room; and so after every further try.
    await expect(put('refused')).rejects.toMatchObject(unavailable);
    clock.advance(RETRY_MS);
    await expect(put('refused')).rejects.toMatchObject(unavailable);

    maxPages = undefined;
    await until(() => (clock.advance(RETRY_MS), database.fault === undefined), { what: 'recovery' });
    await put('then');
    expect(await keys(database.query)).toEqual(acknowledged);
  });
});
