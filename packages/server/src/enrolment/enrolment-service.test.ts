/** Enrolment over a real database: what survives, what is derived, what is written down. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { silentLog } from '@ops/runtime/log.ts';
import type { LogFields } from '@ops/runtime/log.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { describe, expect, it, onTestFinished } from 'vitest';

import { exampleClient } from '../events/test-fleet.ts';
import { testMainDatabase } from '../storage/test-database.ts';
import type { TestDatabase } from '../storage/test-database.ts';
import type { Tables } from '../storage/tables.ts';
import type { By, Enrolment, EnrolRequest } from './enrolment.ts';
import { createEnrolmentKey, ENROLMENT_KEY_FILE, openEnrolmentKey } from './enrolment-key.ts';
import { createEnrolment, MAX_TOKENS, TOKEN_MEMORY_MS } from './enrolment-service.ts';
import { createEnrolmentStore } from './enrolment-store.ts';
import { ORDER_LASTS_MS } from './new-identity-orders.ts';

const ID = '11111111-2222-4333-8444-555555555555';
const BY: By = { actor: 'admin', role: 'admin', address: '192.0.2.1' };
const ONE = { maxUses: 1, expiresInSecs: 3600, note: '', clientId: null };
const MASTER = createEnrolmentKey(Buffer.alloc(32, 7));

interface Scene {
  readonly enrolment: Enrolment;
  readonly clock: ManualClock;
  readonly lines: [string, LogFields | undefined][];
  readonly conflicts: Set<string>;
}

async function scene({ database }: TestDatabase<Tables>, master = MASTER): Promise<Scene> {
  const clock = new ManualClock(1_756_540_800_000);
  const lines: [string, LogFields | undefined][] = [];
  const conflicts = new Set<string>();
  const enrolment = await createEnrolment({
    store: createEnrolmentStore(database),
    key: master,
    fleet: {
      summary: (id) => (conflicts.has(id) ? { ...exampleClient(1), id, conflict: true } : undefined),
      onChange: () => () => undefined,
      isForgotten: () => false,
      link: () => undefined,
    },
    clock,
    random: systemRandom,
    log: { ...silentLog, error: (message, fields) => void lines.push([message, fields]) },
  });
  return { enrolment, clock, lines, conflicts };
}

const request = (tokenId: string, clientId = ID): EnrolRequest => ({
  tokenId,
  clientId,
  hostname: 'web-01',
  clientVersion: '1.0.0',
  address: '192.0.2.7',
});

async function keyFrom(enrolment: Enrolment, tokenId: string, clientId = ID): Promise<string> {
  const answer = await enrolment.enrol(request(tokenId, clientId));
  if (typeof answer === 'string') throw new Error(answer);
  return answer.key;
}

describe('what is given out', () => {
  it('is the same after a restart, and nothing of it is in the database (S-32)', async () => {
    await using db = await testMainDatabase();
    const { enrolment } = await scene(db);
    const { id, token } = await enrolment.createToken(ONE, BY);
    expect(token).toMatch(/^ops1\.[0-9a-f]{16}\.[A-Za-z0-9_-]{43}$/);
    const key = await keyFrom(enrolment, id);
    const { enrolment: later } = await scene(db);
    expect(later.tokenText(id)).toBe(token);
    expect(later.provable(ID)).toEqual({ kind: 'own', key, before: undefined });
    await db.database.close();
    const files = await Promise.all(
      ['ops.db', 'ops.db-wal'].map((name) => readFile(join(db.dataDir, name), 'latin1').catch(() => '')),
    );
    expect(files.join('')).toContain(ID);
    expect(files.join('')).not.toContain(key);
    expect(files.join('')).not.toContain(token.split('.')[2]);
  });

  it('is another one for every client, every generation and every key file (S-17)', () => {
    const salt = '0'.repeat(32);
    const all = [
      MASTER.clientKey(ID, 1, salt),
      MASTER.clientKey(ID, 2, salt),
      MASTER.clientKey(ID, 1, '1'.repeat(32)),
      MASTER.clientKey(ID.replace('1', '2'), 1, salt),
      createEnrolmentKey(Buffer.alloc(32, 8)).clientKey(ID, 1, salt),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('works once for a token for one host, whoever comes at once', async () => {
    await using db = await testMainDatabase();
    const { enrolment } = await scene(db);
    const { id } = await enrolment.createToken(ONE, BY);
    const others = Array.from({ length: 8 }, (_, i) => ID.replace('1', String(i + 2).slice(-1)));
    const answers = await Promise.all(others.map((client) => enrolment.enrol(request(id, client))));
    expect(answers.filter((answer) => typeof answer !== 'string')).toHaveLength(1);
    expect(answers.filter((answer) => answer === 'token_used_up')).toHaveLength(7);
  });

  it('leaves the key before in force until the new one was used', async () => {
    await using db = await testMainDatabase();
    const { enrolment } = await scene(db);
    const first = await keyFrom(enrolment, (await enrolment.createToken(ONE, BY)).id);
    enrolment.proved(ID);
    const again = await enrolment.createToken({ ...ONE, clientId: ID }, BY);
    const second = await keyFrom(enrolment, again.id);
    expect(enrolment.provable(ID)).toEqual({ kind: 'own', key: second, before: { key: first } });
    enrolment.proved(ID);
    expect(enrolment.provable(ID)).toEqual({ kind: 'own', key: second, before: undefined });
    await enrolment.revokeKey(ID, BY);
    expect(enrolment.provable(ID)).toEqual({ kind: 'own', key: undefined, before: undefined });
  });

  it('is audited, without any secret', async () => {
    await using db = await testMainDatabase();
    const { enrolment } = await scene(db);
    const { id, token } = await enrolment.createToken(ONE, BY);
    const key = await keyFrom(enrolment, id);
    await enrolment.enrol(request(id, ID.replace('1', '9')));
    await enrolment.revokeToken(id, BY);
    const rows = await db.database.query.selectFrom('audit').selectAll().orderBy('seq').execute();
    expect(rows.map(({ actor, action, target, outcome }) => [actor, action, target, outcome])).toEqual([
      ['admin', 'token_create', id, 'ok'],
      [`client:${ID}`, 'client_enrol', ID, 'ok'],
      [`client:${ID.replace('1', '9')}`, 'client_enrol', ID.replace('1', '9'), 'refused'],
      ['admin', 'token_revoke', id, 'ok'],
    ]);
    expect(JSON.stringify(rows)).not.toContain(key);
    expect(JSON.stringify(rows)).not.toContain(token);
  });
});

describe('tokens', () => {
  it(`are ${MAX_TOKENS} at most, and old ones that are over make room`, async () => {
    await using db = await testMainDatabase();
    const { enrolment, clock } = await scene(db);
    for (let i = 0; i < MAX_TOKENS; i++) await enrolment.createToken(ONE, BY);
    await expect(enrolment.createToken(ONE, BY)).rejects.toThrow('too_many_tokens');
    clock.advance(TOKEN_MEMORY_MS + 1);
    await enrolment.createToken(ONE, BY);
    expect(enrolment.tokens()).toHaveLength(1);
  });

  it('are not made where clients need not prove anything', async () => {
    await using db = await testMainDatabase();
    const { clock } = await scene(db);
    const enrolment = await createEnrolment({
      store: createEnrolmentStore(db.database),
      key: undefined,
      fleet: {
        summary: () => undefined,
        onChange: () => () => undefined,
        isForgotten: () => false,
        link: () => undefined,
      },
      clock,
      random: systemRandom,
      log: silentLog,
    });
    await expect(enrolment.createToken(ONE, BY)).rejects.toThrow('authentication_off');
  });
});

describe('an order for a new identity', () => {
  it('needs a conflict, holds once and not for long', async () => {
    await using db = await testMainDatabase();
    const { enrolment, clock, conflicts } = await scene(db);
    await expect(enrolment.orderNewIdentity(ID, BY)).rejects.toThrow('no_conflict');
    conflicts.add(ID);
    await enrolment.orderNewIdentity(ID, BY);
    expect(enrolment.takeNewIdentity(ID, '192.0.2.7')).toEqual({ token: undefined });
    expect(enrolment.takeNewIdentity(ID, '192.0.2.7')).toBeUndefined();
    await enrolment.orderNewIdentity(ID, BY);
    clock.advance(ORDER_LASTS_MS);
    expect(enrolment.takeNewIdentity(ID, '192.0.2.7')).toBeUndefined();
  });

  it('brings a token along where the host has a key of its own', async () => {
    await using db = await testMainDatabase();
    const { enrolment, conflicts } = await scene(db);
    await keyFrom(enrolment, (await enrolment.createToken(ONE, BY)).id);
    conflicts.add(ID);
    await enrolment.orderNewIdentity(ID, BY);
    const { token } = enrolment.takeNewIdentity(ID, '192.0.2.7')!;
    const [, tokenId = ''] = token!.split('.');
    expect(await enrolment.enrol(request(tokenId, ID.replace('1', '3')))).toMatchObject({ generation: 1 });
  });
});

describe('the key file', () => {
  it('is made once for its owner only, and read ever after', async () => {
    const directory = await tempDirectory('enrolment-key');
    onTestFinished(() => directory.remove());
    const first = await openEnrolmentKey(directory.path, systemRandom);
    const second = await openEnrolmentKey(directory.path, systemRandom);
    expect(second.token('0123456789abcdef')).toBe(first.token('0123456789abcdef'));
  });

  it('is refused when others can read it, or when it holds no key (S-32)', async () => {
    const directory = await tempDirectory('enrolment-key');
    onTestFinished(() => directory.remove());
    await openEnrolmentKey(directory.path, systemRandom);
    const path = join(directory.path, ENROLMENT_KEY_FILE);
    await chmod(path, 0o640);
    await expect(openEnrolmentKey(directory.path, systemRandom)).rejects.toThrow(/chmod 600/);
    await writeFile(path, 'short\n');
    await chmod(path, 0o600);
    await expect(openEnrolmentKey(directory.path, systemRandom)).rejects.toThrow(/is not a key/);
  });

  it('that is another one lets nobody in with an older key, and says so', async () => {
    await using db = await testMainDatabase();
    const { enrolment } = await scene(db);
    await keyFrom(enrolment, (await enrolment.createToken(ONE, BY)).id);
    const other = await scene(db, createEnrolmentKey(Buffer.alloc(32, 8)));
    expect(other.enrolment.provable(ID)).toEqual({ kind: 'own', key: undefined, before: undefined });
    expect(other.lines).toEqual([[expect.stringMatching(/put that file back/), { clients: 1 }]]);
    const { enrolment: back } = await scene(db);
    expect(back.provable(ID)).toMatchObject({ key: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });
});
