import { afterEach, beforeEach, expect, test } from 'vitest';

import { systemClock } from '@ops/runtime/clock.ts';

import { connectFakeClient } from './fake-client.ts';
import type { FakeClient } from './fake-client.ts';
import { startFakeServer } from './fake-server.ts';
import type { FakeServer, FakeServerConnection } from './fake-server.ts';
import { startTcpProxy } from './tcp-proxy.ts';
import type { TcpProxy } from './tcp-proxy.ts';
import { until } from './until.ts';

let server: FakeServer;
let proxy: TcpProxy;
let client: FakeClient;
let connection: FakeServerConnection;

beforeEach(async () => {
  server = await startFakeServer();
  proxy = await startTcpProxy({ target: server });
  client = await connectFakeClient(proxy);
  connection = await server.connection();
  await Promise.all([connection.admit(), client.enter()]);
});

afterEach(async () => {
  client.destroy();
  await proxy.close();
  await server.close();
});

test('passes both ways, and passes on an orderly end', async () => {
  await client.heartbeat();
  client.socket.end();
  await connection.expectClosed();
  expect((await client.expectClosed()).error).toBeUndefined();
  await until(() => proxy.open === 0, { what: 'the pair to be gone' });
});

test('silence in one way holds those bytes back until it is lifted', async () => {
  proxy.set({ toClient: 'silent' });
  client.sendHeartbeat();
  await connection.expect('heartbeat');
  await expect(client.expect('heartbeat_ack', { within: 50 })).rejects.toThrow('waited');
  proxy.set({ toClient: 'pass' });
  await client.expect('heartbeat_ack');
});

test('byte by byte, frames still arrive whole', async () => {
  proxy.set({ toServer: 'bytewise', toClient: 'bytewise' });
  await client.heartbeat();
  expect(connection.messages('heartbeat')).toHaveLength(1);
});

test('a delay is latency, not a limit of throughput', async () => {
  proxy.set({ toServer: { delayMs: 100 } });
  const start = systemClock.mono();
  for (let i = 0; i < 10; i++) {
    client.sendHeartbeat();
    await until(() => client.unsent === 0, { what: 'the frame to leave' });
  }
  await until(() => connection.messages('heartbeat').length === 10, { what: 'ten heartbeats' });
  const took = systemClock.mono() - start;
  expect(took).toBeGreaterThan(95);
  expect(took).toBeLessThan(900);
});

test('a cut resets both ends, and the next connection is welcome', async () => {
  proxy.cut();
  expect((await client.expectClosed()).error?.message).toContain('ECONNRESET');
  expect((await connection.expectClosed()).error?.message).toContain('ECONNRESET');
  client = await connectFakeClient(proxy);
  await Promise.all([(await server.connection()).admit(), client.enter()]);
  expect(proxy.accepted).toBe(2);
});

test('while it refuses, a connection ends before the server sees it', async () => {
  proxy.refuse(true);
  const refused = await connectFakeClient(proxy).catch(() => undefined);
  await refused?.expectClosed();
  expect(server.connections).toHaveLength(1);
});
