import type { FakeServerConnection, FakeServerOptions } from '@ops/testkit/fake-server.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { until } from '@ops/testkit/until.ts';
import { describe, expect, test } from 'vitest';

import { clientOf, isReady, ONCE, SECRET, serverFor, waits } from './test-link.ts';
import type { LinkOptions } from './test-link.ts';

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
