import { chmodSync, cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { describe, expect, it } from 'vitest';

import { systemClock } from '@ops/runtime/clock.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';

import { openMainDatabase, type OpenDatabase } from '../storage/open.ts';
import { testMainDatabase } from '../storage/test-database.ts';
import type { Tables } from '../storage/tables.ts';
import { ANCHOR_MS } from '../storage/writer/write-queue.ts';
import type { AuditEntry } from './entry.ts';
import { auditVerifyReport, verifyAudit } from './verify.ts';

const entry: AuditEntry = {
  atMs: 1_700_000_000_000,
  actor: 'admin',
  role: 'admin',
  address: '127.0.0.1',
  action: 'client_forget',
  target: 'someone',
  detail: { z: [1, { b: '中', a: null }], a: '\ud800' },
  outcome: 'ok',
};

const open = (dataDir: string): Promise<OpenDatabase<Tables>> =>
  openMainDatabase({ dataDir, clock: systemClock, log: silentLog });

async function write(database: OpenDatabase<Tables>, rows: number): Promise<void> {
  for (let i = 0; i < rows; i++) {
    await database.write({ statements: [], audit: [{ ...entry, target: `t${i}`, actor: `a\0b\ud800${i}` }] });
  }
}

/** What someone with the file and no key can do. */
function tamper(dataDir: string, ...sql: string[]): void {
  const db = new DatabaseSync(join(dataDir, 'ops.db'));
  db.exec(['DROP TRIGGER audit_is_never_changed', 'DROP TRIGGER audit_is_never_deleted', ...sql].join(';'));
  db.close();
}

describe('the audit trail', () => {
  it('verifies while the server runs, and after', async () => {
    await using test = await testMainDatabase();
    await write(test.database, 5);
    expect(verifyAudit(test)).toEqual({ ok: true, rows: 5, anchoredTo: 0 });
    await test.database.close();
    expect(verifyAudit(test)).toEqual({ ok: true, rows: 5, anchoredTo: 5 });
    expect(auditVerifyReport(test)).toEqual({
      exitCode: 0,
      text: 'audit trail: 5 rows as they were written, anchored up to row 5',
    });
  });

  it('goes on where it ended', async () => {
    await using test = await testMainDatabase();
    await write(test.database, 3);
    await test.database.close();
    const again = await open(test.dataDir);
    await write(again, 2);
    await again.close();
    expect(verifyAudit(test)).toEqual({ ok: true, rows: 5, anchoredTo: 5 });
  });

  it('holds entries in the order of their changes, and none of a change that was refused', async () => {
    await using test = await testMainDatabase();
    const { database } = test;
    const put = (key: string, target: string) =>
      database.write({
        statements: [database.query.insertInto('meta').values({ key, value: '' })],
        audit: [{ ...entry, target }],
      });
    await Promise.allSettled([put('a', '1'), put('a', '2'), put('b', '3'), put('b', '4'), put('c', '5')]);
    const rows = await database.query
      .selectFrom('audit')
      .select(['seq', 'target', 'detail'])
      .orderBy('seq')
      .execute();
    expect(rows.map(({ seq, target }) => [seq, target])).toEqual([
      [1, '1'],
      [2, '3'],
      [3, '5'],
    ]);
    expect(rows[0]!.detail).toBe('{"a":"\ufffd","z":[1,{"a":null,"b":"中"}]}');
    expect(verifyAudit(test)).toMatchObject({ ok: true, rows: 3 });
  });

  it('has no gap where an entry itself was refused', async () => {
    await using test = await testMainDatabase();
    const record = (...audit: AuditEntry[]) => test.database.write({ statements: [], audit });
    const outcomes = await Promise.allSettled([
      record(entry),
      record(entry, { ...entry, atMs: Number.NaN }),
      record(entry),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(verifyAudit(test)).toMatchObject({ ok: true, rows: 2 });
  });

  it('is anchored at the hundredth row', async () => {
    await using test = await testMainDatabase();
    const anchors = () => test.database.query.selectFrom('audit_anchors').select('seq').execute();
    await write(test.database, 99);
    expect(await anchors()).toEqual([]);
    await write(test.database, 1);
    expect(await anchors()).toEqual([{ seq: 100 }]);
  });

  it('is anchored after a minute when there is something to anchor', async () => {
    const clock = new ManualClock();
    await using test = await testMainDatabase({ clock });
    const anchors = () => test.database.query.selectFrom('audit_anchors').select('seq').execute();
    await write(test.database, 2);
    clock.advance(ANCHOR_MS - 1);
    const before = test.database.counts.commits;
    clock.advance(1);
    await until(() => test.database.counts.commits > before, { what: 'the commit of an anchor' });
    expect(await anchors()).toEqual([{ seq: 2 }]);
    clock.advance(ANCHOR_MS);
    await write(test.database, 1);
    expect(test.database.counts.commits).toBe(before + 2);
  });

  it('cannot be changed by statements', async () => {
    await using test = await testMainDatabase();
    const { database } = test;
    await write(database, 1);
    const alter = database.query.updateTable('audit').set({ actor: 'nobody' });
    const remove = database.query.deleteFrom('audit');
    for (const statement of [alter, remove]) {
      await expect(database.write({ statements: [statement] })).rejects.toThrow('append-only');
    }
    expect(verifyAudit(test)).toMatchObject({ ok: true, rows: 1 });
  });
});

describe('tampering in the file', () => {
  const cases: readonly (readonly [
    name: string,
    firstBad: number,
    reason: string,
    sql: readonly string[],
  ])[] = [
    ['altered', 41, 'altered', ["UPDATE audit SET actor = 'nobody' WHERE seq = 41"]],
    ['deleted', 7, 'removed', ['DELETE FROM audit WHERE seq = 7']],
    [
      'swapped',
      20,
      'swapped: it holds what was written as row 30',
      [
        'UPDATE audit SET seq = 999 WHERE seq = 20',
        'UPDATE audit SET seq = 20 WHERE seq = 30',
        'UPDATE audit SET seq = 30 WHERE seq = 999',
      ],
    ],
    ['cut off', 48, 'cut off: the trail reached at least row 50', ['DELETE FROM audit WHERE seq >= 48']],
    ['emptied', 1, 'cut off: the trail reached at least row 50', ['DELETE FROM audit']],
  ];
  it.each(cases)('%s is named with its first row', async (_name, firstBad, reason, sql) => {
    await using test = await testMainDatabase();
    await test.database.write({ statements: [], audit: Array.from({ length: 50 }, () => entry) });
    await test.database.close();
    tamper(test.dataDir, ...sql);
    expect(verifyAudit(test)).toEqual({ ok: false, firstBad, reason });
    expect(auditVerifyReport(test)).toEqual({ exitCode: 1, text: `audit trail: row ${firstBad}: ${reason}` });
  });

  it('is still found after the trail has grown again', async () => {
    await using test = await testMainDatabase();
    await write(test.database, 10);
    await test.database.close();
    tamper(test.dataDir, 'DELETE FROM audit WHERE seq > 6');
    const errors: string[] = [];
    const log = { ...silentLog, error: (message: string) => void errors.push(message) };
    const again = await openMainDatabase({ dataDir: test.dataDir, clock: systemClock, log });
    expect(errors).toEqual(['the audit trail was cut off: run "ops-server audit verify"']);
    await write(again, 20);
    await again.close();
    expect(verifyAudit(test)).toMatchObject({
      ok: false,
      firstBad: 1,
      reason: expect.stringContaining('anchor at 10'),
    });
  });
});

describe('the audit key', () => {
  it('is refused when others can read it', async () => {
    await using test = await testMainDatabase();
    await test.database.close();
    const key = join(test.dataDir, 'audit-key');
    for (const mode of [0o640, 0o604]) {
      chmodSync(key, mode);
      await expect(open(test.dataDir)).rejects.toMatchObject({
        reason: 'audit_key',
        message: `${key} can be read by others (mode ${mode.toString(8)}): chmod 600 it`,
      });
    }
    expect(auditVerifyReport(test).exitCode).toBe(2);
  });

  it('is refused when it is not the one the trail was anchored with', async () => {
    await using test = await testMainDatabase();
    await write(test.database, 1);
    await test.database.close();
    const key = join(test.dataDir, 'audit-key');
    writeFileSync(key, Buffer.alloc(32, 1), { mode: 0o600 });
    await expect(open(test.dataDir)).rejects.toMatchObject({ reason: 'audit_key' });
    rmSync(key);
    await expect(open(test.dataDir)).rejects.toMatchObject({ reason: 'audit_key' });
    expect(auditVerifyReport(test)).toMatchObject({
      exitCode: 2,
      text: expect.stringContaining('audit-key'),
    });
    writeFileSync(key, 'short', { mode: 0o600 });
    await expect(open(test.dataDir)).rejects.toMatchObject({ reason: 'audit_key' });
  });

  it('moves with the database', async () => {
    await using test = await testMainDatabase();
    await using elsewhere = await tempDirectory('storage');
    await write(test.database, 1);
    await test.database.close();
    for (const file of ['ops.db', 'audit-key']) cpSync(join(test.dataDir, file), join(elsewhere.path, file));
    await (await open(elsewhere.path)).close();
    expect(verifyAudit({ dataDir: elsewhere.path })).toMatchObject({ ok: true });
  });
});

describe('verifying nothing', () => {
  it('is said, not taken for a good trail', async () => {
    await using directory = await tempDirectory('storage');
    expect(auditVerifyReport({ dataDir: directory.path })).toEqual({
      exitCode: 2,
      text: `audit trail: there is no ${join(directory.path, 'ops.db')}`,
    });
    writeFileSync(join(directory.path, 'ops.db'), 'no database');
    expect(auditVerifyReport({ dataDir: directory.path }).exitCode).toBe(2);
    writeFileSync(join(directory.path, 'audit-key'), Buffer.alloc(32), { mode: 0o600 });
    expect(auditVerifyReport({ dataDir: directory.path })).toMatchObject({
      exitCode: 2,
      text: expect.stringContaining('not a database'),
    });
  });
});
