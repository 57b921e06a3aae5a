/** With many clients frames are handled in batches: nobody waits long, and nothing is lost or reordered. */
import { connectFakeClient } from '@ops/testkit/fake-client.ts';
import { startFleet } from '@ops/testkit/fleet.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { describe, expect, it } from 'vitest';

import { SECRET, startTestGateway } from './test-gateway.ts';
import { BATCH_FROM_CLIENTS, BATCH_MS, Turns } from './turns.ts';

describe('turns', () => {
  it('come together, in the order of waiting, within the time of a batch', () => {
    const clock = new ManualClock();
    const turns = new Turns(clock);
    const seen: string[] = [];
    turns.wait({ turn: () => void seen.push('a') });
    clock.advance(BATCH_MS - 1);
    turns.wait({ turn: () => void seen.push('b') });
    expect(seen).toEqual([]);
    clock.advance(1);
    expect(seen).toEqual(['a', 'b']);
    turns.wait({ turn: () => void seen.push('c') });
    clock.advance(BATCH_MS);
    expect(seen).toEqual(['a', 'b', 'c']);
    expect(clock.pending).toBe(0);
  });

  it('of one that waits again while it has its turn are not lost', () => {
    const clock = new ManualClock();
    const turns = new Turns(clock);
    let count = 0;
    const again = { turn: (): void => void (++count < 3 && turns.wait(again)) };
    turns.wait(again);
    clock.advance(3 * BATCH_MS);
    expect(count).toBe(3);
  });
});

it('a crowd gets its answers within milliseconds, glued and cut frames included', async () => {
  await using server = await startTestGateway({ config: { maxConnections: 2000 } });
  const crowd = startFleet({
    port: server.port,
    clients: BATCH_FROM_CLIENTS,
    secret: SECRET,
    intervalMs: 500,
    startWithinMs: 500,
  });
  try {
    await crowd.allReady({ within: 15_000 });
    const client = await connectFakeClient({ port: server.port, secret: SECRET });
    await client.enter();
    const startedAt = systemClock.mono();
    const two = Buffer.concat([client.frame({ type: 'heartbeat' }), client.frame({ type: 'heartbeat' })]);
    client.sendRaw(two.subarray(0, 70));
    await client.expect('heartbeat_ack');
    client.sendRaw(two.subarray(70));
    await client.expect('heartbeat_ack');
    expect(systemClock.mono() - startedAt).toBeLessThan(1000);
    // One that breaks the protocol among many still costs itself only.
    client.sendBody('{"type":"nonsense"}');
    expect((await client.expect('error')).code).toBe('unknown_type');
    await client.expectClosed();
    expect(crowd.report()).toMatchObject({ ready: BATCH_FROM_CLIENTS, lost: 0 });
  } finally {
    crowd.stop();
  }
});
