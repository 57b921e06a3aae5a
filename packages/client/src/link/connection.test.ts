import type { FakeServerConnection } from '@ops/testkit/fake-server.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { startTcpProxy } from '@ops/testkit/tcp-proxy.ts';
import { until } from '@ops/testkit/until.ts';
import { describe, expect, onTestFinished, test } from 'vitest';

import { clientOf, isReady, ONCE, SECRET, serverFor, waits } from './test-link.ts';

describe('the way in', () => {
  test('with authentication: proof on both sides, register, heartbeats with acknowledgements', async () => {
    const server = await serverFor({ secret: SECRET });
    const under = clientOf(server, { secrets: [SECRET] });
    const connection = await server.connection();
    const register = await connection.admit();
    expect(register.client_id).toBe(under.clientId);
    await isReady(under);
    expect(under.link.send({ type: 'heartbeat', client_time: 1 })).toBe(true);
    expect(await connection.expect('heartbeat')).toMatchObject({ client_time: 1 });
    await until(() => under.messages.some(({ type }) => type === 'heartbeat_ack'), {
      what: 'an acknowledgement',
    });
    expect(under.serverClock.now()).toBeGreaterThan(0);
    expect(under.lines.filter((line) => !line.startsWith('INFO'))).toEqual([]);
  });

  test('without authentication when neither side wants it', async () => {
    const server = await serverFor();
    const under = clientOf(server);
    const register = await (await server.connection()).admit();
    await isReady(under);
    expect(register.instance_id).toBe(under.instanceId);
  });

  test('nothing is sent before the link is ready', async () => {
    const server = await serverFor();
    const under = clientOf(server);
    const connection = await server.connection();
    connection.hello();
    expect(under.link.send({ type: 'heartbeat' })).toBe(false);
    await connection.expect('register');
    expect(under.link.send({ type: 'heartbeat' })).toBe(false);
  });

  test('byte by byte', async () => {
    const server = await serverFor({ secret: SECRET });
    const proxy = await startTcpProxy({ target: server });
    onTestFinished(() => proxy.close());
    proxy.set({ toClient: 'bytewise', toServer: 'bytewise' });
    const under = clientOf(proxy, { secrets: [SECRET] });
    const connection = await server.connection();
    await connection.admit();
    connection.ack();
    await until(() => under.messages.length > 0, { what: 'an acknowledgement' });
    expect(under.downs).toBe(0);
  });

  test('everything in one piece', async () => {
    const server = await serverFor({ secret: SECRET });
    const under = clientOf(server, { secrets: [SECRET] });
    const connection = await server.connection();
    await connection.authenticate();
    await connection.expect('register');
    const registered = connection.frame({
      type: 'registered',
      session: under.clientId,
      server_time: 1,
      heartbeat_interval: 3,
      limits: { max_frame_bytes: 1_048_576, max_heartbeats_per_sec: 20 },
      commands: [],
    });
    const acks = Array.from({ length: 50 }, (_, i) =>
      connection.frame({ type: 'heartbeat_ack', server_time: i }),
    );
    connection.sendRaw(Buffer.concat([registered, ...acks]));
    await until(() => under.messages.length === 50, { what: '50 acknowledgements' });
    expect(under.ready).toHaveLength(1);
  });

  test('what comes behind a goodbye in the same piece is not looked at', async () => {
    const server = await serverFor();
    const under = clientOf(server, { reconnect: ONCE });
    const connection = await server.connection();
    await connection.admit();
    await isReady(under);
    const goodbye = connection.frame({ type: 'goodbye', code: 'restart' });
    connection.sendRaw(Buffer.concat([goodbye, connection.frame({ type: 'heartbeat_ack', server_time: 1 })]));
    await waits(under);
    expect(under.messages).toEqual([]);
  });
});

describe('a silent server', () => {
  test.each<[string, number, (c: FakeServerConnection) => Promise<unknown> | void]>([
    ['that does not greet is left after 10 s', 10_000, () => {}],
    [
      'that does not answer the proof is left after 30 s',
      30_000,
      (c) => {
        c.challenge();
        return c.expect('auth_response');
      },
    ],
    [
      'that does not answer register is left after 30 s',
      30_000,
      async (c) => {
        await c.authenticate();
        return c.expect('register');
      },
    ],
    [
      'that stops acknowledging is left after 10 s',
      10_000,
      async (c) => {
        await c.admit();
        c.answersHeartbeats = false;
      },
    ],
  ])('%s', async (_, limit, script) => {
    const clock = new ManualClock();
    const server = await serverFor({ secret: SECRET, clock });
    const under = clientOf(server, { secrets: [SECRET], clock, reconnect: ONCE });
    const connection = await server.connection();
    await script(connection);
    if (connection.phase === 'ready') await isReady(under);
    await clock.advanceAsync(limit - 1);
    expect(connection.isClosed).toBe(false);
    expect(under.link.state).not.toBe('waiting');
    await clock.advanceAsync(1);
    await connection.expectClosed();
    expect(under.link.state).toBe('waiting');
  });

  test('is told apart from one that answers', async () => {
    const clock = new ManualClock();
    const server = await serverFor({ secret: SECRET, clock });
    const under = clientOf(server, { secrets: [SECRET], clock });
    await (await server.connection()).admit();
    await isReady(under);
    for (let i = 1; i <= 20; i++) {
      clock.advance(3_000);
      under.link.send({ type: 'heartbeat' });
      await until(() => under.messages.length === i, { what: 'the acknowledgement' });
    }
    expect(under.link.state).toBe('ready');
    expect(under.downs).toBe(0);
  });
});

test('a server that does not read costs the connection, not the memory of this host', async () => {
  const server = await serverFor();
  const under = clientOf(server, { reconnect: ONCE });
  const connection = await server.connection();
  await connection.admit();
  await isReady(under);
  connection.pause();
  const disks = Array.from({ length: 100 }, (_, i) => ({
    mount: `/${'m'.repeat(200)}${i}`,
    filesystem: 'ext4',
    total: 1,
    used: 0,
  }));
  let sent = 0;
  while (sent < 10_000 && under.link.send({ type: 'heartbeat', sample: { disks } })) sent++;
  expect(sent).toBeLessThan(10_000);
  await waits(under);
  expect(under.lines[1]).toMatch(/does not read/);
});
