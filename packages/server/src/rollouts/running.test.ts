import type { RolloutGate } from '@ops/protocol/http/rollouts.ts';
import { describe, expect, it } from 'vitest';

import { idOf } from '../fleet/test-fleet.ts';
import type { TestHost } from './test-hosts.ts';
import { BY, testRollouts } from './test-rollouts.ts';

const FAST: RolloutGate = { soak_secs: 0, status: 'Running', max_restarts: 0, checks: [] };
const ONE_WAVE = { waves: ['rest'], gate: FAST };
const V2 = { kind: 'version', version: 'v2', restart: false } as const;

const failsAt =
  (...hosts: number[]) =>
  ({ n }: TestHost, order: { readonly type: string; readonly version?: string }) =>
    hosts.includes(n) && order.version === 'v2' ? { exitCode: 3 } : undefined;

describe('a rollout', () => {
  it('changes wave by wave, and is over when the last has passed its gate', async () => {
    await using test = await testRollouts(4);
    const id = await test.create();
    const rollout = await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
    expect(rollout.waves.map(({ state, hosts }) => `${hosts} ${state}`)).toEqual(['1 passed', '3 passed']);
    expect(rollout).toMatchObject({ finished_at_ms: expect.any(Number), orders: ['rollback'], wave: 1 });
    expect(await test.lines(id)).toEqual(['1 healthy', '2 healthy', '3 healthy', '4 healthy']);
    for (const host of test.hosts.all.values())
      expect([host.version, host.ran]).toEqual(['v2', ['update v2']]);
    expect(await test.audited()).toEqual(['alice rollout_create', 'system rollout_end']);
    expect(test.told.at(-1)).toEqual(rollout);
    expect(test.told.map(({ revision }) => revision)).toEqual(
      test.told.map(({ revision }) => revision).toSorted((a, b) => a - b),
    );
  });

  it('begins a wave when the one before was watched for as long as the gate says', async () => {
    await using test = await testRollouts(2);
    const id = await test.create({ gate: { ...FAST, soak_secs: 60 } });
    await test.reached(id, 'watched', ({ waves }) => waves[0]?.state === 'soaking');
    await test.passes(59_000);
    expect(test.hosts.host(2).ran).toEqual([]);
    await test.reached(id, 'the second wave', ({ wave }) => wave === 1);
  });

  it('updates, and restarts behind it when that is asked for', async () => {
    await using test = await testRollouts(2);
    const id = await test.create({ ...ONE_WAVE, change: { ...V2, restart: true } });
    await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
    expect(test.hosts.host(1).ran).toEqual(['update v2', 'Restart']);
    const [first] = await test.list(id);
    expect(first?.command_ids).toHaveLength(2);
  });

  it('carries out an action on those where it changes something', async () => {
    await using test = await testRollouts(3);
    test.hosts.becomes(2, { status: 'Stopped' });
    const gate = { ...FAST, status: 'Stopped' } as const;
    const id = await test.create({ change: { kind: 'action', action: 'Stop' }, gate, waves: ['rest'] });
    const rollout = await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
    expect(await test.lines(id)).toEqual(['1 healthy', '2 skipped up_to_date', '3 healthy']);
    expect(rollout).toMatchObject({ action: 'Stop', version: null, orders: [], targets: 2 });
    expect(rollout.counts).toMatchObject({ healthy: 2, skipped: 1 });
  });

  it('never changes more hosts at once than it may', async () => {
    await using test = await testRollouts(5);
    let most = 0;
    test.hosts.habit = () => {
      most = Math.max(most, test.hosts.running.size + 1);
      return { runsOn: true };
    };
    const id = await test.create({ ...ONE_WAVE, concurrency: 2 });
    for (const expected of [2, 2, 1]) {
      await test.reached(id, 'the next', () => test.hosts.running.size === expected);
      test.hosts.finish();
    }
    expect(most).toBe(2);
    await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
  });

  it('waits for an app that is busy with something else, and gives up after the time of an action', async () => {
    await using test = await testRollouts(2);
    test.hosts.habit = (_host, order) => (order.type === 'service' ? { runsOn: true } : undefined);
    for (const n of [1, 2]) {
      const work = { kind: 'service', appName: 'my-app', action: 'Restart' } as const;
      const targets = [{ clientId: idOf(n), hostname: 'host' }];
      await test.commands.create({ work, ran: null, targets, timeoutSecs: 3600 }, BY);
    }
    const id = await test.create({ ...ONE_WAVE, timeoutSecs: 20, maxFailures: 1 });
    await test.passes(15_000);
    expect(await test.lines(id)).toEqual(['1 waiting', '2 waiting']);
    const [first] = test.hosts.running.keys();
    test.hosts.finishOne(first!);
    await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
    expect(await test.lines(id)).toEqual(['1 healthy', '2 failed command']);
    expect((await test.list(id))[1]?.detail).toBe('another action on the app was not over for 20 s');
  });
});

describe('hosts that fail', () => {
  it('may be so many; then the rollout goes on', async () => {
    await using test = await testRollouts(4);
    test.hosts.habit = failsAt(1, 3);
    const id = await test.create({ gate: FAST, maxFailures: 2 });
    const rollout = await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
    expect(rollout.failures).toBe(2);
    expect(await test.lines(id)).toEqual(['1 failed command', '2 healthy', '3 failed command', '4 healthy']);
    expect((await test.list(id))[0]?.detail).toBe('its command ended with exit code 3');
  });

  it('one more, and it holds: nothing is begun, what runs is awaited', async () => {
    await using test = await testRollouts(4);
    test.hosts.habit = ({ n }) => (n === 1 ? { exitCode: 3 } : { runsOn: true });
    const id = await test.create({ ...ONE_WAVE, concurrency: 2 });
    await test.reached(id, 'a failure', ({ failures }) => failures === 1);
    await test.passes(5000);
    expect(await test.rollout(id)).toMatchObject({ state: 'running', counts: { waiting: 2, changing: 1 } });
    test.hosts.finish();
    const held = await test.reached(id, 'held', ({ state }) => state === 'held');
    expect(held).toMatchObject({ orders: ['resume', 'stop', 'rollback'], changed_by: null, wave: 0 });
    expect(held.waves[0]?.state).toBe('failed');
    expect(await test.lines(id)).toEqual(['1 failed command', '2 changed', '3 waiting', '4 waiting']);
    expect(await test.audited()).toEqual(['alice rollout_create', 'system rollout_held']);
  });

  it('bring all back when that is what was asked for, the last wave first', async () => {
    await using test = await testRollouts(4);
    test.hosts.habit = failsAt(3);
    const id = await test.create({ gate: FAST, onFailure: 'rollback', waves: ['1', '2', 'rest'] });
    await test.reached(id, 'back', ({ state }) => state === 'rolled_back');
    expect(await test.lines(id)).toEqual(['1 rolled_back', '2 rolled_back', '3 rolled_back', '4 left']);
    for (const n of [1, 2, 3])
      expect(test.hosts.host(n)).toMatchObject({ version: 'v1', ran: ['update v2', 'update v1'] });
    const { releases } = await test.releases.list({ clientId: idOf(1) }, { limit: 10 });
    expect(
      releases.map(({ kind, version, outcome, rollout_id }) => [kind, version, outcome, rollout_id]),
    ).toEqual([
      ['rollback', 'v1', 'succeeded', id],
      ['update', 'v2', 'succeeded', id],
      ['found', 'v1', 'succeeded', null],
    ]);
  });

  it('are those that went away, that lost their app, or that refuse, when their turn comes', async () => {
    await using test = await testRollouts(4);
    const id = await test.create({ waves: ['1', 'rest'], gate: FAST, maxFailures: 9 });
    test.hosts.disconnect(2);
    test.hosts.connect(3, true);
    test.fleet.apps(idOf(4), []);
    await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
    expect(await test.lines(id)).toEqual([
      '1 healthy',
      '2 failed offline',
      '3 failed refused',
      '4 failed no_app',
    ]);
  });
});

describe('the gate', () => {
  it('fails a host at once whose app does not stay as it must be', async () => {
    await using test = await testRollouts(3);
    const id = await test.create({ gate: { ...FAST, soak_secs: 3600 } });
    await test.reached(id, 'watched', ({ waves }) => waves[0]?.state === 'soaking');
    await test.passes(5000);
    test.hosts.becomes(1, { status: 'Stopped' });
    const held = await test.reached(id, 'held', ({ state }) => state === 'held');
    expect(held.counts).toMatchObject({ failed: 1, waiting: 2 });
    expect(await test.list(id)).toMatchObject([
      { reason: 'status', detail: 'the app is Stopped, not Running' },
      {},
      {},
    ]);
  });

  it('looks at what a client says after the change, not at what it said before', async () => {
    await using test = await testRollouts(1);
    const id = await test.create({ ...ONE_WAVE, gate: { ...FAST, soak_secs: 10 } });
    await test.reached(id, 'watched', ({ waves }) => waves[0]?.state === 'soaking');
    test.hosts.becomes(1, { status: 'Stopped' });
    await test.passes(2000);
    test.hosts.becomes(1, { status: 'Running', pid: 200 });
    const end = await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
    expect(end.counts).toMatchObject({ healthy: 1 });
  });

  it('holds only those to a status that had it before, unless it was asked for', async () => {
    await using test = await testRollouts(2);
    test.hosts.becomes(2, { status: 'Stopped' });
    const id = await test.create(ONE_WAVE);
    await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
    const again = { ...ONE_WAVE, change: { ...V2, version: 'v3' }, statusOfAll: true };
    const strict = await test.create(again);
    await test.reached(strict, 'held', ({ state }) => state === 'held');
    expect(await test.lines(strict)).toEqual(['1 healthy', '2 failed status']);
  });

  it('fails a host whose app was restarted too often while it was watched', async () => {
    await using test = await testRollouts(1);
    const id = await test.create({ ...ONE_WAVE, gate: { ...FAST, soak_secs: 3600, max_restarts: 1 } });
    await test.reached(id, 'watched', ({ waves }) => waves[0]?.state === 'soaking');
    await test.passes(4000);
    test.hosts.becomes(1, { pid: 201 });
    test.hosts.becomes(1, { pid: 202 });
    await test.passes(2000);
    expect(await test.lines(id)).toEqual(['1 changed']);
    test.hosts.becomes(1, { pid: 203 });
    await test.reached(id, 'held', ({ state }) => state === 'held');
    expect(await test.lines(id)).toEqual(['1 failed restarts']);
  });

  it('fails a host that is offline when the time is over, not one that was away in between', async () => {
    await using test = await testRollouts(2);
    const id = await test.create({ ...ONE_WAVE, gate: { ...FAST, soak_secs: 30 } });
    await test.reached(id, 'watched', ({ waves }) => waves[0]?.state === 'soaking');
    test.hosts.disconnect(1);
    test.hosts.disconnect(2);
    await test.passes(10_000);
    test.hosts.connect(2);
    await test.reached(id, 'held', ({ state }) => state === 'held');
    expect(await test.lines(id)).toEqual(['1 failed offline', '2 healthy']);
  });

  it('compares readings with those of the hosts not yet changed', async () => {
    await using test = await testRollouts(4);
    const checks = [{ reading: 'cpu_usage', max_above: 20 } as const];
    const id = await test.create({ waves: ['2', 'rest'], gate: { ...FAST, soak_secs: 9, checks } });
    for (const [n, cpu_usage] of [30, 70, 40, 20].entries()) test.hosts.measure(n + 1, { cpu_usage });
    const held = await test.reached(id, 'held', ({ state }) => state === 'held');
    expect(held.waves[0]?.readings).toEqual([
      { reading: 'cpu_usage', changed: 50, unchanged: 30, max_above: 20 },
    ]);
    expect(await test.lines(id)).toEqual(['1 healthy', '2 failed reading', '3 waiting', '4 waiting']);
    expect((await test.list(id))[1]?.detail).toBe(
      'cpu_usage was 70 on average, 30 on the hosts not yet changed: more than 20 above',
    );
  });

  it('has nothing to compare with in the last wave', async () => {
    await using test = await testRollouts(1);
    const checks = [{ reading: 'cpu_usage', max_above: 0 } as const];
    const id = await test.create({ ...ONE_WAVE, gate: { ...FAST, checks } });
    test.hosts.measure(1, { cpu_usage: 99 });
    const rollout = await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
    expect(rollout.waves[0]?.readings).toMatchObject([{ changed: 99, unchanged: null }]);
  });
});

it('a disk that takes nothing for a while holds a rollout up, and ends nothing', async () => {
  await using test = await testRollouts(2);
  test.hosts.habit = () => ({ runsOn: true });
  const id = await test.create({ gate: FAST });
  await test.reached(id, 'the first', () => test.hosts.running.size === 1);
  test.fillDisk(true);
  test.hosts.finish();
  test.hosts.habit = () => undefined;
  await test.passes(20_000);
  expect(await test.lines(id)).toEqual(['1 changing', '2 waiting']);
  await expect(test.rollouts.order(id, 'pause', BY)).rejects.toMatchObject({ code: 'storage_unavailable' });
  await expect(test.create({ appName: 'my-app' })).rejects.toMatchObject({ code: 'operation_in_progress' });
  test.fillDisk(false);
  await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
  for (const { ran } of test.hosts.all.values()) expect(ran).toEqual(['update v2']);
});
