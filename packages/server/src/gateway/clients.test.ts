/** Life of registered clients, over real TCP: duplicates, limits, deadlines, rotation, the end. */
import { MAX_HEARTBEATS_PER_SEC } from '@ops/protocol/wire/limits.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import { connectFakeClient } from '@ops/testkit/fake-client.ts';
import type { FakeClient, FakeClientOptions } from '@ops/testkit/fake-client.ts';
import { exampleFacts } from '@ops/testkit/example-messages.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { until } from '@ops/testkit/until.ts';
import { describe, expect, it } from 'vitest';

import { MAX_CHANGES_PER_SEC } from './limits.ts';
import { SECRET, startTestGateway } from './test-gateway.ts';
import type { TestGateway } from './test-gateway.ts';

const ID = '11111111-2222-4333-8444-555555555555';
const ONE = 'aaaaaaaa-2222-4333-8444-555555555555';
const TWO = 'bbbbbbbb-2222-4333-8444-555555555555';

async function enter(server: TestGateway, options: Partial<FakeClientOptions> = {}): Promise<FakeClient> {
  const client = await connectFakeClient({ port: server.port, secret: SECRET, ...options });
  await client.enter();
  return client;
}

/** As far as the question whether it may register. */
async function prove(server: TestGateway, options: Partial<FakeClientOptions> = {}): Promise<FakeClient> {
  const client = await connectFakeClient({ port: server.port, secret: SECRET, ...options });
  await client.authenticate();
  client.send(client.registration());
  return client;
}

const times = (server: TestGateway, what: string): number =>
  server.inbox.told.filter((entry) => entry.what === what).length;

describe('heartbeats', () => {
  it('are acknowledged one by one, with the clock of the server', async () => {
    const clock = new ManualClock(1_756_540_800_123);
    await using server = await startTestGateway({ clock });
    const client = await enter(server, { clock });
    for (let i = 0; i < 5; i++) expect((await client.heartbeat()).server_time).toBe(1_756_540_800_123);
    clock.advance(77);
    expect((await client.heartbeat()).server_time).toBe(1_756_540_800_200);
    expect(server.gateway.stats()).toMatchObject({ heartbeats: 6, connections: 1, unauthenticated: 0 });
    client.destroy();
  });

  it.each([
    [undefined, 3],
    [0.05, 0.05],
    [0, 0.05],
    [3600, 3600],
    [86_400, 3600],
    [7.5, 7.5],
  ])('a wish for one each %s s is answered with %s', async (wish, interval) => {
    await using server = await startTestGateway();
    const client = await connectFakeClient({ port: server.port, secret: SECRET });
    const registered = await client.enter(wish === undefined ? {} : { heartbeat_interval: wish });
    expect(registered.heartbeat_interval).toBe(interval);
    expect(server.inbox.told[0]).toMatchObject({ registration: { heartbeatIntervalSecs: interval } });
    client.destroy();
  });

  it(`${MAX_HEARTBEATS_PER_SEC} a second are allowed, one more costs the connection`, async () => {
    const clock = new ManualClock();
    await using server = await startTestGateway({ clock });
    const client = await enter(server, { clock });
    for (let i = 0; i < MAX_HEARTBEATS_PER_SEC; i++) await client.heartbeat();
    clock.advance(1000 / MAX_HEARTBEATS_PER_SEC);
    await client.heartbeat();
    client.sendHeartbeat();
    expect((await client.expect('error')).code).toBe('rate');
    await client.expectClosed();
    expect(server.inbox.about(client.clientId).at(-1)).toBe('offline');
  });
});

describe('facts and apps', () => {
  it('reach the fleet', async () => {
    await using server = await startTestGateway();
    const client = await enter(server);
    const facts = exampleFacts({ hostname: 'renamed' });
    client.send({ type: 'system_info', system_info: facts });
    client.send({ type: 'app_info', app_info: [] });
    await until(() => server.inbox.about(client.clientId).includes('apps'), { what: 'both' });
    expect(server.inbox.told).toContainEqual({ what: 'facts', client: client.clientId, value: facts });
    client.destroy();
  });

  it(`${MAX_CHANGES_PER_SEC} changes a second are allowed, one more costs the connection`, async () => {
    const clock = new ManualClock();
    await using server = await startTestGateway({ clock });
    const client = await enter(server, { clock });
    const frames = Array.from({ length: MAX_CHANGES_PER_SEC + 1 }, () =>
      client.frame({ type: 'app_info', app_info: [] }),
    );
    client.sendRaw(Buffer.concat(frames));
    expect((await client.waitFor('error')).code).toBe('rate');
    expect(times(server, 'apps')).toBe(MAX_CHANGES_PER_SEC);
  });
});

function frame(...at: number[]): MessageOf<'samples'> {
  return { type: 'samples', resolution_secs: 3, samples: at.map((t) => ({ t, cpu_usage: 1 })) };
}

const nothing = (): void => {};

describe('kept samples', () => {
  it('are acknowledged up to the newest, once stored', async () => {
    await using server = await startTestGateway();
    const client = await enter(server);
    let store = nothing;
    server.inbox.intrude = (what) => (what === 'backlog' ? new Promise((done) => (store = done)) : undefined);
    client.send(frame(1000, 2000, 3000));
    await until(() => times(server, 'backlog') === 1, { what: 'the samples' });
    await client.heartbeat();
    expect(client.messages('samples_ack')).toEqual([]);
    store();
    expect((await client.waitFor('samples_ack')).to).toBe(3000);
    client.destroy();
  });

  it('that cannot be stored are not acknowledged, nor anything newer until they came again', async () => {
    await using server = await startTestGateway();
    const client = await enter(server);
    let broken = true;
    server.inbox.intrude = (what) => {
      if (what === 'backlog' && broken) throw new Error('disk full');
    };
    client.send(frame(1000, 2000));
    await until(() => server.gateway.stats().samplesFailed === 1, { what: 'the failure' });
    broken = false;
    client.send(frame(3000));
    client.send(frame(1000, 2000));
    client.send(frame(3000));
    expect((await client.waitFor('samples_ack')).to).toBe(2000);
    expect((await client.waitFor('samples_ack')).to).toBe(3000);
    expect(server.inbox.told.flatMap((entry) => (entry.what === 'backlog' ? [entry.times] : []))).toEqual([
      [1000, 2000],
      [1000, 2000],
      [3000],
    ]);
    client.destroy();
  });

  it('while storage is slow only a few frames are read; all are stored in order, and heartbeats go on after', async () => {
    await using server = await startTestGateway();
    const client = await enter(server);
    const stores: (() => void)[] = [];
    server.inbox.intrude = (what) =>
      what === 'backlog' ? new Promise((done) => stores.push(done)) : undefined;
    for (let t = 1; t <= 20; t++) client.send(frame(t));
    client.sendHeartbeat();
    await until(() => stores.length === 1, { what: 'the first' });
    expect(times(server, 'heartbeat')).toBe(0);
    for (let t = 1; t <= 20; t++) {
      await until(() => stores.length === t, { what: `frame ${t}` });
      stores[t - 1]!();
    }
    await client.waitFor('heartbeat_ack');
    await client.waitFor('samples_ack', { where: ({ to }) => to === 20 });
    expect(client.messages('samples_ack').map(({ to }) => to)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    client.destroy();
  });
});

describe('S-14: two connections of one client', () => {
  it('the same process takes its own place: the older one is told, and the client stays online', async () => {
    await using server = await startTestGateway();
    const older = await enter(server, { clientId: ID, instanceId: ONE });
    const newer = await enter(server, { clientId: ID, instanceId: ONE });
    expect((await older.waitFor('goodbye')).code).toBe('replaced');
    await older.expectClosed();
    await newer.heartbeat();
    expect(server.inbox.about(ID)).toEqual(['online', 'online', 'heartbeat']);
    expect(server.gateway.stats()).toMatchObject({ connections: 1, closed: { replaced: 1 } });
    newer.destroy();
  });

  it('another process is refused while the first answers; the fleet hears of it', async () => {
    await using server = await startTestGateway();
    const first = await enter(server, { clientId: ID, instanceId: ONE });
    const second = await prove(server, { clientId: ID, instanceId: TWO });
    expect((await second.waitFor('goodbye')).code).toBe('conflict');
    await second.expectClosed();
    await first.heartbeat();
    expect(server.inbox.about(ID)).toEqual(['online', 'conflict', 'heartbeat']);
    first.destroy();
  });

  it('another process takes the place of one that was silent for as long as makes it late', async () => {
    const clock = new ManualClock();
    await using server = await startTestGateway({ clock });
    const first = await enter(server, { clientId: ID, instanceId: ONE, clock });
    clock.advance(10_000);
    const early = await prove(server, { clientId: ID, instanceId: TWO, clock });
    expect((await early.waitFor('goodbye')).code).toBe('conflict');
    clock.advance(1);
    const second = await enter(server, { clientId: ID, instanceId: TWO, clock });
    expect((await first.waitFor('goodbye')).code).toBe('replaced');
    await second.heartbeat();
    expect(server.gateway.stats().connections).toBe(1);
    second.destroy();
  });

  it('a client that comes back after its connection closed is no second one', async () => {
    await using server = await startTestGateway();
    const first = await enter(server, { clientId: ID, instanceId: ONE });
    await first.close();
    await until(() => server.inbox.about(ID).includes('offline'), { what: 'offline' });
    const second = await enter(server, { clientId: ID, instanceId: TWO });
    await second.heartbeat();
    expect(server.inbox.about(ID)).toEqual(['online', 'offline', 'online', 'heartbeat']);
    second.destroy();
  });
});

describe('max_connections', () => {
  it('one more is told when to come back; a place that becomes free is taken; others notice nothing', async () => {
    await using server = await startTestGateway({ config: { maxConnections: 2 } });
    const [one, two] = [await enter(server), await enter(server)];
    const turned = await prove(server);
    const goodbye = await turned.waitFor('goodbye');
    expect(goodbye.code).toBe('too_many_connections');
    expect(goodbye.come_back_in_ms).toBeGreaterThanOrEqual(2000);
    expect(goodbye.come_back_in_ms).toBeLessThanOrEqual(5000);
    await turned.expectClosed();
    await one.heartbeat();
    await two.heartbeat();
    await two.close();
    await until(() => server.gateway.stats().connections === 1, { what: 'a free place' });
    const third = await enter(server);
    await third.heartbeat();
    one.destroy();
    third.destroy();
  });

  it('who has not proved a secret takes no place', async () => {
    await using server = await startTestGateway({ config: { maxConnections: 1 } });
    const silent = await Promise.all(
      Array.from({ length: 10 }, () => connectFakeClient({ port: server.port, secret: SECRET })),
    );
    const client = await enter(server);
    expect(server.gateway.stats()).toMatchObject({ connections: 1, unauthenticated: 10 });
    for (const one of [...silent, client]) one.destroy();
  });

  it('a client may take its own place even then', async () => {
    await using server = await startTestGateway({ config: { maxConnections: 1 } });
    await enter(server, { clientId: ID, instanceId: ONE });
    const again = await enter(server, { clientId: ID, instanceId: ONE });
    await again.heartbeat();
    expect(server.gateway.stats()).toMatchObject({ connections: 1, closed: { too_many_connections: 0 } });
    again.destroy();
  });
});

describe('a forgotten id', () => {
  it('is refused with a sentence that says what to do (S-7)', async () => {
    await using server = await startTestGateway();
    server.inbox.forgotten.add(ID);
    const client = await prove(server, { clientId: ID });
    const error = await client.waitFor('error');
    expect(error.code).toBe('forgotten');
    expect(error.message).toMatch(/Run ops-client new-identity/);
    await client.expectClosed();
    expect(server.inbox.told).toEqual([]);
  });
});

describe('S-6: who a connection is does not change', () => {
  it('a later message that names itself is taken, one that names another is not', async () => {
    await using server = await startTestGateway();
    const client = await enter(server, { clientId: ID });
    client.send({ type: 'heartbeat', client_id: ID });
    await client.waitFor('heartbeat_ack');
    client.send({ type: 'heartbeat', client_id: ONE });
    expect((await client.waitFor('error')).code).toBe('identity');
    await client.expectClosed();
    expect(server.inbox.about(ONE)).toEqual([]);
  });

  it('nobody registers twice', async () => {
    await using server = await startTestGateway();
    const client = await enter(server);
    client.send(client.registration({ client_id: ONE }));
    expect((await client.waitFor('error')).code).toBe('wrong_phase');
    await client.expectClosed();
  });
});

describe('deadlines', () => {
  it('S-15: who does not answer the challenge within 30 s is closed, whether it sent something or not', async () => {
    const clock = new ManualClock();
    await using server = await startTestGateway({ clock });
    const silent = await connectFakeClient({ port: server.port, secret: SECRET });
    const slow = await connectFakeClient({ port: server.port, secret: SECRET });
    await slow.expect('auth_challenge');
    slow.sendRaw(Buffer.from([0, 0, 1]));
    await clock.advanceAsync(29_000);
    slow.sendRaw(Buffer.from([0]));
    expect(silent.isClosed || slow.isClosed).toBe(false);
    await clock.advanceAsync(1000);
    await silent.expectClosed();
    await slow.expectClosed();
    expect(server.gateway.stats()).toMatchObject({ unauthenticated: 0, closed: { handshake_timeout: 2 } });
  });

  it('who proved but does not register within 30 s is closed', async () => {
    const clock = new ManualClock();
    await using server = await startTestGateway({ clock });
    const client = await connectFakeClient({ port: server.port, secret: SECRET, clock });
    await client.authenticate();
    await clock.advanceAsync(29_000);
    expect(client.isClosed).toBe(false);
    await clock.advanceAsync(1000);
    await client.expectClosed();
  });

  it('a client that is silent for client_timeout_secs is closed and offline; one that beats is not', async () => {
    const clock = new ManualClock();
    await using server = await startTestGateway({ clock, config: { clientTimeoutSecs: 60 } });
    const [silent, alive] = [await enter(server, { clock }), await enter(server, { clock })];
    await clock.advanceAsync(59_000);
    await alive.heartbeat();
    expect(server.inbox.about(silent.clientId)).toEqual(['online']);
    await clock.advanceAsync(1000);
    await silent.expectClosed();
    expect(server.inbox.about(silent.clientId)).toEqual(['online', 'offline']);
    await alive.heartbeat();
    alive.destroy();
  });

  it('after a pause of the whole server nobody is judged before their frames were read', async () => {
    const ticking = new ManualClock();
    let pausedMs = 0;
    const clock: Clock = {
      wall: () => ticking.wall() + pausedMs,
      mono: () => ticking.mono() + pausedMs,
      after: (ms, call) => ticking.after(ms, call),
      every: (ms, call) => ticking.every(ms, call),
    };
    await using server = await startTestGateway({ clock, config: { clientTimeoutSecs: 60 } });
    const [alive, silent] = [await enter(server, { clock }), await enter(server, { clock })];
    pausedMs = 100_000;
    await ticking.advanceAsync(1000);
    await alive.heartbeat();
    expect(server.gateway.stats().connections).toBe(2);
    await ticking.advanceAsync(1000);
    await silent.expectClosed();
    await alive.heartbeat();
    alive.destroy();
  });
});

describe('rotation of the secret', () => {
  it('clients on a removed secret are sent away within 60 s, spread; the others stay', async () => {
    const clock = new ManualClock();
    await using server = await startTestGateway({ clock });
    const old = await Promise.all(Array.from({ length: 10 }, () => enter(server, { clock })));
    server.gateway.setSecrets({ current: 'the-new-one', previous: SECRET });
    expect(server.gateway.stats().onPreviousSecret).toBe(10);
    const fresh = await enter(server, { clock, secret: 'the-new-one' });
    const beat = async (): Promise<void> => {
      for (const client of [...old, fresh])
        if (!client.isClosed) await client.heartbeat().catch(() => undefined);
    };
    await clock.advanceAsync(60_000);
    await beat();
    expect(server.gateway.stats().connections).toBe(11);
    server.gateway.setSecrets({ current: 'the-new-one', previous: undefined });
    expect(server.gateway.stats().onPreviousSecret).toBe(0);
    const gone: number[] = [];
    for (let second = 0; second < 60; second += 10) {
      await clock.advanceAsync(10_000);
      gone.push(server.gateway.stats().closed.secret_removed);
    }
    expect(gone.at(-1)).toBe(10);
    expect(gone[0]).toBeLessThan(10);
    await Promise.all(old.map((client) => client.expectClosed()));
    expect(old.map((client) => client.messages('goodbye')[0]?.code)).toEqual(Array(10).fill('restart'));
    await fresh.heartbeat();
    fresh.destroy();
  });

  it('a client that comes back knows the new one', async () => {
    await using server = await startTestGateway();
    server.gateway.setSecrets({ current: 'the-new-one', previous: undefined });
    const client = await connectFakeClient({ port: server.port, secret: 'the-new-one' });
    expect((await client.authenticate()).key).toBe('current');
    client.destroy();
  });
});

describe('the end', () => {
  it('of the server: every client is told over how long to come back, then nothing is left', async () => {
    const server = await startTestGateway();
    const clients = await Promise.all(Array.from({ length: 5 }, () => enter(server)));
    const silent = await connectFakeClient({ port: server.port, secret: SECRET });
    const closing = server.gateway.close();
    expect(server.gateway.listening).toBe(false);
    for (const client of clients) {
      expect(await client.waitFor('goodbye')).toEqual({
        type: 'goodbye',
        code: 'restart',
        come_back_in_ms: 2000,
      });
      await client.expectClosed();
    }
    await silent.expectClosed();
    await closing;
    await server.gateway.close();
    expect(server.gateway.stats()).toMatchObject({ connections: 0, unauthenticated: 0 });
    expect(times(server, 'offline')).toBe(5);
    await expect(connectFakeClient({ port: server.port, secret: SECRET })).rejects.toThrow('ECONNREFUSED');
  });

  it('of the server does not wait for a client that never closes', async () => {
    const clock = new ManualClock();
    const server = await startTestGateway({ clock });
    const client = await enter(server, { clock });
    client.pause();
    const closing = server.gateway.close({ graceMs: 500 });
    await clock.advanceAsync(500);
    await closing;
    expect(server.inbox.about(client.clientId)).toEqual(['online', 'offline']);
    client.destroy();
  });

  it('twice is harmless', async () => {
    const server = await startTestGateway();
    await Promise.all([server.gateway.close(), server.gateway.close()]);
    await server.gateway.close();
    expect(server.gateway.listening).toBe(false);
  });

  it('of a client: goodbye makes it offline at once', async () => {
    await using server = await startTestGateway();
    const client = await enter(server);
    client.send({ type: 'goodbye', code: 'stop' });
    await client.expectClosed();
    expect(server.inbox.about(client.clientId)).toEqual(['online', 'offline']);
    expect(server.gateway.stats().closed.client_goodbye).toBe(1);
  });

  it('of a client by reset: offline, and nothing else', async () => {
    await using server = await startTestGateway();
    const [client, other] = [await enter(server), await enter(server)];
    client.reset();
    await until(() => server.inbox.about(client.clientId).includes('offline'), { what: 'offline' });
    await other.heartbeat();
    expect(server.gateway.stats()).toMatchObject({ connections: 1, closed: { peer: 1 } });
    other.destroy();
  });

  it('a port that is taken is an error with its code', async () => {
    await using server = await startTestGateway();
    const { port } = server;
    await expect(startTestGateway({ config: { tcpPort: port } })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});
