import { describe, expect, it } from 'vitest';

import { freshSample } from '@ops/protocol/wire/plain-heartbeat.ts';
import { exampleFacts, exampleSample } from '@ops/testkit/example-messages.ts';
import { until } from '@ops/testkit/until.ts';

import type { Statement } from '../storage/database.ts';
import { fakeLink, idOf, registrationOf, testFleet } from './test-fleet.ts';
import type { TestFleet } from './test-fleet.ts';
import { RETRY_MS } from './write-behind.ts';

const A = idOf(1);
const BY = { actor: 'admin', role: 'admin', address: '127.0.0.1' };

const stored = (test: TestFleet) =>
  until(() => test.fleet.stats().waitingWrites === 0, { what: 'everything stored' });

async function audited(test: TestFleet): Promise<string[]> {
  const rows = await test.main.database.query.selectFrom('audit').select('action').orderBy('seq').execute();
  return rows.map(({ action }) => action);
}

async function run(test: TestFleet, statement: Statement): Promise<void> {
  await test.main.database.write({ statements: [statement] });
}

const STANDING = {
  keys: [`ed25519:${'A'.repeat(43)}`],
  release: { version: '1.2.0', commit: 'abc', released_at: 7 },
};

describe('a restart of the server', () => {
  it('shows the same clients as before, offline, with their last facts, readings and times', async () => {
    await using test = await testFleet();
    const { fleet, clock } = test;
    const link = fakeLink();
    const app = { name: 'shop', version: '1.2', service_status: 'Stopped', has_script: false } as const;
    fleet.start();
    const seat = fleet.online(
      registrationOf(1, {
        encrypted: true,
        labels: { env: 'prod', note: '' },
        upgrade: STANDING,
        clientTimeMs: clock.wall() + 9,
      }),
      link,
    );
    fleet.online(registrationOf(2), fakeLink());
    fleet.facts(A, exampleFacts({ hostname: 'renamed' }));
    fleet.apps(A, [app]);
    seat?.heartbeat(freshSample(exampleSample()), clock.wall() - 3);
    fleet.conflict(A, '203.0.113.5');
    await clock.advanceAsync(4000);
    fleet.offline(A, link);
    await clock.advanceAsync(1000);
    await fleet.stop();
    const after = await test.restarted();
    expect(after.ids({})).toEqual(fleet.ids({}));
    for (const id of [A, idOf(2)]) {
      expect(after.view(id)).toEqual(fleet.view(id));
      expect(after.summary(id)).toEqual(fleet.summary(id));
    }
    expect(after.counts()).toEqual({ total: 2, online: 0, late: 0, offline: 2 });
    expect(after.view(A)).toMatchObject({
      conflict: true,
      encrypted: true,
      app_info: [app],
      upgrade: STANDING,
    });
    expect(after.summary(A)?.metrics?.cpu_usage).toBe(12.5);
  });

  it('does not count a client as new that comes back', async () => {
    await using test = await testFleet();
    test.fleet.online(registrationOf(1), fakeLink());
    await test.fleet.stop();
    const after = await test.restarted();
    after.online(registrationOf(1, { clientVersion: '2.0.0' }), fakeLink());
    await after.stop();
    expect(await audited(test)).toEqual(['client_enrolled']);
    const row = await test.main.database.query.selectFrom('clients').selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({ client_version: '2.0.0', first_seen_ms: test.clock.wall() });
  });

  it('without a goodbye leaves what was last written: seen and disconnected a cleanup interval ago at most, no readings', async () => {
    await using test = await testFleet({ cleanupIntervalMs: 60_000 });
    const { fleet, clock } = test;
    fleet.start();
    const seat = fleet.online(registrationOf(1), fakeLink());
    let written = 0;
    for (let at = 3; at <= 90; at += 3) {
      await clock.advanceAsync(3000);
      if (at === 60) written = clock.wall() - 3000;
      seat?.heartbeat(freshSample(exampleSample()), undefined);
    }
    await until(async () => (await test.restarted()).summary(A)?.last_seen_ms === written, {
      what: 'last_seen in the database',
    });
    const crashed = await test.restarted();
    expect(crashed.summary(A)).toMatchObject({ status: 'offline', disconnected_at_ms: written });
    expect(crashed.summary(A)).not.toHaveProperty('metrics');
  });

  it('loads what is whole of a row that is not', async () => {
    await using test = await testFleet();
    test.fleet.online(registrationOf(1), fakeLink());
    await test.fleet.stop();
    await run(
      test,
      test.main.database.query
        .updateTable('clients')
        .set({ apps: '{"not":"a list"}', facts: '{}', policy: '5', upgrade: '{"keys":7}' }),
    );
    const after = await test.restarted();
    expect(after.summary(A)).toMatchObject({ hostname: A, apps: 0, labels: { env: 'prod' } });
    expect(after.view(A)).toMatchObject({ policy: null, upgrade: null });
    expect(test.log.lines.filter((line) => line.level === 'warn')).toHaveLength(4);
  });
});

describe('forgetting a client', () => {
  it('is refused while it is online, and unknown twice', async () => {
    await using test = await testFleet();
    const { fleet } = test;
    const link = fakeLink();
    fleet.online(registrationOf(1), link);
    expect(await fleet.forget(A, BY)).toBe('online');
    expect(await fleet.forget(idOf(9), BY)).toBe('unknown');
    fleet.offline(A, link);
    expect(await Promise.all([fleet.forget(A, BY), fleet.forget(A, BY)])).toEqual(['forgotten', 'unknown']);
    expect(await fleet.forget(A, BY)).toBe('unknown');
  });

  it('leaves a tombstone and an audit entry, and nothing else', async () => {
    await using test = await testFleet();
    const { fleet, samples } = test;
    const link = fakeLink();
    const changes: unknown[] = [];
    fleet.online(registrationOf(1), link);
    fleet.offline(A, link);
    fleet.onChange((change) => changes.push(change));
    await fleet.forget(A, BY);
    expect(changes).toEqual([{ kind: 'forgotten', id: A }]);
    expect([fleet.view(A), fleet.summary(A), fleet.ids({}), fleet.counts().total]).toEqual([
      undefined,
      undefined,
      [],
      0,
    ]);
    expect(samples.forgotten).toEqual([A]);
    expect(fleet.isForgotten(A)).toBe(true);
    await stored(test);
    const { query } = test.main.database;
    expect(await query.selectFrom('clients').selectAll().execute()).toEqual([]);
    expect(await query.selectFrom('client_tombstones').selectAll().execute()).toEqual([
      { id: A, forgotten_at_ms: test.clock.wall(), forgotten_by: 'admin' },
    ]);
    expect(await audited(test)).toEqual(['client_enrolled', 'client_forget']);
  });

  it('keeps the id out for ever, also after a restart', async () => {
    await using test = await testFleet();
    const link = fakeLink();
    test.fleet.online(registrationOf(1), link);
    test.fleet.offline(A, link);
    await test.fleet.forget(A, BY);
    await test.fleet.stop();
    const after = await test.restarted();
    expect(after.isForgotten(A)).toBe(true);
    expect(after.isForgotten(idOf(2))).toBe(false);
    const ghost = fakeLink();
    after.online(registrationOf(1), ghost);
    expect(ghost.closedWith).toEqual(['protocol']);
    expect(after.counts().total).toBe(0);
  });

  it('refuses the client from the moment it begins', async () => {
    await using test = await testFleet();
    const { fleet } = test;
    const link = fakeLink();
    fleet.online(registrationOf(1), link);
    fleet.offline(A, link);
    const forgetting = fleet.forget(A, BY);
    expect(fleet.isForgotten(A)).toBe(true);
    const back = fakeLink();
    fleet.online(registrationOf(1), back);
    expect(back.closedWith).toEqual(['protocol']);
    expect(await forgetting).toBe('forgotten');
  });
});

/** Has little room until `free`; the database itself notices that and recovers. */
async function small(): Promise<{
  readonly test: TestFleet;
  readonly fill: () => Promise<void>;
  readonly free: () => void;
}> {
  let pages: number | undefined = 100;
  const test = await testFleet({ database: { maxPages: () => pages } });
  const { database } = test.main;
  const put = (key: string) =>
    database.write({
      statements: [database.query.insertInto('meta').values({ key, value: 'x'.repeat(16_384) })],
    });
  return {
    test,
    async fill() {
      let key = 0;
      const full = () =>
        put(String(key++)).then(
          () => database.fault,
          () => database.fault,
        );
      await until(full, { what: 'a full disk' });
    },
    free() {
      pages = undefined;
    },
  };
}

describe('a database that cannot store', () => {
  it('does not disturb the fleet: it is logged, kept in memory and written when there is room again', async () => {
    const { test, fill, free } = await small();
    await using _ = test;
    const { fleet, clock } = test;
    fleet.start();
    await fill();
    const seats = Array.from({ length: 300 }, (_each, n) => fleet.online(registrationOf(n + 1), fakeLink()));
    await until(() => test.log.lines.some((line) => line.level === 'error'), { what: 'a line in the log' });
    for (let turn = 0; turn < 5; turn++) {
      await clock.advanceAsync(RETRY_MS);
      for (const seat of seats) seat?.heartbeat(undefined, undefined);
    }
    expect(fleet.counts()).toMatchObject({ total: 300, online: 300 });
    expect(fleet.stats().waitingWrites).toBe(300);
    expect(test.log.lines.filter((line) => line.level === 'error')).toHaveLength(1);
    expect(test.main.database.fault).toBeDefined();

    free();
    await until(
      async () => {
        await clock.advanceAsync(RETRY_MS);
        return fleet.stats().waitingWrites === 0;
      },
      { what: 'everything stored', within: 15_000 },
    );
    const { count } = await test.main.database.query
      .selectFrom('clients')
      .select((of) => of.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    expect(count).toBe(300);
    expect(await audited(test)).toEqual(Array.from({ length: 300 }, () => 'client_enrolled'));
  });

  it('refuses to forget, and the client stays as it was', async () => {
    const { test, fill } = await small();
    await using _ = test;
    const { fleet } = test;
    const link = fakeLink();
    fleet.online(registrationOf(1), link);
    fleet.offline(A, link);
    await stored(test);
    await fill();
    await expect(fleet.forget(A, BY)).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(fleet.isForgotten(A)).toBe(false);
    expect(fleet.summary(A)?.status).toBe('offline');
  });

  it('ends with a line that tells how many could not be stored', async () => {
    const { test, fill } = await small();
    await using _ = test;
    await fill();
    test.fleet.online(registrationOf(1), fakeLink());
    await test.fleet.stop();
    expect(test.log.lines.at(-1)).toMatchObject({ level: 'error', fields: { clients: 1 } });
    await test.fleet.stop();
  });
});
