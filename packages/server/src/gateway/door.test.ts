/** S-15: floods at the door, over real TCP, and who is shut out for how long. */
import { AUTH_FAILURES_PER_MINUTE, MAX_UNAUTHENTICATED_PER_ADDRESS } from '@ops/protocol/wire/limits.ts';
import { connectFakeClient } from '@ops/testkit/fake-client.ts';
import type { FakeClient, FakeClientOptions } from '@ops/testkit/fake-client.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { until } from '@ops/testkit/until.ts';
import { describe, expect, it } from 'vitest';

import { SECRET, startTestGateway } from './test-gateway.ts';
import type { TestGateway } from './test-gateway.ts';

const ATTACKER = '127.0.0.66';

const dial = (server: TestGateway, options: Partial<FakeClientOptions> = {}): Promise<FakeClient> =>
  connectFakeClient({ port: server.port, secret: SECRET, ...options });

async function flood(server: TestGateway, count: number, say?: Buffer): Promise<FakeClient[]> {
  const sockets: FakeClient[] = [];
  while (sockets.length < count) {
    const some = Array.from({ length: Math.min(64, count - sockets.length) }, () =>
      dial(server, { localAddress: ATTACKER }),
    );
    for (const socket of await Promise.all(some)) {
      if (say) socket.sendRaw(say);
      sockets.push(socket);
    }
  }
  return sockets;
}

const destroyAll = (sockets: readonly FakeClient[]): void => {
  for (const socket of sockets) socket.destroy();
};

describe('a flood of sockets from one address', () => {
  it.each([
    ['silent ones', undefined],
    ['ones that begin a frame and never end it', Buffer.from([0, 0, 0, 9, 0x7b])],
  ])(
    '%s: bounded, the oldest goes first, and clients of the same address still come in',
    async (_what, say) => {
      await using server = await startTestGateway();
      const honest = await dial(server);
      await honest.enter();
      const sockets = await flood(server, MAX_UNAUTHENTICATED_PER_ADDRESS + 40, say);
      await until(() => server.gateway.stats().closed.evicted >= 40, { what: 'the oldest to be sent away' });
      expect(server.gateway.stats().unauthenticated).toBe(MAX_UNAUTHENTICATED_PER_ADDRESS);
      expect(sockets.at(-1)!.isClosed).toBe(false);
      for (let i = 0; i < 5; i++) {
        const neighbour = await dial(server, { localAddress: ATTACKER });
        await neighbour.enter();
        await neighbour.heartbeat();
        await neighbour.close();
      }
      await honest.heartbeat();
      destroyAll([...sockets, honest]);
    },
  );
});

async function fail(server: TestGateway, clock: ManualClock): Promise<void> {
  const client = await dial(server, { localAddress: ATTACKER, secret: 'wrong-secret-456', clock });
  await client.answerChallenge();
  const before = server.gateway.stats().closed.auth_failed;
  await until(
    async () => {
      await clock.advanceAsync(250);
      return server.gateway.stats().closed.auth_failed > before;
    },
    { what: 'the refusal' },
  );
  await client.waitFor('auth_failed');
  await client.expectClosed();
}

describe('failed proofs from one address', () => {
  it('shut it out for a minute after the tenth within a minute; no other address, and nobody by id', async () => {
    const clock = new ManualClock();
    await using server = await startTestGateway({ clock });
    const honest = await dial(server, { clock, localAddress: ATTACKER });
    await honest.enter();
    for (let i = 1; i < AUTH_FAILURES_PER_MINUTE; i++) await fail(server, clock);
    const stillWelcome = await dial(server, { clock, localAddress: ATTACKER });
    await stillWelcome.enter();
    await fail(server, clock);
    const shutOut = await dial(server, { clock, localAddress: ATTACKER });
    await shutOut.expectClosed();
    expect(shutOut.received).toEqual([]);
    expect(server.gateway.stats()).toMatchObject({
      turnedAway: { locked_out: 1 },
      authFailures: { secret: AUTH_FAILURES_PER_MINUTE },
    });
    // The same id from elsewhere, and who is in already.
    const elsewhere = await dial(server, { clock });
    await elsewhere.enter();
    await honest.heartbeat();
    await clock.advanceAsync(60_000);
    const again = await dial(server, { clock, localAddress: ATTACKER });
    await again.enter();
    destroyAll([honest, stillWelcome, elsewhere, again]);
  });

  it('each of the ten is written down, with its address', async () => {
    const clock = new ManualClock();
    await using server = await startTestGateway({ clock });
    for (let i = 0; i < AUTH_FAILURES_PER_MINUTE; i++) await fail(server, clock);
    expect(server.audit.map(({ address, outcome }) => `${address} ${outcome}`)).toEqual(
      Array.from({ length: AUTH_FAILURES_PER_MINUTE }, () => `${ATTACKER} refused`),
    );
  });
});
