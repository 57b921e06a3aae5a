/** The gateway over TLS 1.3: bound to its channel, and as hard to bring down as over plain TCP. */
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { connectFakeClient } from '@ops/testkit/fake-client.ts';
import type { FakeClient } from '@ops/testkit/fake-client.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { selfMadeCertificate } from '@ops/testkit/self-made-certificate.ts';
import type { SelfMadeCertificate } from '@ops/testkit/self-made-certificate.ts';
import { until } from '@ops/testkit/until.ts';
import { beforeAll, expect, it } from 'vitest';

import { SECRET, startTestGateway } from './test-gateway.ts';
import type { TestGateway } from './test-gateway.ts';

let identity: SelfMadeCertificate;
beforeAll(async () => {
  identity = await selfMadeCertificate();
});

const dial = (server: TestGateway, options: { secret?: string } = { secret: SECRET }): Promise<FakeClient> =>
  connectFakeClient({ port: server.port, tls: { ca: identity.cert }, ...options });

it('a client proves itself over the channel, and the fleet knows that it is encrypted', async () => {
  await using server = await startTestGateway({ config: { tls: identity } });
  const client = await dial(server);
  await client.enter();
  await client.heartbeat();
  expect(server.inbox.told[0]).toMatchObject({ registration: { encrypted: true, authenticated: true } });
  expect(JSON.parse(client.received[0]!.body.toString())).toMatchObject({ cb: 'tls-exporter' });
  expect(server.gateway.stats()).toMatchObject({ connections: 1, unencrypted: 0 });
  await client.close();
});

it('without authentication it says hello inside the channel', async () => {
  await using server = await startTestGateway({ config: { tls: identity, authEnabled: false } });
  const client = await dial(server, {});
  await client.greet();
  await client.register();
  expect(server.inbox.told[0]).toMatchObject({ registration: { encrypted: true, authenticated: false } });
  await client.close();
});

it('S-9: an answer made for another channel is refused, though everything else in it is right', async () => {
  await using server = await startTestGateway({ config: { tls: identity } });
  const client = await dial(server);
  const challenge = await client.expect('auth_challenge');
  // A relay ends TLS on its own certificate: it has another exporter value.
  client.channelBinding = () => Buffer.alloc(32, 1);
  client.send(client.prove(challenge));
  await client.expect('auth_failed');
  expect(server.gateway.stats().authFailures.proof).toBe(1);
  await client.expectClosed();
});

it('S-12: anything below TLS 1.3, and plain TCP, gets nothing', async () => {
  await using server = await startTestGateway({ config: { tls: identity } });
  const old = new Promise((resolve) => {
    const socket = connectTls({
      port: server.port,
      host: '127.0.0.1',
      ca: identity.cert,
      maxVersion: 'TLSv1.2',
    });
    socket.once('error', resolve);
    socket.once('secureConnect', () => resolve('was let in'));
  });
  expect(await old).toBeInstanceOf(Error);
  const plain = await new Promise<Buffer>((resolve) => {
    const seen: Buffer[] = [];
    const socket = connect({ port: server.port, host: '127.0.0.1' });
    socket.on('data', (chunk: Buffer) => seen.push(chunk));
    socket.on('error', () => {});
    socket.once('close', () => resolve(Buffer.concat(seen)));
    socket.end('{"type":"register"}');
  });
  expect(plain.toString('latin1')).not.toContain('auth_challenge');
  const client = await dial(server);
  await client.enter();
  await client.heartbeat();
  client.destroy();
});

it('S-15: a TLS handshake that is never finished is closed after 30 s; it counts as unauthenticated until then', async () => {
  const clock = new ManualClock();
  await using server = await startTestGateway({ clock, config: { tls: identity } });
  const socket = connect({ port: server.port, host: '127.0.0.1' });
  const closed = new Promise((resolve) => void socket.once('close', resolve));
  socket.on('error', () => {});
  socket.on('data', () => {});
  socket.write(Buffer.from([0x16, 0x03, 0x01]));
  await until(() => server.gateway.stats().unauthenticated === 1, { what: 'the socket' });
  await clock.advanceAsync(30_000);
  await closed;
  await until(() => server.gateway.stats().unauthenticated === 0, { what: 'nobody' });
  expect(server.gateway.stats().closed.handshake_timeout).toBe(1);
});

it('clients that vanish in the middle of everything cost their connections', async () => {
  await using server = await startTestGateway({ config: { tls: identity } });
  const honest = await dial(server);
  await honest.enter();
  for (let i = 0; i < 10; i++) {
    const client = await dial(server);
    if (i % 2 === 0) await client.enter();
    client.destroy();
  }
  await honest.heartbeat();
  await until(() => server.gateway.stats().connections === 1, { what: 'only the honest one' });
  expect(server.gateway.stats()).toMatchObject({ connections: 1, unauthenticated: 0 });
  honest.destroy();
});
