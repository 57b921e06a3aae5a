import { describe, expect, it } from 'vitest';

import { testRollouts } from './test-rollouts.ts';

describe('a rollout', () => {
  it('changes wave by wave, and is over when the last has passed its gate', async () => {
    await using test = await testRollouts(4);
    const id = await test.create();
    const rollout = await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
    expect(rollout.waves.map(({ state, hosts }) => `${hosts} ${state}`)).toEqual(['1 passed', '3 passed']);
    expect(await test.lines(id)).toEqual(['1 healthy', '2 healthy', '3 healthy', '4 healthy']);
    for (const host of test.hosts.all.values())
      expect([host.version, host.ran]).toEqual(['v2', ['update v2']]);
    expect(await test.audited()).toEqual(['alice rollout_create', 'system rollout_end']);
  });

  it('holds when more hosts failed than may, and goes back when it is told to', async () => {
    await using test = await testRollouts(4);
    test.hosts.habit = ({ n }, order) =>
      n === 3 && order.type === 'update' && order.version === 'v2' ? { exitCode: 3 } : undefined;
    const id = await test.create();
    const held = await test.reached(id, 'held', ({ state }) => state === 'held');
    expect(held).toMatchObject({ failures: 1, wave: 1, orders: ['resume', 'stop', 'rollback'] });
    expect(await test.lines(id)).toEqual(['1 healthy', '2 changed', '3 failed command', '4 changed']);
    await test.rollouts.order(id, 'rollback', { actor: 'bob', role: 'operator', address: '' });
    await test.reached(id, 'back', ({ state }) => state === 'rolled_back');
    for (const host of test.hosts.all.values()) {
      expect(host.version).toBe('v1');
      expect(host.ran).toEqual(['update v2', 'update v1']);
    }
    expect(await test.audited()).toEqual([
      'alice rollout_create',
      'system rollout_held',
      'bob rollout_rollback',
      'system rollout_end',
    ]);
  });
});
