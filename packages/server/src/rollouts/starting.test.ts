/** What the server finds when it is started: hosts that are on their way, a wave that was being watched, orders that stand. */
import type { RolloutGate } from '@ops/protocol/http/rollouts.ts';
import { describe, expect, it } from 'vitest';

import { RETURN_WITHIN_MS } from './rollout-service.ts';
import { BY, testRollouts } from './test-rollouts.ts';

const FAST: RolloutGate = { soak_secs: 0, status: 'Running', max_restarts: 0, checks: [] };

describe('after a start', () => {
  it('hosts are waited for until they are back', async () => {
    await using test = await testRollouts(3);
    test.hosts.habit = ({ n }) => (n === 1 ? undefined : { runsOn: true });
    const id = await test.create({ gate: FAST, waves: ['1', 'rest'] });
    // Both have their order: what was on its way to a host that is away for so long would not be run any more.
    await test.reached(id, 'the second wave', () => test.hosts.running.size === 2);
    await test.kill();
    await test.start({ alone: true });
    expect((await test.rollout(id)).waves[1]).toMatchObject({ state: 'changing' });
    await test.passes(RETURN_WITHIN_MS - 10_000);
    expect((await test.rollout(id)).counts).toMatchObject({ failed: 0 });
    test.hosts.habit = () => undefined;
    test.hosts.return();
    test.hosts.finish();
    await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
    for (const { ran } of test.hosts.all.values()) expect(ran).toEqual(['update v2']);
  });

  it('those that do not come back are offline', async () => {
    await using test = await testRollouts(2);
    const id = await test.create({ gate: { ...FAST, soak_secs: 60 }, waves: ['1', 'rest'] });
    await test.reached(id, 'watched', ({ waves }) => waves[0]?.state === 'soaking');
    await test.kill();
    await test.start({ alone: true });
    await test.passes(RETURN_WITHIN_MS - 5000);
    expect((await test.rollout(id)).waves[0]).toMatchObject({ state: 'changing', soak_started_at_ms: null });
    await test.reached(id, 'held', ({ state }) => state === 'held');
    expect(await test.lines(id)).toEqual(['1 failed offline', '2 waiting']);
  });

  it('a wave that was being watched is watched anew, for all of its time', async () => {
    await using test = await testRollouts(1);
    const id = await test.create({ gate: { ...FAST, soak_secs: 60 }, waves: ['rest'] });
    const before = await test.reached(id, 'watched', ({ waves }) => waves[0]?.state === 'soaking');
    await test.passes(50_000);
    await test.kill();
    await test.start();
    const after = await test.reached(id, 'watched', ({ waves }) => waves[0]?.state === 'soaking');
    expect(after.waves[0]!.soak_started_at_ms).toBeGreaterThan(before.waves[0]!.soak_started_at_ms! + 49_000);
    expect(after.revision).toBeGreaterThan(before.revision);
    await test.passes(50_000);
    expect((await test.rollout(id)).state).toBe('running');
    await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
  });

  it.each(['pause', 'stop'] as const)('an order to %s stands', async (order) => {
    await using test = await testRollouts(2);
    test.hosts.habit = () => ({ runsOn: true });
    const id = await test.create({ gate: FAST, concurrency: 1, waves: ['rest'] });
    await test.reached(id, 'the first', () => test.hosts.running.size === 1);
    await test.rollouts.order(id, order, BY);
    await test.kill();
    test.hosts.finish();
    await test.start();
    await test.reached(id, 'the end of what ran', ({ counts }) => counts.changed === 1);
    const expected = order === 'pause' ? 'paused' : 'stopped';
    const rollout = await test.reached(id, expected, ({ state }) => state === expected);
    expect(rollout.changed_by).toBe('alice');
    await test.passes(5000);
    expect(test.hosts.host(2).ran).toEqual([]);
  });
});
