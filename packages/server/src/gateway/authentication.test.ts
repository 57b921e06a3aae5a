/** The proof, over real TCP: what gets in, what does not, and that a refusal tells nothing. */
import { CLIENT_SKEW_SECS, SERVER_SKEW_SECS } from '@ops/protocol/wire/limits.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { connectFakeClient } from '@ops/testkit/fake-client.ts';
import type { FakeClient, FakeClientOptions } from '@ops/testkit/fake-client.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { until } from '@ops/testkit/until.ts';
import { describe, expect, it } from 'vitest';

import { SECRET, SERVER_ID, startTestGateway } from './test-gateway.ts';
import type { TestGateway } from './test-gateway.ts';

type AuthResponse = MessageOf<'auth_response'>;

const dial = (server: TestGateway, options: Partial<FakeClientOptions> = {}): Promise<FakeClient> =>
  connectFakeClient({ port: server.port, secret: SECRET, ...options });

/** Answers the challenge, spoiled, and waits for what every refused peer gets. */
async function refusal(
  server: TestGateway,
  spoil: (answer: AuthResponse) => AuthResponse | Promise<AuthResponse>,
  options: Partial<FakeClientOptions> = {},
): Promise<{ readonly body: string; readonly client: FakeClient }> {
  const client = await dial(server, options);
  client.send(await spoil(client.prove(await client.expect('auth_challenge'))));
  await client.expect('auth_failed');
  await client.expectClosed();
  return { body: client.received.at(-1)!.body.toString(), client };
}

describe('a client that knows the secret', () => {
  it('is proved, proves the server, registers and beats', async () => {
    await using server = await startTestGateway();
    const client = await dial(server);
    const ok = await client.authenticate();
    expect(ok.key).toBe('current');
    const registered = await client.register();
    expect(registered.session).toBe(ok.session);
    await client.heartbeat({ cpu_usage: 7 });
    expect(server.inbox.about(client.clientId)).toEqual(['online', 'heartbeat']);
    const { registration } = server.inbox.told.find((entry) => entry.what === 'online')!;
    expect(registration).toMatchObject({
      clientId: client.clientId,
      instanceId: client.instanceId,
      authenticated: true,
      secretInUse: 'current',
      encrypted: false,
      remoteAddress: '127.0.0.1',
    });
    await client.close();
  });

  it('may know the previous one, and is counted', async () => {
    await using server = await startTestGateway({
      config: { secrets: { current: 'the-new-one', previous: SECRET } },
    });
    const client = await dial(server);
    expect((await client.authenticate()).key).toBe('previous');
    await client.register();
    expect(server.gateway.stats().onPreviousSecret).toBe(1);
    await client.close();
  });

  it('is challenged anew by every connection (S-9)', async () => {
    await using server = await startTestGateway();
    const nonces = new Set<string>();
    for (let i = 0; i < 20; i++) {
      const client = await dial(server);
      const challenge = await client.expect('auth_challenge');
      expect(challenge).toMatchObject({ v: 2, server_id: SERVER_ID, expires_in: 30, cb: 'none' });
      nonces.add(challenge.nonce);
      client.destroy();
    }
    expect(nonces.size).toBe(20);
  });
});

/** Another value of the same shape. */
const other = (hex: string): string => (hex.startsWith('0') ? '1' : '0') + hex.slice(1);

describe('a client that does not', () => {
  const cases: readonly (readonly [reason: string, (answer: AuthResponse) => AuthResponse])[] = [
    ['secret', (answer) => ({ ...answer, response: other(answer.response) })],
    ['proof', (answer) => ({ ...answer, proof: other(answer.proof) })],
    ['echo', (answer) => ({ ...answer, nonce: other(answer.nonce) })],
    ['echo', (answer) => ({ ...answer, timestamp: answer.timestamp + 1 })],
    // The transcript holds these too.
    ['proof', (answer) => ({ ...answer, client_nonce: other(answer.client_nonce) })],
    ['proof', (answer) => ({ ...answer, client_time: answer.client_time + 1 })],
    ['secret', (answer) => ({ ...answer, client_id: answer.instance_id })],
  ];
  it.each(cases)('is refused: wrong %s', async (reason, spoil) => {
    await using server = await startTestGateway();
    const { body } = await refusal(server, spoil);
    expect(body).toBe('{"type":"auth_failed","code":"AUTH_FAILED","message":"Authentication failed"}');
    expect(server.gateway.stats().authFailures).toMatchObject({ [reason]: 1 });
    expect(server.inbox.told).toEqual([]);
  });

  it('learns nothing from the answer or its timing, whatever was wrong', async () => {
    await using server = await startTestGateway();
    const answers = [
      (answer: AuthResponse) => answer,
      ...cases.map(([, spoil]) => spoil),
      // No answer to a challenge at all: of the wrong shape.
      (answer: AuthResponse) => ({ ...answer, response: 'short' }),
    ];
    const seen = await Promise.all(
      answers.map(async (spoil, i) => {
        const secret = i === 0 ? 'wrong-secret-456' : SECRET;
        const client = await dial(server, { secret, localAddress: `127.0.0.${i + 2}` });
        await client.answerChallenge(spoil);
        const sentAt = systemClock.mono();
        await client.expect('auth_failed');
        const took = systemClock.mono() - sentAt;
        await client.expectClosed();
        return { body: client.received.at(-1)!.body.toString(), took };
      }),
    );
    expect(new Set(seen.map(({ body }) => body)).size).toBe(1);
    expect(Math.min(...seen.map(({ took }) => took))).toBeGreaterThan(240);
  });

  it('is written down as the manual shows it, with the reason and without any secret', async () => {
    await using server = await startTestGateway();
    const { client } = await refusal(server, (answer) => answer, { secret: 'wrong-secret-456' });
    expect(server.lines).toContainEqual({
      level: 'warn',
      message: `Authentication failed for client ${client.clientId}`,
      fields: { address: '127.0.0.1', reason: 'secret' },
    });
    expect(server.lines).toContainEqual({
      level: 'error',
      message: 'Client connection error: Authentication failed',
      fields: { address: '127.0.0.1' },
    });
    expect(server.audit).toMatchObject([
      {
        action: 'client_auth',
        actor: `client:${client.clientId}`,
        outcome: 'refused',
        detail: { reason: 'secret' },
      },
    ]);
    const written = JSON.stringify([server.lines, server.audit]);
    expect(written).not.toContain(SECRET);
    expect(written).not.toContain('wrong-secret');
  });

  it('has one attempt: what follows the first answer is not looked at', async () => {
    await using server = await startTestGateway();
    const client = await dial(server);
    const right = client.prove(await client.expect('auth_challenge'));
    client.sendRaw(
      Buffer.concat([client.frame({ ...right, proof: other(right.proof) }), client.frame(right)]),
    );
    await client.expect('auth_failed');
    await client.expectClosed();
    expect(server.gateway.stats().authenticated).toBe(0);
  });

  it('S-9: cannot replay what another connection said', async () => {
    await using server = await startTestGateway();
    const first = await dial(server);
    const recorded = await first.answerChallenge();
    await first.expect('auth_ok');
    await refusal(server, () => recorded);
    expect(server.gateway.stats().authFailures.echo).toBe(1);
    first.destroy();
  });

  it('S-9: cannot use the proof of the server as its own', async () => {
    await using server = await startTestGateway();
    const honest = await dial(server);
    const ok = await honest.authenticate();
    await refusal(server, (answer) => ({ ...answer, proof: ok.server_proof }));
    expect(server.gateway.stats().authFailures.proof).toBe(1);
    honest.destroy();
  });

  it('S-10: cannot talk the server into another version, or out of proving', async () => {
    await using server = await startTestGateway();
    const old = await dial(server);
    const answer = old.prove(await old.expect('auth_challenge'));
    old.sendBody(JSON.stringify({ ...answer, v: 1 }));
    await old.expect('auth_failed');
    const skips = await dial(server);
    await skips.expect('auth_challenge');
    skips.send(skips.registration());
    expect((await skips.expect('error')).code).toBe('wrong_phase');
    await skips.expectClosed();
    expect(server.inbox.told).toEqual([]);
  });

  it.each([
    ['client_id', { client_id: '11111111-2222-4333-8444-555555555555' }],
    ['instance_id', { instance_id: '11111111-2222-4333-8444-555555555555' }],
  ])('S-6: cannot register with another %s than it proved', async (_field, overrides) => {
    await using server = await startTestGateway();
    const client = await dial(server);
    await client.authenticate();
    client.send(client.registration(overrides));
    expect((await client.expect('error')).code).toBe('identity');
    await client.expectClosed();
    expect(server.inbox.told).toEqual([]);
  });
});

describe('clocks', () => {
  it.each([
    [SERVER_SKEW_SECS, true],
    [-SERVER_SKEW_SECS, true],
    [SERVER_SKEW_SECS + 1, false],
    [-SERVER_SKEW_SECS - 1, false],
  ])('a client that is %i s off: let in is %s', async (skewSecs, welcome) => {
    const clock = new ManualClock();
    const theirs = new ManualClock(clock.wall() + skewSecs * 1000);
    await using server = await startTestGateway({ clock });
    const client = await dial(server, { clock: theirs });
    await client.answerChallenge();
    await until(() => server.gateway.stats().framesIn === 1, { what: 'the answer' });
    await clock.advanceAsync(250);
    await client.waitFor(welcome ? 'auth_ok' : 'auth_failed');
    const { authenticated, authFailures } = server.gateway.stats();
    expect([authenticated, authFailures.skew]).toEqual(welcome ? [1, 0] : [0, 1]);
    const told = server.lines.find(({ message }) => message.startsWith('Authentication failed'));
    expect(told?.fields['skew_secs']).toBe(welcome ? undefined : skewSecs);
    client.destroy();
  });

  it('a challenge is answered within 30 s by the monotonic clock, whatever the wall clock does', async () => {
    const clock = new ManualClock();
    await using server = await startTestGateway({ clock });
    const [slow, quick] = [await dial(server, { clock }), await dial(server, { clock })];
    const answers = [slow, quick].map(async (client) => client.prove(await client.expect('auth_challenge')));
    const [late, inTime] = await Promise.all(answers);
    clock.setWall(clock.wall() + 30_000);
    quick.send({ ...inTime!, client_time: inTime!.client_time });
    await quick.expect('auth_ok');
    clock.setWall(clock.wall() - 30_000);
    // The sweep ends it; had it not come yet, the answer would be refused as expired.
    clock.advance(30_001);
    slow.send(late!);
    await slow.expectClosed();
    expect(slow.messages('auth_ok')).toEqual([]);
    quick.destroy();
  });

  it('the server allows more than the client does, so the client notices first', () => {
    expect(CLIENT_SKEW_SECS).toBeLessThan(SERVER_SKEW_SECS);
  });
});

describe('authentication off', () => {
  it('says hello, and takes whoever registers', async () => {
    await using server = await startTestGateway({ config: { authEnabled: false } });
    const client = await connectFakeClient({ port: server.port });
    expect(await client.greet()).toEqual({ type: 'hello', v: 2, server_id: SERVER_ID });
    await client.register();
    await client.heartbeat();
    const { registration } = server.inbox.told.find((entry) => entry.what === 'online')!;
    expect(registration).toMatchObject({ authenticated: false, secretInUse: undefined });
    await client.close();
  });

  it('an answer nobody asked for is out of place', async () => {
    await using server = await startTestGateway({ config: { authEnabled: false } });
    const client = await connectFakeClient({ port: server.port });
    await client.greet();
    client.sendBody('{"type":"auth_response"}');
    expect((await client.expect('error')).code).toBe('wrong_phase');
    await client.expectClosed();
  });
});

describe('without any secret', () => {
  it('nobody gets in, not even with an empty one', async () => {
    await using server = await startTestGateway({
      config: { secrets: { current: undefined, previous: undefined } },
    });
    await refusal(server, (answer) => answer, { secret: '' });
    await using empty = await startTestGateway({ config: { secrets: { current: '', previous: '' } } });
    await refusal(empty, (answer) => answer, { secret: '' });
    expect(empty.gateway.stats().authenticated).toBe(0);
  });
});
