import { describe, expect, it } from 'vitest';

import { freshSample } from '@ops/protocol/wire/plain-heartbeat.ts';
import { exampleFacts, exampleSample } from '@ops/testkit/example-messages.ts';

import type { FleetChange, FleetSeat } from './fleet.ts';
import { fakeLink, idOf, numberOf, registrationOf, testFleet } from './test-fleet.ts';
import type { TestFleet } from './test-fleet.ts';

const A = idOf(1);

/** What listeners were told, in short: `online`, `late`, `offline`, `forgotten`. */
function told(test: TestFleet): string[] {
  const words: string[] = [];
  test.fleet.onChange((change: FleetChange) => {
    if (change.kind === 'forgotten') words.push('forgotten');
    else if (change.kind === 'client') words.push(change.summary.late ? 'late' : change.summary.status);
  });
  return words;
}

/** Heartbeats every 3 s for `seconds`. */
async function beat(test: TestFleet, seat: FleetSeat | undefined, seconds: number): Promise<void> {
  for (let at = 0; at < seconds; at += 3) {
    await test.clock.advanceAsync(3000);
    seat?.heartbeat(undefined, undefined);
  }
}

describe('presence in the fleet', () => {
  it('goes online, late after three missed heartbeats, back with the next, and offline when the link closes', async () => {
    await using test = await testFleet();
    const { fleet, clock } = test;
    const words = told(test);
    const link = fakeLink();
    fleet.start();
    const seat = fleet.online(registrationOf(1), link);
    expect(fleet.counts()).toEqual({ total: 1, online: 1, late: 0, offline: 0 });

    clock.advance(10_000);
    expect(words).toEqual(['online']);
    clock.advance(1000);
    expect(words).toEqual(['online', 'late']);
    expect(fleet.counts()).toEqual({ total: 1, online: 1, late: 1, offline: 0 });
    expect(fleet.view(A)).toMatchObject({ status: 'online', late: true });

    seat?.heartbeat(undefined, undefined);
    expect(fleet.view(A)).not.toHaveProperty('late');
    fleet.offline(A, link);
    expect(words).toEqual(['online', 'late', 'online', 'offline']);
    expect(fleet.counts()).toEqual({ total: 1, online: 0, late: 0, offline: 1 });
    expect(fleet.link(A)).toBeUndefined();
  });

  it('goes by the interval of each client', async () => {
    await using test = await testFleet();
    const { fleet, clock } = test;
    fleet.start();
    fleet.online(registrationOf(2, { heartbeatIntervalSecs: 60 }), fakeLink());
    fleet.online(registrationOf(1, { heartbeatIntervalSecs: 0.5 }), fakeLink());
    clock.advance(2000);
    expect(fleet.ids({ status: 'late' })).toEqual([idOf(1)]);
    clock.advance(178_000);
    expect(fleet.ids({ status: 'late' })).toEqual([idOf(1)]);
    clock.advance(2000);
    expect(fleet.ids({ status: 'late' })).toEqual([idOf(1), idOf(2)]);
  });

  it('closes the link of a client that sent no frame for the timeout, at a cleanup', async () => {
    await using test = await testFleet({ cleanupIntervalMs: 60_000, clientTimeoutMs: 300_000 });
    const { fleet, clock } = test;
    const words = told(test);
    const silent = fakeLink();
    const talking = fakeLink();
    fleet.start();
    fleet.online(registrationOf(1), silent);
    fleet.online(registrationOf(2), talking);
    await clock.advanceAsync(299_999);
    talking.lastFrameAt = clock.mono();
    expect(fleet.link(A)).toBe(silent);
    await clock.advanceAsync(1);
    expect(fleet.view(A)).toMatchObject({ status: 'offline' });
    expect(silent.closedWith).toEqual(['protocol']);
    expect(fleet.link(idOf(2))).toBe(talking);
    expect(words.filter((word) => word === 'offline')).toHaveLength(1);
    // The gateway reports the close it was told to do.
    fleet.offline(A, silent);
    expect(words.filter((word) => word === 'offline')).toHaveLength(1);
  });

  it('does not depend on the wall clock', async () => {
    await using test = await testFleet();
    const { fleet, clock } = test;
    fleet.start();
    const seat = fleet.online(registrationOf(1), fakeLink());
    clock.setWall(clock.wall() + 86_400_000);
    clock.advance(5000);
    seat?.heartbeat(undefined, undefined);
    clock.setWall(clock.wall() - 172_800_000);
    clock.advance(9000);
    expect(fleet.counts()).toMatchObject({ online: 1, late: 0 });
  });

  it('is not judged right after the server itself was stopped', async () => {
    await using test = await testFleet();
    const { fleet, clock } = test;
    const link = fakeLink();
    fleet.start();
    fleet.online(registrationOf(1), link);
    const every = clock.mono.bind(clock);
    // The process stands still for ten minutes: no timer fires meanwhile, then the next one does.
    let standstill = 0;
    clock.mono = () => every() + standstill;
    standstill = 600_000;
    clock.advance(1000);
    expect(fleet.counts()).toMatchObject({ online: 1, late: 0 });
    expect(link.closedWith).toEqual([]);
    // Nor did anything wait in the socket: now it is late.
    clock.advance(1000);
    expect(fleet.counts()).toMatchObject({ online: 1, late: 1 });
  });

  it('of a link that was replaced ends without taking the new one along', async () => {
    await using test = await testFleet();
    const { fleet } = test;
    const words = told(test);
    const [older, newer] = [fakeLink(), fakeLink()];
    fleet.online(registrationOf(1), older);
    fleet.online(registrationOf(1), newer);
    expect(older.closedWith).toEqual(['replaced']);
    fleet.offline(A, older);
    expect(fleet.link(A)).toBe(newer);
    expect(words).toEqual(['online', 'online']);
    expect(fleet.counts()).toEqual({ total: 1, online: 1, late: 0, offline: 0 });
  });

  it('survives a listener that fails, and tells the others', async () => {
    await using test = await testFleet();
    const stop = test.fleet.onChange(() => {
      throw new Error('planted');
    });
    const words = told(test);
    test.fleet.online(registrationOf(1), fakeLink());
    expect(words).toEqual(['online']);
    stop();
    test.fleet.online(registrationOf(2), fakeLink());
    expect(test.log.lines.filter((line) => line.level === 'error')).toHaveLength(1);
  });
});

describe('what is shown of a client', () => {
  it('is seen last at its last heartbeat or registration, by the wall clock of the server', async () => {
    await using test = await testFleet();
    const { fleet, clock } = test;
    const registered = clock.wall();
    const seat = fleet.online(registrationOf(1), fakeLink());
    await clock.advanceAsync(1000);
    fleet.facts(A, exampleFacts({ hostname: 'renamed' }));
    fleet.apps(A, []);
    expect(fleet.summary(A)).toMatchObject({ hostname: 'renamed', last_seen_ms: registered });
    await beat(test, seat, 3);
    expect(fleet.summary(A)?.last_seen_ms).toBe(registered + 4000);
  });

  it('is the newest sample only, and none before the first of a connection', async () => {
    await using test = await testFleet();
    const { fleet } = test;
    const link = fakeLink();
    const seat = fleet.online(registrationOf(1), link);
    expect(fleet.summary(A)).not.toHaveProperty('metrics');
    seat?.heartbeat(freshSample({ cpu_usage: 1, used_memory: 2 }), undefined);
    seat?.heartbeat(freshSample({ cpu_usage: 3 }), undefined);
    expect(fleet.summary(A)?.metrics).toEqual({ cpu_usage: 3 });
    seat?.heartbeat(undefined, undefined);
    expect(fleet.summary(A)?.metrics).toEqual({ cpu_usage: 3 });
    fleet.offline(A, link);
    expect(fleet.summary(A)?.metrics).toEqual({ cpu_usage: 3 });
    fleet.online(registrationOf(1), fakeLink());
    expect(fleet.summary(A)).not.toHaveProperty('metrics');
  });

  it('tells by how much its clock differs while it tells its time', async () => {
    await using test = await testFleet();
    const { fleet, clock, samples } = test;
    const seat = fleet.online(registrationOf(1, { clientTimeMs: clock.wall() + 5000 }), fakeLink());
    expect(fleet.view(A)?.clock_offset_ms).toBe(5000);
    seat?.heartbeat(freshSample({ cpu_usage: 1 }), clock.wall() - 250);
    expect(fleet.view(A)?.clock_offset_ms).toBe(-250);
    seat?.heartbeat(freshSample({ cpu_usage: 2 }), undefined);
    expect(fleet.view(A)?.clock_offset_ms).toBeNull();
    // Samples are dated by the client's clock all the same.
    expect(samples.taken.map(({ atMs }) => atMs - clock.wall())).toEqual([-250, 5000]);
  });

  it('says when it was connected, and when not any more', async () => {
    await using test = await testFleet();
    const { fleet, clock } = test;
    const at = clock.wall();
    const link = fakeLink();
    fleet.online(registrationOf(1), link);
    expect(fleet.summary(A)).toMatchObject({ connected_at_ms: at, disconnected_at_ms: null });
    clock.advance(500);
    fleet.offline(A, link);
    expect(fleet.summary(A)).toMatchObject({ connected_at_ms: at, disconnected_at_ms: at + 500 });
    expect(fleet.view(A)).toMatchObject({ heartbeat_interval_secs: null });
    expect(fleet.view(A)).not.toHaveProperty('secret_in_use');
  });

  it('changes at once with new facts and apps, and tells nobody when they are the same', async () => {
    await using test = await testFleet();
    const { fleet } = test;
    const words = told(test);
    const app = { name: 'shop', service_status: 'Running', has_script: true } as const;
    fleet.online(registrationOf(1), fakeLink());
    fleet.apps(A, [app]);
    fleet.apps(A, [app]);
    fleet.facts(A, registrationOf(1).facts);
    expect(words).toHaveLength(2);
    expect(fleet.view(A)?.app_info).toEqual([app]);
    expect(fleet.summary(A)?.apps).toBe(1);
  });

  it('tells of apps when they are others than before, also when their client comes back with them', async () => {
    await using test = await testFleet();
    const { fleet } = test;
    const lists: unknown[] = [];
    fleet.onChange((change) => void (change.kind === 'apps' && lists.push(change.apps)));
    const running = { name: 'shop', service_status: 'Running', has_script: true } as const;
    const stopped = { ...running, service_status: 'Stopped' } as const;
    const words = told(test);
    fleet.online(registrationOf(1), fakeLink());
    expect(lists).toEqual([]);
    fleet.apps(A, [running]);
    fleet.apps(A, [stopped]);
    expect(lists).toEqual([[running], [stopped]]);
    // A summary counts them and says no more.
    expect(words).toEqual(['online', 'online']);
    fleet.online(registrationOf(1, { apps: [stopped] }), fakeLink());
    expect(lists).toHaveLength(2);
    fleet.online(registrationOf(1), fakeLink());
    expect(lists.at(-1)).toEqual([]);
    expect(fleet.appsOf(A)).toMatchObject({ client_id: A, status: 'online', readonly: false, apps: [] });
  });

  it('counts who still proves the previous secret', async () => {
    await using test = await testFleet();
    const { fleet } = test;
    const link = fakeLink();
    fleet.online(registrationOf(1, { secretInUse: 'previous' }), link);
    fleet.online(registrationOf(2, { secretInUse: 'previous' }), fakeLink());
    fleet.online(registrationOf(3), fakeLink());
    expect(fleet.stats().onPreviousSecret).toBe(2);
    fleet.online(registrationOf(2, { secretInUse: 'current' }), fakeLink());
    fleet.offline(A, link);
    expect(fleet.stats().onPreviousSecret).toBe(0);
  });

  it('ignores reports about clients that are not connected', async () => {
    await using test = await testFleet();
    const { fleet, samples } = test;
    const link = fakeLink();
    const seat = fleet.online(registrationOf(2), link);
    fleet.offline(idOf(2), link);
    const words = told(test);
    seat?.heartbeat(freshSample(exampleSample()), 0);
    fleet.facts(A, exampleFacts());
    fleet.apps(A, []);
    fleet.conflict(A, '192.0.2.1');
    fleet.offline(A, fakeLink());
    await expect(fleet.backlog(A, [])).rejects.toMatchObject({ code: 'client_not_found' });
    expect([words, samples.taken, fleet.counts()]).toEqual([
      [],
      [],
      { total: 1, online: 0, late: 0, offline: 1 },
    ]);
  });
});

describe('finding clients', () => {
  it('orders by host name, then id, and follows a host that is renamed', async () => {
    await using test = await testFleet();
    const { fleet } = test;
    const named = (n: number, hostname: string) =>
      fleet.online(registrationOf(n, { facts: exampleFacts({ hostname }) }), fakeLink());
    named(1, 'web');
    named(3, 'db');
    named(2, 'db');
    expect(fleet.ids({})).toEqual([idOf(2), idOf(3), idOf(1)]);
    fleet.facts(idOf(1), exampleFacts({ hostname: 'a' }));
    expect(fleet.ids({})).toEqual([idOf(1), idOf(2), idOf(3)]);
  });

  it('looks into host names, addresses and labels, and at the start of ids', async () => {
    await using test = await testFleet();
    const { fleet } = test;
    const facts = exampleFacts({ hostname: 'Web-01', ip_addresses: ['10.1.2.3'] });
    fleet.online(registrationOf(1, { facts, labels: { env: 'prod', note: '' } }), fakeLink());
    fleet.online(
      registrationOf(2, {
        facts: exampleFacts({ hostname: '数据库', ip_addresses: [] }),
        remoteAddress: '198.51.100.4',
        labels: {},
      }),
      fakeLink(),
    );
    const found = (search: string) => fleet.ids({ search }).map(numberOf);
    expect(found('wEB')).toEqual([1]);
    expect(found('1.2.3')).toEqual([1]);
    expect(found('ENV=PR')).toEqual([1]);
    expect(found('note=')).toEqual([1]);
    expect(found('据')).toEqual([2]);
    expect(found('198.51.100')).toEqual([2]);
    expect(found(idOf(2).toUpperCase())).toEqual([2]);
    expect(found('00000000-0000')).toEqual([1, 2]);
    expect(found('0000-4000')).toEqual([]);
    expect(found('web-01\u000010.1')).toEqual([]);
    expect(found('  ')).toEqual([1, 2]);
    fleet.facts(idOf(1), exampleFacts({ hostname: 'other' }));
    expect(found('web')).toEqual([]);
  });

  it('joins status, selector and search by and', async () => {
    await using test = await testFleet();
    const { fleet } = test;
    const link = fakeLink();
    fleet.online(registrationOf(1, { labels: { role: 'web' } }), link);
    fleet.online(registrationOf(2, { labels: { role: 'web' } }), fakeLink());
    fleet.online(registrationOf(3, { labels: { role: 'db' } }), fakeLink());
    fleet.offline(idOf(1), link);
    expect(fleet.ids({ status: 'online', selector: 'role=web', search: 'host' })).toEqual([idOf(2)]);
    expect(fleet.ids({ status: 'offline', selector: 'role=web' })).toEqual([idOf(1)]);
    expect(() => fleet.ids({ selector: 'role=!' })).toThrow('character 6');
  });
});

describe('conflicts', () => {
  it('are shown, told once and audited, and end after a quarter of an hour without another', async () => {
    await using test = await testFleet();
    const { fleet, clock } = test;
    const words = told(test);
    fleet.start();
    const seat = fleet.online(registrationOf(1), fakeLink(Number.POSITIVE_INFINITY));
    fleet.conflict(A, '203.0.113.5');
    fleet.conflict(A, '203.0.113.5');
    expect(fleet.view(A)?.conflict).toBe(true);
    expect(words).toEqual(['online', 'online']);
    await beat(test, seat, 10 * 60);
    fleet.conflict(A, '203.0.113.5');
    await beat(test, seat, 10 * 60);
    expect(fleet.view(A)?.conflict).toBe(true);
    await beat(test, seat, 5 * 60);
    await clock.advanceAsync(1000);
    expect(fleet.view(A)).not.toHaveProperty('conflict');
    expect(words).toHaveLength(3);
  });

  it('do not end while the client is away, and do when it stays online again', async () => {
    await using test = await testFleet();
    const { fleet, clock } = test;
    const link = fakeLink();
    fleet.start();
    fleet.online(registrationOf(1), link);
    fleet.conflict(A, '203.0.113.5');
    fleet.offline(A, link);
    await clock.advanceAsync(60 * 60_000);
    expect(fleet.summary(A)?.conflict).toBe(true);
    fleet.online(registrationOf(1), fakeLink(clock.mono()));
    await clock.advanceAsync(1000);
    expect(fleet.summary(A)?.conflict).toBe(false);
  });

  it('are audited once an hour, with the number of newcomers refused', async () => {
    await using test = await testFleet();
    const { fleet, clock, main } = test;
    fleet.online(registrationOf(1), fakeLink());
    for (let n = 0; n < 5; n++) fleet.conflict(A, '203.0.113.5');
    await clock.advanceAsync(60 * 60_000);
    fleet.conflict(A, '203.0.113.6');
    await fleet.stop();
    const audited = await main.database.query
      .selectFrom('audit')
      .select(['address', 'outcome', 'target', 'detail'])
      .where('action', '=', 'client_conflict')
      .orderBy('seq')
      .execute();
    expect(audited.map(({ detail, ...rest }) => ({ ...rest, refused: JSON.parse(detail).refused }))).toEqual([
      { address: '203.0.113.5', outcome: 'refused', target: A, refused: 1 },
      { address: '203.0.113.6', outcome: 'refused', target: A, refused: 5 },
    ]);
  });
});

describe('limits', () => {
  it('refuses one client more than may be known, and takes those that are', async () => {
    await using test = await testFleet({ maxClients: 2 });
    const { fleet } = test;
    const third = fakeLink();
    fleet.online(registrationOf(1), fakeLink());
    fleet.online(registrationOf(2), fakeLink());
    fleet.online(registrationOf(3), third);
    expect(third.closedWith).toEqual(['too_many_connections']);
    expect(fleet.link(idOf(3))).toBeUndefined();
    expect(fleet.counts().total).toBe(2);
    expect(fleet.stats().refusedClients).toBe(1);
    const again = fakeLink();
    fleet.online(registrationOf(2), again);
    expect(again.closedWith).toEqual([]);
  });
});

describe('kept samples', () => {
  it('are handed on', async () => {
    await using test = await testFleet();
    const { fleet, samples } = test;
    fleet.online(registrationOf(1), fakeLink());
    await fleet.backlog(A, [{ t: 5, cpu_usage: 1 }]);
    expect(samples.kept).toEqual([{ clientId: A, samples: [{ t: 5, cpu_usage: 1 }] }]);
  });
});
