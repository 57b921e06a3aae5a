import type { RolloutGate } from '@ops/protocol/http/rollouts.ts';
import { describe, expect, it } from 'vitest';

import { idOf } from '../fleet/test-fleet.ts';
import { BY, testRollouts } from './test-rollouts.ts';

const FAST: RolloutGate = { soak_secs: 0, status: 'Running', max_restarts: 0, checks: [] };
const V2 = { kind: 'version', version: 'v2', restart: false } as const;
const BOB = { ...BY, actor: 'bob' };

describe('pause', () => {
  it('begins no host any more; what runs goes on to its end, and resume goes on where it was', async () => {
    await using test = await testRollouts(3);
    test.hosts.habit = () => ({ runsOn: true });
    const id = await test.create({ waves: ['rest'], gate: FAST, concurrency: 1 });
    await test.reached(id, 'the first', () => test.hosts.running.size === 1);
    const paused = await test.rollouts.order(id, 'pause', BOB);
    expect(paused).toMatchObject({
      state: 'paused',
      changed_by: 'bob',
      orders: ['resume', 'stop', 'rollback'],
    });
    test.hosts.finish();
    await test.reached(id, 'its end', ({ counts }) => counts.changed === 1);
    await test.passes(10_000);
    expect(await test.lines(id)).toEqual(['1 changed', '2 waiting', '3 waiting']);
    test.hosts.habit = () => undefined;
    await test.rollouts.order(id, 'resume', BOB);
    await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
    expect(await test.audited()).toEqual([
      'alice rollout_create',
      'bob rollout_pause',
      'bob rollout_resume',
      'system rollout_end',
    ]);
  });

  it('lets a wave be watched anew', async () => {
    await using test = await testRollouts(1);
    const id = await test.create({ waves: ['rest'], gate: { ...FAST, soak_secs: 20 } });
    await test.reached(id, 'watched', ({ waves }) => waves[0]?.state === 'soaking');
    await test.passes(15_000);
    expect((await test.rollouts.order(id, 'pause', BOB)).waves[0]).toMatchObject({
      state: 'changing',
      soak_started_at_ms: null,
    });
    await test.passes(60_000);
    await test.rollouts.order(id, 'resume', BOB);
    await test.reached(id, 'watched', ({ waves }) => waves[0]?.state === 'soaking');
    await test.passes(15_000);
    expect((await test.rollout(id)).state).toBe('running');
    await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
  });
});

describe('resume of one that holds', () => {
  it('accepts the failures, and goes on with what is left of the wave, its gate and the next', async () => {
    await using test = await testRollouts(4);
    test.hosts.habit = ({ n }) => (n === 2 ? { exitCode: 1 } : undefined);
    const id = await test.create({ waves: ['3', 'rest'], gate: FAST, concurrency: 1 });
    await test.reached(id, 'held', ({ state }) => state === 'held');
    expect(await test.lines(id)).toEqual(['1 changed', '2 failed command', '3 waiting', '4 waiting']);
    expect(await test.rollouts.order(id, 'resume', BOB)).toMatchObject({ failures: 0, state: 'running' });
    await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
    expect(await test.lines(id)).toEqual(['1 healthy', '2 failed command', '3 healthy', '4 healthy']);
    expect(test.hosts.host(2).ran).toEqual(['update v2']);
  });

  it('goes on with the next wave when the gate was all that was left', async () => {
    await using test = await testRollouts(3);
    const id = await test.create({ waves: ['2', 'rest'], gate: FAST });
    await test.reached(id, 'watched', ({ waves }) => waves[0]?.state === 'soaking');
    test.hosts.becomes(1, { status: 'Stopped' });
    await test.reached(id, 'held', ({ state }) => state === 'held');
    await test.rollouts.order(id, 'resume', BOB);
    const end = await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
    expect(end.waves.map(({ state }) => state)).toEqual(['passed', 'passed']);
    expect(await test.lines(id)).toEqual(['1 failed status', '2 healthy', '3 healthy']);
  });
});

describe('stop', () => {
  it('leaves what was not begun, and waits for what runs', async () => {
    await using test = await testRollouts(3);
    test.hosts.habit = () => ({ runsOn: true });
    const id = await test.create({ waves: ['2', 'rest'], gate: FAST, concurrency: 1 });
    await test.reached(id, 'the first', () => test.hosts.running.size === 1);
    expect(await test.rollouts.order(id, 'stop', BOB)).toMatchObject({ state: 'stopping', orders: [] });
    expect(await test.lines(id)).toEqual(['1 changing', '2 left', '3 left']);
    test.hosts.finish();
    const end = await test.reached(id, 'the end', ({ state }) => state === 'stopped');
    expect(end).toMatchObject({ finished_at_ms: expect.any(Number), orders: ['rollback'] });
    expect(await test.lines(id)).toEqual(['1 changed', '2 left', '3 left']);
  });
});

describe('rollback', () => {
  it('of one that runs waits for what runs, and takes no step beyond', async () => {
    await using test = await testRollouts(2);
    test.hosts.habit = () => ({ runsOn: true });
    const id = await test.create({ waves: ['1', 'rest'], gate: FAST, change: { ...V2, restart: true } });
    await test.reached(id, 'the first', () => test.hosts.running.size === 1);
    await test.rollouts.order(id, 'rollback', BOB);
    await test.passes(5000);
    expect(await test.lines(id)).toEqual(['1 changing', '2 left']);
    test.hosts.habit = () => undefined;
    test.hosts.finish();
    await test.reached(id, 'back', ({ state }) => state === 'rolled_back');
    expect(test.hosts.host(1).ran).toEqual(['update v2', 'update v1', 'Restart']);
  });

  it('of one that is over brings every host back, as whoever ordered it', async () => {
    await using test = await testRollouts(2);
    const id = await test.create({ gate: FAST });
    await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
    expect(await test.rollouts.order(id, 'rollback', BOB)).toMatchObject({
      state: 'rolling_back',
      finished_at_ms: null,
    });
    await test.reached(id, 'back', ({ state }) => state === 'rolled_back');
    const { commands } = await test.commands.list({ clientId: idOf(1) }, { limit: 10 });
    expect(commands.map(({ command, created_by }) => [command, created_by])).toEqual([
      ['Update my-app to v1', 'bob'],
      ['Update my-app to v2', 'alice'],
    ]);
    // Ordered twice at once it goes back once.
    await expect(test.rollouts.order(id, 'rollback', BOB)).rejects.toMatchObject({ code: 'rollout_state' });
  });

  it('tells which hosts did not come back, and may be ordered again for those', async () => {
    await using test = await testRollouts(3);
    const id = await test.create({ waves: ['rest'], gate: FAST });
    await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
    test.hosts.disconnect(2);
    test.hosts.habit = ({ n }) => (n === 3 ? { exitCode: 1 } : undefined);
    await test.passes(100_000);
    await test.rollouts.order(id, 'rollback', BOB);
    const end = await test.reached(id, 'the end', ({ state }) => state === 'rollback_failed');
    expect(end.orders).toEqual(['rollback']);
    expect(await test.lines(id)).toEqual([
      '1 rolled_back',
      '2 rollback_failed offline',
      '3 rollback_failed command',
    ]);
    test.hosts.connect(2);
    test.hosts.habit = () => undefined;
    await test.rollouts.order(id, 'rollback', BOB);
    await test.reached(id, 'back', ({ state }) => state === 'rolled_back');
    expect(test.hosts.host(1).ran).toEqual(['update v2', 'update v1']);
    expect(test.hosts.host(2).ran).toEqual(['update v2', 'update v1']);
    expect(test.hosts.host(3).ran).toEqual(['update v2', 'update v1', 'update v1']);
  });

  it('does nothing on a host that somebody else changed since, or that had no version', async () => {
    await using test = await testRollouts(2);
    test.hosts.becomes(1, { version: undefined });
    const id = await test.create({ waves: ['rest'], gate: FAST });
    await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
    test.hosts.becomes(2, { version: 'v9' });
    await test.rollouts.order(id, 'rollback', BOB);
    await test.reached(id, 'the end', ({ state }) => state === 'rollback_failed');
    expect((await test.list(id)).map(({ state, detail }) => [state, detail])).toEqual([
      ['rollback_failed', 'it had no version before'],
      ['rollback_failed', 'it has v9 now, not v2: somebody else changed it since'],
    ]);
    for (const n of [1, 2]) expect(test.hosts.host(n).ran).toEqual(['update v2']);
  });
});

describe('an order', () => {
  it('is taken only where the states say so, and not of one that is not known', async () => {
    await using test = await testRollouts(1);
    const id = await test.create({ gate: { ...FAST, soak_secs: 3600 } });
    await test.reached(id, 'watched', ({ waves }) => waves[0]?.state === 'soaking');
    await expect(test.rollouts.order(id, 'resume', BOB)).rejects.toMatchObject({ code: 'rollout_state' });
    await test.rollouts.order(id, 'stop', BOB);
    await test.reached(id, 'the end', ({ state }) => state === 'stopped');
    for (const order of ['pause', 'resume', 'stop'] as const)
      await expect(test.rollouts.order(id, order, BOB)).rejects.toMatchObject({ code: 'rollout_state' });
    for (const order of ['pause', 'rollback'] as const)
      await expect(test.rollouts.order(idOf(7), order, BOB)).rejects.toMatchObject({
        code: 'rollout_not_found',
      });
  });

  it('to roll back an action is none', async () => {
    await using test = await testRollouts(1);
    const id = await test.create({ change: { kind: 'action', action: 'Restart' }, gate: FAST });
    await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
    await expect(test.rollouts.order(id, 'rollback', BOB)).rejects.toMatchObject({ code: 'rollout_state' });
  });
});
