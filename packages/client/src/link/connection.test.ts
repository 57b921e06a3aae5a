import { startFakeServer } from '@ops/testkit/fake-server.ts';
import type { FakeServer, FakeServerConnection, FakeServerOptions } from '@ops/testkit/fake-server.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { startTcpProxy } from '@ops/testkit/tcp-proxy.ts';
import { until } from '@ops/testkit/until.ts';
import { describe, expect, onTestFinished, test } from 'vitest';

import { linkUnderTest } from './link-under-test.ts';
import type { LinkOptions, LinkUnderTest } from './link-under-test.ts';

const SECRET = 'test-secret-123';

/** Nobody listens there, and the system gives this port to nobody. */
const NOBODY = { host: '127.0.0.1', port: 1 };

async function serverFor(options: FakeServerOptions = {}): Promise<FakeServer> {
  const server = await startFakeServer(options);
  onTestFinished(() => server.close());
  return server;
}

function clientOf(
  server: { host: string; port: number },
  options: Omit<LinkOptions, 'target'> = {},
): LinkUnderTest {
  const under = linkUnderTest({ target: { host: server.host, port: server.port }, ...options });
  under.link.start();
  return under;
}

const isReady = (under: LinkUnderTest) =>
  until(() => under.link.state === 'ready', { what: 'the link to be ready' });
const waits = (under: LinkUnderTest) =>
  until(() => under.lines.some((line) => line.startsWith('INFO Trying again')), { what: 'the link to wait' });

/** A client that waits for an hour after any failure, so that a test sees exactly one attempt. */
const ONCE = { baseMs: 3_600_000, maxMs: 3_600_000 };

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

interface Refusal {
  readonly name: string;
  readonly client?: Omit<LinkOptions, 'target'>;
  readonly server?: FakeServerOptions;
  readonly script: (connection: FakeServerConnection) => Promise<void> | void;
  readonly reason: RegExp;
}

const AUTHENTICATION: Refusal[] = [
  {
    name: 'a server that refuses the secret',
    script: async (c) => {
      c.challenge();
      await c.expect('auth_response');
      c.authFailed();
    },
    reason: /refused the secret/,
  },
  {
    name: 'a server that cannot prove itself',
    script: async (c) => {
      c.challenge();
      c.authOk(await c.expect('auth_response'), { server_proof: 'f'.repeat(64) });
    },
    reason: /could not prove/,
  },
  {
    name: 'a wrong proof beside other nonsense',
    script: async (c) => {
      c.challenge();
      await c.expect('auth_response');
      c.sendBody(JSON.stringify({ type: 'auth_ok', server_proof: '0'.repeat(64), session: 7, evil: true }));
    },
    reason: /could not prove/,
  },
  {
    name: 'hello where a proof is wanted',
    script: (c) => c.hello(),
    reason: /does not authenticate.*OPS_TCP_AUTH_ENABLED/,
  },
  {
    name: 'a challenge where no secret is known',
    client: { secrets: [], enabled: false },
    script: (c) => void c.challenge(),
    reason: /OPS_TCP_AUTH_SECRET/,
  },
  {
    name: 'a challenge where authentication is switched off',
    client: { secrets: [SECRET], enabled: false },
    script: (c) => void c.challenge(),
    reason: /OPS_TCP_AUTH_ENABLED=true/,
  },
  {
    name: 'a server that believes to be behind TLS',
    script: (c) => void c.challenge({ cb: 'tls-exporter' }),
    reason: /takes TLS off/,
  },
];

describe('no proof, no link:', () => {
  test.each(AUTHENTICATION)('$name', async ({ client, server: serverOptions, script, reason }) => {
    const server = await serverFor({ secret: SECRET, ...serverOptions });
    const under = clientOf(server, { secrets: [SECRET], reconnect: ONCE, ...client });
    const connection = await server.connection();
    await script(connection);
    await connection.expectClosed();
    await waits(under);
    expect(connection.messages('register')).toEqual([]);
    expect(under.lines.slice(0, 2)).toEqual([
      `WARN Authentication failed for client ${under.clientId}`,
      'ERROR Client connection error: Authentication failed',
    ]);
    expect(under.reasons[0]).toMatch(reason);
    expect(under.ready).toEqual([]);
  });

  test.each([
    [31, false],
    [30, true],
    [-30, true],
    [-31, false],
  ])('a clock that differs by %i s: accepted %s', async (skew, accepted) => {
    const clock = new ManualClock();
    const server = await serverFor({ secret: SECRET });
    const under = clientOf(server, { secrets: [SECRET], clock, reconnect: ONCE });
    const connection = await server.connection();
    connection.challenge({ timestamp: Math.floor(clock.wall() / 1000) - skew });
    const answered = connection.expect('auth_response').then(
      () => true,
      () => false,
    );
    expect(await answered).toBe(accepted);
    expect(under.reasons.join()).toMatch(accepted ? /^$/ : new RegExp(`differ by ${skew} s`));
  });

  test('a challenge that was used before', async () => {
    const server = await serverFor({ secret: SECRET });
    const under = clientOf(server, { secrets: [SECRET] });
    const nonce = 'ab'.repeat(32);
    const first = await server.connection();
    first.challenge({ nonce });
    await first.expect('auth_response');
    first.destroy();
    const second = await server.connection();
    second.challenge({ nonce });
    await second.expectClosed();
    expect(second.messages('auth_response')).toEqual([]);
    await until(() => under.reasons[0], { what: 'the reason' });
    expect(under.reasons[0]).toMatch(/used before/);
  });

  test('the last 64 challenges are remembered, not the one before them', async () => {
    const server = await serverFor({ secret: SECRET });
    clientOf(server, { secrets: [SECRET], reconnect: { baseMs: 1, maxMs: 2 } });
    const answers = async (i: number): Promise<boolean> => {
      const connection = await server.connection();
      connection.challenge({ nonce: i.toString(16).padStart(64, '0') });
      const answered = await connection.expect('auth_response').then(
        () => true,
        () => false,
      );
      connection.destroy();
      return answered;
    };
    for (let i = 0; i < 65; i++) expect(await answers(i)).toBe(true);
    expect(await answers(1)).toBe(false);
    expect(await answers(0)).toBe(true);
  });
});

describe('two secrets', () => {
  test('take turns until one is accepted, which then stays', async () => {
    const server = await serverFor({ secret: SECRET });
    const under = clientOf(server, { secrets: ['the-new-secret', SECRET] });
    await expect((await server.connection()).authenticate()).rejects.toThrow('wrong');
    const second = await server.connection();
    await second.admit();
    await isReady(under);
    expect(under.lines).toContain('WARN The server knows only the previous secret: give it the new one');
    second.destroy();
    await (await server.connection()).admit();
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

describe('nonsense from the server costs one connection', () => {
  test.each<[string, (c: FakeServerConnection) => void]>([
    ['no JSON', (c) => c.sendBody('{')],
    ['no UTF-8', (c) => c.sendBody(Buffer.from([0xff, 0xfe]))],
    ['an unknown type', (c) => c.sendBody('{"type":"run_anything"}')],
    ['a message of the client', (c) => c.sendBody('{"type":"heartbeat"}')],
    [
      'a message of another phase',
      (c) => c.sendBody('{"type":"auth_failed","code":"AUTH_FAILED","message":""}'),
    ],
    ['a wrong field', (c) => c.sendBody('{"type":"heartbeat_ack","server_time":"now"}')],
    ['a prototype', (c) => c.sendBody('{"type":"heartbeat_ack","server_time":1,"__proto__":{}}')],
    ['a frame announced larger than any', (c) => c.sendRaw(Buffer.from([0x7f, 0xff, 0xff, 0xff]))],
    [
      'a frame without a MAC',
      (c) => c.sendRaw(Buffer.concat([Buffer.from([0, 0, 0, 2]), Buffer.from('{}')])),
    ],
    [
      'a frame sent twice',
      (c) => {
        const frame = c.frame({ type: 'heartbeat_ack', server_time: 1 });
        c.sendRaw(Buffer.concat([frame, frame]));
      },
    ],
    [
      'a frame left out',
      (c) => {
        c.frame({ type: 'heartbeat_ack', server_time: 1 });
        c.send({ type: 'heartbeat_ack', server_time: 2 });
      },
    ],
    ['a reset', (c) => c.reset()],
    ['an end', (c) => void c.close()],
  ])('%s', async (_, misbehave) => {
    const server = await serverFor({ secret: SECRET });
    const under = clientOf(server, { secrets: [SECRET] });
    const connection = await server.connection();
    await connection.admit();
    await isReady(under);
    misbehave(connection);
    await connection.expectClosed();
    const next = await server.connection();
    await next.admit();
    await isReady(under);
    expect(under.downs).toBe(1);
    expect(under.lines.some((line) => line.startsWith('ERROR Client connection error: '))).toBe(true);
  });

  test('a handler that throws costs that connection too', async () => {
    const server = await serverFor();
    const under = clientOf(server);
    const connection = await server.connection();
    await connection.admit();
    await isReady(under);
    under.messages.push = () => {
      throw new TypeError('boom');
    };
    connection.ack();
    await connection.expectClosed();
    await (await server.connection()).admit();
    expect(under.lines.some((line) => line.includes('could not be handled'))).toBe(true);
  });
});

describe('goodbye', () => {
  test.each([
    ['restart', /^WARN The server is restarting/],
    ['stop', /^WARN The server is stopping/],
    ['too_many_connections', /^WARN .*OPS_MAX_CONNECTIONS/],
    ['conflict', /^ERROR .*same client id.*delete its client id file/],
    ['replaced', /^ERROR .*copied/],
    ['protocol', /^ERROR .*same version/],
  ] as const)('%s is explained', async (code, line) => {
    const server = await serverFor();
    const under = clientOf(server, { reconnect: ONCE });
    const connection = await server.connection();
    await connection.admit();
    await isReady(under);
    connection.goodbye(code);
    await connection.expectClosed();
    await waits(under);
    expect(under.lines.some((one) => line.test(one))).toBe(true);
  });

  test('with a time: the client is back within it', async () => {
    const clock = new ManualClock();
    const server = await serverFor({ clock });
    const under = clientOf(server, { clock, reconnect: ONCE });
    const connection = await server.connection();
    await connection.admit();
    await isReady(under);
    for (let i = 0; i < 10; i++) {
      clock.advance(3_000);
      under.link.send({ type: 'heartbeat' });
      await until(() => under.messages.length === i + 1, { what: 'the acknowledgement' });
    }
    connection.goodbye('restart', 5_000);
    await waits(under);
    await clock.advanceAsync(5_000);
    await server.connection();
    expect(under.downs).toBe(1);
  });

  test('before registration is explained as well', async () => {
    const server = await serverFor();
    const under = clientOf(server, { reconnect: ONCE });
    (await server.connection()).goodbye('too_many_connections', 5_000);
    await waits(under);
    expect(under.lines[0]).toMatch(/OPS_MAX_CONNECTIONS/);
  });

  test('an error of the server is told with its code', async () => {
    const server = await serverFor();
    const under = clientOf(server, { reconnect: ONCE });
    const connection = await server.connection();
    connection.hello();
    await connection.expect('register');
    connection.send({ type: 'error', code: 'forgotten', message: 'this client was deleted' });
    await waits(under);
    expect(under.lines[0]).toBe(
      'ERROR Client connection error: The server refused: this client was deleted (forgotten)',
    );
  });
});

describe('stopping', () => {
  test('says goodbye and closes; a second time is harmless', async () => {
    const server = await serverFor();
    const under = clientOf(server);
    const connection = await server.connection();
    await connection.admit();
    await isReady(under);
    await Promise.all([under.link.stop(), under.link.stop()]);
    expect((await connection.waitFor('goodbye')).code).toBe('stop');
    await connection.expectClosed();
    expect(under.link.state).toBe('idle');
    expect(under.downs).toBe(1);
    await under.link.stop();
  });

  test('does not wait for ever for a server that does not read', async () => {
    const clock = new ManualClock();
    const server = await serverFor({ clock });
    const under = clientOf(server, { clock });
    const connection = await server.connection();
    await connection.admit();
    await isReady(under);
    connection.pause();
    const stopped = under.link.stop();
    await clock.advanceAsync(3_000);
    await stopped;
    expect(under.link.state).toBe('idle');
  });

  test.each<[string, (server: FakeServer) => Promise<unknown>]>([
    ['while dialing', async () => {}],
    ['while proving', (server) => server.connection()],
    [
      'while registering',
      async (server) => {
        const connection = await server.connection();
        connection.hello();
        await connection.expect('register');
      },
    ],
  ])('%s leaves nothing behind', async (_, script) => {
    const clock = new ManualClock();
    const server = await serverFor({ clock });
    const under = clientOf(server, { clock });
    await script(server);
    await under.link.stop();
    expect(under.link.state).toBe('idle');
    await until(() => clock.pending === 0, { what: 'every timer to be cancelled' });
    expect(under.ready).toEqual([]);
  });

  test('while waiting cancels the next attempt', async () => {
    const clock = new ManualClock();
    const under = clientOf(NOBODY, { clock });
    await waits(under);
    await under.link.stop();
    expect(clock.pending).toBe(0);
  });
});

describe('attempts', () => {
  test('are logged in the words of the manual and given up when that was asked for', async () => {
    const under = clientOf(NOBODY, { reconnect: { baseMs: 1, maxMs: 2, giveUpAfter: 3 } });
    await until(() => under.gaveUp, { what: 'giving up' });
    expect(under.gaveUp).toBe('Connection refused');
    expect(
      under.lines.filter((line) => line === 'ERROR Failed to create TCP session: Connection refused'),
    ).toHaveLength(3);
    expect(under.link.state).toBe('idle');
  });

  test('go on for ever by default, and the log says so once', async () => {
    const under = clientOf(NOBODY, { reconnect: { baseMs: 1, maxMs: 2 } });
    const failures = () => under.lines.filter((line) => line.startsWith('ERROR')).length;
    await until(() => failures() > 10, { what: 'ten attempts' });
    expect(under.lines.filter((line) => line.includes('keeps trying'))).toHaveLength(1);
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
