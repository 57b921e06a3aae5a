/** The two scripted peers against each other: each is the other's proof. */
import { expect, test } from 'vitest';

import { sleep, systemClock } from '@ops/runtime/clock.ts';

import { connectFakeClient } from './fake-client.ts';
import type { FakeClientOptions } from './fake-client.ts';
import { startFakeServer } from './fake-server.ts';
import type { FakeServerOptions } from './fake-server.ts';
import { selfMadeCertificate } from './self-made-certificate.ts';
import { until } from './until.ts';

const secret = 'a secret of more than thirty-two characters';

async function pair(serverOptions: FakeServerOptions = {}, clientOptions: Partial<FakeClientOptions> = {}) {
  const server = await startFakeServer(serverOptions);
  const client = await connectFakeClient({
    port: server.port,
    ...(serverOptions.secret !== undefined && { secret: serverOptions.secret }),
    ...clientOptions,
  });
  const connection = await server.connection();
  return {
    server,
    client,
    connection,
    async [Symbol.asyncDispose]() {
      client.destroy();
      await server.close();
    },
  };
}

test('without a secret: hello, register, registered, heartbeat and its acknowledgement', async () => {
  await using p = await pair();
  const [register, registered] = await Promise.all([
    p.connection.admit(),
    p.client.enter({ labels: { env: 'prod' } }),
  ]);
  expect(register.client_id).toBe(p.client.clientId);
  expect(register.labels).toEqual({ env: 'prod' });
  expect(registered.heartbeat_interval).toBe(3);
  await p.client.heartbeat({ cpu_usage: 7 });
  expect((await p.connection.expect('heartbeat')).sample).toEqual({ cpu_usage: 7 });
});

test('with a secret both sides prove it and every later frame carries a MAC', async () => {
  await using p = await pair({ secret });
  await Promise.all([p.connection.admit(), p.client.enter()]);
  await p.client.heartbeat();
  p.connection.goodbye('restart', 2000);
  expect(await p.client.expect('goodbye')).toMatchObject({ code: 'restart', come_back_in_ms: 2000 });
});

test('over TLS the handshake is bound to the channel', async () => {
  const certificate = await selfMadeCertificate();
  await using p = await pair({ secret, tls: certificate }, { tls: { ca: certificate.cert } });
  await Promise.all([p.connection.admit(), p.client.enter()]);
  expect(p.client.mode).toBe('tls');
  expect(p.client.channelBinding()).toEqual(p.connection.channelBinding());
  expect(p.client.channelBinding()).toHaveLength(32);
  await p.client.heartbeat();
});

test('a client with another secret is refused, and told so', async () => {
  await using p = await pair({ secret }, { secret: 'another secret' });
  await Promise.all([
    expect(p.connection.authenticate()).rejects.toThrow('wrong response'),
    expect(p.client.authenticate()).rejects.toThrow('expected auth_ok but got auth_failed AUTH_FAILED'),
  ]);
  await p.client.expectClosed();
});

test('a spoiled answer is noticed by the part that was spoiled', async () => {
  await using p = await pair({ secret });
  await Promise.all([
    expect(p.connection.authenticate()).rejects.toThrow('wrong proof'),
    p.client.answerChallenge((answer) => ({ ...answer, proof: '0'.repeat(64) })),
  ]);
  await p.client.expect('auth_failed');
});

test("a server's wrong proof is refused", async () => {
  await using p = await pair({ secret });
  p.connection.challenge();
  const lie = async (): Promise<void> => {
    const answer = await p.connection.expect('auth_response');
    p.connection.authOk(answer, { server_proof: '0'.repeat(64) });
  };
  await Promise.all([expect(p.client.authenticate()).rejects.toThrow('expected auth_ok but got'), lie()]);
  expect(p.client.received.at(-1)?.problem?.message).toBe("the server's proof is wrong");
});

test('a frame cut in two arrives whole, a cut one does not arrive', async () => {
  await using p = await pair();
  await Promise.all([p.connection.admit(), p.client.enter()]);
  const bytes = p.client.frame({ type: 'heartbeat' });
  p.client.sendRaw(bytes.subarray(0, 7));
  p.client.sendRaw(bytes.subarray(7));
  await p.connection.expect('heartbeat');
  p.client.sendCut({ type: 'heartbeat' }, 9);
  await expect(p.connection.expect('heartbeat', { within: 30 })).rejects.toThrow(
    'waited 30 ms for heartbeat',
  );
});

test('garbage, broken bodies and messages out of phase are reported with the reason', async () => {
  await using p = await pair();
  p.client.sendBody('{"type":"heartbeat"}');
  p.client.sendBody('{');
  p.client.sendRaw(Buffer.alloc(8, 0xff));
  await until(() => p.connection.received.length === 3, { what: 'three refused frames' });
  expect(p.connection.received.map((frame) => frame.problem?.message)).toEqual([
    expect.stringContaining('phase greeting'),
    'not valid JSON',
    expect.stringContaining('a frame of 4294967295 bytes'),
  ]);
  await expect(p.connection.expect('register')).rejects.toThrow('expected register but got a refused frame');
});

test('expect wants the very next message, waitFor passes over others', async () => {
  await using p = await pair({ answersHeartbeats: false });
  await Promise.all([p.connection.admit(), p.client.enter()]);
  p.connection.ack();
  p.connection.goodbye('stop');
  await expect(p.client.expect('goodbye')).rejects.toThrow('expected goodbye but got heartbeat_ack');
  p.connection.ack();
  p.connection.goodbye('stop');
  await p.client.waitFor('goodbye');
  await p.client.waitFor('goodbye');
  expect(p.client.messages('heartbeat_ack')).toHaveLength(2);
});

test('a wait ends when the connection does, and says what came before', async () => {
  await using p = await pair();
  p.connection.hello();
  p.connection.reset();
  await p.client.expect('hello');
  await expect(p.client.expect('registered')).rejects.toThrow(
    /connection was closed \(.*ECONNRESET\); before it: hello/,
  );
  expect((await p.client.closed).error?.message).toContain('ECONNRESET');
});

test('what a paused reader does not read stays with the other side', async () => {
  await using p = await pair();
  await Promise.all([p.connection.admit(), p.client.enter()]);
  p.client.pause();
  p.connection.sendRaw(Buffer.alloc(32 * 1024 * 1024));
  await sleep(systemClock, 50);
  expect(p.connection.unsent).toBeGreaterThan(0);
  p.client.resume();
  await until(() => p.connection.unsent === 0, { what: 'everything to be read' });
});

test('a script runs for each connection, and its failure fails the closing', async () => {
  const server = await startFakeServer({
    script: async (connection) => {
      await connection.admit();
      await connection.expect('samples');
    },
  });
  const client = await connectFakeClient({ port: server.port });
  await client.enter();
  client.sendHeartbeat();
  await client.expectClosed();
  await expect(server.close()).rejects.toThrow('expected samples but got heartbeat');
});

test('a port nobody listens on is an error, not a wait', async () => {
  const server = await startFakeServer();
  await server.close();
  await expect(connectFakeClient({ port: server.port })).rejects.toThrow('ECONNREFUSED');
});
