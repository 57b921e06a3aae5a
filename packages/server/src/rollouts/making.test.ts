import type { RolloutGate } from '@ops/protocol/http/rollouts.ts';
import { until } from '@ops/testkit/until.ts';
import { describe, expect, it } from 'vitest';

import { idOf } from '../fleet/test-fleet.ts';
import { MAX_UNFINISHED_ROLLOUT_HOSTS } from './rollout-service.ts';
import { BY, testRollouts } from './test-rollouts.ts';

const GATE: RolloutGate = { soak_secs: 3600, status: 'Running', max_restarts: 0, checks: [] };
const ids = (...hosts: number[]) => ({ kind: 'ids', ids: hosts.map(idOf) }) as const;

describe('a rollout that is made', () => {
  it('means of all hosts those that have the app, and of others each that was named', async () => {
    await using test = await testRollouts(2);
    test.fleet.apps(idOf(2), []);
    const plan = test.request({ waves: ['rest'] });
    expect(test.rollouts.preview(plan)).toMatchObject({
      waves: [1],
      targets: 1,
      hosts: [{ clientId: idOf(1) }],
    });
    expect(test.rollouts.preview({ ...plan, selection: ids(1, 2, 3) })).toMatchObject({
      targets: 1,
      unknownIds: [idOf(3)],
      hosts: [
        { clientId: idOf(1), reason: null, version: 'v1', status: 'Running' },
        { clientId: idOf(2), reason: 'no_app', version: null, status: null },
      ],
    });
    expect(test.writes).toBeLessThan(10);
  });

  it('must reach every host, and at least one', async () => {
    await using test = await testRollouts(3);
    await expect(test.create({ waves: ['1', '1'] })).rejects.toMatchObject({
      code: 'invalid_request',
      details: { field: 'body.waves', reason: 'leaves 1 hosts over: end with "rest"' },
    });
    await expect(test.create({ selection: ids(1, 9) })).rejects.toMatchObject({ code: 'client_not_found' });
    await expect(test.create({ appName: 'other' })).rejects.toMatchObject({ code: 'no_targets' });
    const up = { kind: 'version', version: 'v1', restart: false } as const;
    await expect(test.create({ change: up })).rejects.toMatchObject({ code: 'no_targets' });
  });

  it('is refused while another one changes the app on one of its hosts', async () => {
    await using test = await testRollouts(4);
    const first = await test.create({ selection: ids(1, 2), gate: GATE });
    await expect(test.create({ selection: ids(2, 3) })).rejects.toMatchObject({
      code: 'operation_in_progress',
    });
    await test.create({ selection: ids(3, 4), gate: GATE });
    await test.rollouts.order(first, 'stop', BY);
    await test.reached(first, 'the end', ({ state }) => state === 'stopped');
    const next = { kind: 'version', version: 'v3', restart: false } as const;
    await test.create({ selection: ids(1, 2), change: next, gate: GATE });
    // While that one runs, the one that is over cannot come back to life.
    await expect(test.rollouts.order(first, 'rollback', BY)).rejects.toMatchObject({
      code: 'operation_in_progress',
    });
    expect(await test.rollout(first)).toMatchObject({ state: 'stopped' });
  });

  it('is made once, however often its request comes with the same key', async () => {
    await using test = await testRollouts(1);
    const idempotency = { key: 'one', bodySha256: 'a'.repeat(64) };
    const many = await Promise.allSettled([1, 2, 3].map(() => test.create({ idempotency, gate: GATE })));
    const made = new Set(many.flatMap((each) => (each.status === 'fulfilled' ? each.value : [])));
    expect(made.size).toBe(1);
    const [id] = made;
    expect(await test.create({ idempotency, gate: GATE })).toBe(id);
    await test.kill();
    await test.start();
    expect(await test.create({ idempotency, gate: GATE })).toBe(id);
    const other = { ...idempotency, bodySha256: 'b'.repeat(64) };
    await expect(test.create({ idempotency: other })).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    expect((await test.rollouts.list({}, { limit: 10 })).rollouts).toHaveLength(1);
  });

  it('may mean so many hosts that are not over, with those of all others, and not one more', async () => {
    expect(MAX_UNFINISHED_ROLLOUT_HOSTS).toBe(200_000);
    await using test = await testRollouts(4, { maxUnfinishedHosts: 3 });
    await test.create({ selection: ids(1), gate: GATE });
    await expect(test.create({ selection: ids(2, 3, 4), gate: GATE })).rejects.toMatchObject({
      code: 'server_busy',
    });
    await test.create({ selection: ids(2, 3), gate: GATE });
  });
});

describe('what is shown of rollouts', () => {
  it('is a page at a time, newest first, and their hosts by what they are', async () => {
    await using test = await testRollouts(3);
    const one = await test.create({ selection: ids(1), gate: GATE });
    const two = await test.create({ selection: ids(2, 3), gate: GATE });
    const page = await test.rollouts.list({ appName: 'my-app' }, { limit: 1 });
    expect(page.rollouts.map(({ id }) => id)).toEqual([two]);
    const rest = await test.rollouts.list({}, { limit: 5, cursor: page.nextCursor! });
    expect(rest).toMatchObject({ rollouts: [{ id: one }], nextCursor: null });
    expect((await test.rollouts.list({ appName: 'other' }, { limit: 5 })).rollouts).toEqual([]);
    await expect(test.rollouts.list({}, { limit: 1, cursor: 'x' })).rejects.toMatchObject({
      code: 'invalid_request',
    });

    await test.reached(two, 'watched', ({ waves }) => waves[0]?.state === 'soaking');
    const hosts = async (filter: object, offset = 0) =>
      (await test.rollouts.hosts(two, filter, { offset, limit: 1 }))!;
    expect(await hosts({})).toMatchObject({
      total: 2,
      hosts: [{ position: 0, state: 'changed', version_before: 'v1' }],
    });
    expect(await hosts({}, 1)).toMatchObject({ total: 2, hosts: [{ position: 1, command_ids: [] }] });
    expect(await hosts({ wave: 1 })).toMatchObject({ total: 1, hosts: [{ client_id: idOf(3) }] });
    expect(await hosts({ state: 'changed' })).toMatchObject({ total: 1, hosts: [{ client_id: idOf(2) }] });
    expect(await hosts({ search: '00003' })).toMatchObject({ total: 1, hosts: [{ client_id: idOf(3) }] });
    expect((await hosts({ search: '%' })).total).toBe(0);
    expect(await test.rollouts.hosts(idOf(9), {}, { offset: 0, limit: 1 })).toBeUndefined();
    expect(await test.rollouts.get(idOf(9))).toBeUndefined();
  });

  it('goes when it was over for as long as commands are kept', async () => {
    await using test = await testRollouts(1);
    const id = await test.create({ gate: { ...GATE, soak_secs: 0 } });
    await test.reached(id, 'the end', ({ state }) => state === 'succeeded');
    test.clock.setWall(test.clock.wall() + 31 * 24 * 3_600_000);
    await test.kill();
    await test.start();
    await until(async () => (await test.rollouts.get(id)) === undefined, { what: 'it to be forgotten' });
    const left = await test.database.query.selectFrom('rollout_hosts').selectAll().execute();
    expect(left).toEqual([]);
  });
});
