import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { systemClock } from '@ops/runtime/clock.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { openMainDatabase } from '../storage/open.ts';
import type { OpenDatabase } from '../storage/open.ts';
import type { Tables } from '../storage/tables.ts';
import type { SessionEnd, SessionService } from './session.ts';
import {
  ACTIVITY_SAVED_EVERY_MS,
  createSessionService,
  hashSessionId,
  MAX_SESSIONS_PER_USER,
} from './session-service.ts';
import { createUserStore } from './user-store.ts';
import type { User } from './user-store.ts';

const IDLE_SECS = 3600;
const MAX_SECS = 43_200;

const user: User = {
  id: '7e6f2f1e-0000-4000-8000-000000000001',
  username: 'someone',
  role: 'admin',
  passwordHash: '$argon2id$made-up',
  passwordIsDefault: false,
  disabled: false,
};
const TOGETHER = { audit: [] };

let dataDir: string;
let database: OpenDatabase<Tables>;
let clock: ManualClock;
let sessions: SessionService;

function start(): SessionService {
  const needs = { database, clock, random: systemRandom, log: silentLog };
  return createSessionService({ ...needs, idleSecs: IDLE_SECS, maxSecs: MAX_SECS });
}

/** Another process on the same database: the wall clock goes on, the monotonic clock begins anew. */
async function restart(wall = clock.wall()): Promise<void> {
  await sessions.close();
  clock = new ManualClock(wall);
  sessions = start();
}

async function open(service = sessions, replaces?: string): Promise<string> {
  const id = await service.open(
    user,
    { restricted: false, address: '192.0.2.1', ...(replaces !== undefined && { replaces }) },
    TOGETHER,
  );
  if (id === undefined) throw new Error('no session');
  return id;
}

const rows = () => database.query.selectFrom('sessions').selectAll().execute();

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ops-sessions-'));
  database = await openMainDatabase({ dataDir, clock: systemClock, log: silentLog });
  await database.write({ statements: [createUserStore(database).insert(user, 0)] });
});

beforeEach(async () => {
  const { query } = database;
  await database.write({
    statements: [
      query.deleteFrom('sessions'),
      query.updateTable('users').set({ disabled: 0, password_hash: user.passwordHash }),
    ],
  });
  clock = new ManualClock();
  sessions = start();
});

afterAll(async () => {
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
});

describe('S-22 a session', () => {
  it('is a row that holds the SHA-256 of its id and not the id', async () => {
    const id = await open();
    const all = await rows();
    expect(all.map((row) => row.id_hash)).toEqual([hashSessionId(id)]);
    expect(JSON.stringify(all)).not.toContain(id);
  });

  it('ends an hour after the last activity, to the second', async () => {
    const id = await open();
    clock.advance(1000 * IDLE_SECS - 1);
    expect(await sessions.find(id)).toMatchObject({ expiresInSecs: 1 });
    expect(sessions.activity(hashSessionId(id))).toBe(IDLE_SECS);
    clock.advance(1000 * IDLE_SECS - 1);
    expect(await sessions.find(id)).toBeDefined();
    clock.advance(1);
    expect(await sessions.find(id)).toBeUndefined();
  });

  it('is not extended by being looked at', async () => {
    const id = await open();
    for (let minute = 0; minute < 60; minute++) {
      expect(await sessions.find(id)).toMatchObject({ expiresInSecs: IDLE_SECS - minute * 60 });
      clock.advance(60_000);
    }
    expect(await sessions.find(id)).toBeUndefined();
  });

  it('ends twelve hours after the sign-in however active its user is', async () => {
    const id = await open();
    const hash = hashSessionId(id);
    for (let hour = 0; hour < 12 * 2 - 1; hour++) {
      clock.advance(1_800_000);
      expect(sessions.activity(hash)).toBeGreaterThan(0);
    }
    expect(sessions.activity(hash)).toBe(1800);
    clock.advance(1_800_000);
    expect(sessions.activity(hash)).toBe(0);
    expect(await sessions.find(id)).toBeUndefined();
  });

  it('is not moved by a wall clock that jumps', async () => {
    const id = await open();
    for (const jump of [86_400_000, -3 * 86_400_000, 3_600_000]) {
      clock.setWall(clock.wall() + jump);
      clock.advance(60_000);
      expect(await sessions.find(id)).toBeDefined();
    }
    clock.advance(1000 * IDLE_SECS - 180_000);
    expect(await sessions.find(id)).toBeUndefined();
  });

  it.each(['', 'nonsense', '7E6F2F1E-0000-4000-8000-000000000001', '0'.repeat(36), 'a'.repeat(10_000)])(
    'is not found by %j',
    async (id) => expect(await sessions.find(id)).toBeUndefined(),
  );

  it('is not made for a user who was disabled or has another password by now', async () => {
    const change = { restricted: false, address: '' };
    expect(
      await sessions.open({ ...user, passwordHash: 'the one before' }, change, TOGETHER),
    ).toBeUndefined();
    await database.write({ statements: [database.query.updateTable('users').set({ disabled: 1 })] });
    expect(await sessions.open(user, change, TOGETHER)).toBeUndefined();
    expect(await rows()).toEqual([]);
  });

  it('ends when its user is disabled', async () => {
    const id = await open();
    await database.write({ statements: [database.query.updateTable('users').set({ disabled: 1 })] });
    expect(await sessions.find(id)).toBeUndefined();
    await database.write({ statements: [database.query.updateTable('users').set({ disabled: 0 })] });
    expect(await sessions.find(id)).toBeUndefined();
  });
});

describe('across a restart a session', () => {
  it('keeps the time it had left', async () => {
    const id = await open();
    clock.advance(1_000_000);
    await restart(clock.wall() + 60_000);
    expect(await sessions.find(id)).toMatchObject({ expiresInSecs: IDLE_SECS - 1000 - 60 });
  });

  it('knows the last activity before an orderly stop', async () => {
    const id = await open();
    clock.advance(10_000);
    sessions.activity(hashSessionId(id));
    await restart();
    expect(await sessions.find(id)).toMatchObject({ expiresInSecs: IDLE_SECS });
  });

  it('is over when its hour passed meanwhile', async () => {
    const id = await open();
    await restart(clock.wall() + 1000 * IDLE_SECS);
    expect(await sessions.find(id)).toBeUndefined();
  });

  it('gets a full hour at most when the wall clock went back', async () => {
    const id = await open();
    clock.advance(1_000_000);
    await restart(clock.wall() - 365 * 86_400_000);
    expect(await sessions.find(id)).toMatchObject({ expiresInSecs: IDLE_SECS });
    clock.advance(1000 * IDLE_SECS);
    expect(await sessions.find(id)).toBeUndefined();
  });
});

describe('the row of a session', () => {
  it('is written at most every half minute, however active the user is', async () => {
    const hash = hashSessionId(await open());
    const writes = { count: 0 };
    const counting = { ...database, query: database.query, fault: undefined };
    counting.write = (change) => {
      writes.count++;
      return database.write(change);
    };
    const service = createSessionService({
      database: counting,
      clock,
      random: systemRandom,
      log: silentLog,
      idleSecs: IDLE_SECS,
      maxSecs: MAX_SECS,
    });
    await service.findByHash(hash);
    for (let second = 0; second < 60; second++) {
      service.activity(hash);
      clock.advance(1000);
    }
    expect(writes.count).toBe(60_000 / ACTIVITY_SAVED_EVERY_MS - 1);
    await service.close();
  });

  it('is deleted a while after the session is over', async () => {
    await open();
    clock.advance(1000 * IDLE_SECS);
    clock.advance(60_000);
    await expect.poll(rows).toEqual([]);
  });

  it('is deleted when its session was over before this process began', async () => {
    await open();
    await restart(clock.wall() + 2000 * IDLE_SECS);
    clock.advance(60_000);
    await expect.poll(rows).toEqual([]);
  });

  it('goes first among more than a user may have, the least used first', async () => {
    const first = await open();
    for (let n = 1; n < MAX_SESSIONS_PER_USER; n++) {
      clock.advance(10);
      await open();
    }
    expect(await sessions.find(first)).toBeDefined();
    clock.advance(10);
    await open();
    expect(await sessions.find(first)).toBeUndefined();
    expect(await rows()).toHaveLength(MAX_SESSIONS_PER_USER);
  });
});

function watch(id: string): SessionEnd[] {
  const ends: SessionEnd[] = [];
  sessions.onEnd(hashSessionId(id), (why) => ends.push(why));
  return ends;
}

describe('S-22 whoever waits for the end of a session is told at once', () => {
  it('at sign-out', async () => {
    const id = await open();
    const ends = watch(id);
    await sessions.end(hashSessionId(id), 'logout', TOGETHER);
    expect(ends).toEqual(['logout']);
    expect(await sessions.find(id)).toBeUndefined();
    expect(await rows()).toEqual([]);
  });

  it('at a change of the password, except in the session that made it', async () => {
    const [own, other] = [await open(), await open()];
    const [ownEnds, otherEnds] = [watch(own), watch(other)];
    await sessions.endOthers((await sessions.find(own))!, TOGETHER);
    expect([ownEnds, otherEnds]).toEqual([[], ['password_changed']]);
    expect(await sessions.find(own)).toBeDefined();
    expect(await sessions.find(other)).toBeUndefined();
  });

  it('when the time is over, within a second and without being asked', async () => {
    const ends = watch(await open());
    clock.advance(1000 * IDLE_SECS);
    expect(ends).toEqual(['idle']);
  });

  it('when the same browser signs in anew', async () => {
    const id = await open();
    const ends = watch(id);
    await open(sessions, hashSessionId(id));
    expect(ends).toEqual(['replaced']);
    expect(await rows()).toHaveLength(1);
  });

  it('when the row turns out to be gone', async () => {
    const id = await open();
    const ends = watch(id);
    await database.write({ statements: [database.query.deleteFrom('sessions')] });
    expect(await sessions.find(id)).toBeUndefined();
    expect(ends).toEqual(['gone']);
  });

  it('when it has ended before, and not when nobody waits any more', async () => {
    const id = await open();
    let calls = 0;
    sessions.onEnd(hashSessionId(id), () => calls++)();
    await sessions.end(hashSessionId(id), 'logout', TOGETHER);
    expect(calls).toBe(0);
    expect(watch(id)).toEqual(['logout']);
  });
});

it('a sign-out that cannot be written down is refused here all the same', async () => {
  const id = await open();
  const broken = { ...database, query: database.query, fault: undefined };
  broken.write = () => Promise.reject(new Error('disk full'));
  const needs = { database: broken, clock, random: systemRandom, log: silentLog };
  const service = createSessionService({ ...needs, idleSecs: IDLE_SECS, maxSecs: MAX_SECS });
  await service.find(id);
  await expect(service.end(hashSessionId(id), 'logout', TOGETHER)).rejects.toThrow('disk full');
  expect(await service.find(id)).toBeUndefined();
});
