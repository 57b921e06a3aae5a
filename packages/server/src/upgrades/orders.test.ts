import { expect, it } from 'vitest';

import { BY, idOf, testUpgrades, type TestUpgrades } from './test-upgrades.ts';

const order = (test: TestUpgrades, id: string, what: 'pause' | 'resume' | 'stop') =>
  test.upgrades.order(id, what, BY);

it('paused, nothing is begun, what is on its way goes on; resumed, the others follow', async () => {
  await using test = await testUpgrades(3);
  const id = await test.create();
  await test.reached(id, 'the canary to fetch', ({ counts }) => counts.fetching === 1);
  expect(await order(test, id, 'pause')).toMatchObject({ state: 'paused', changed_by: 'alice' });
  await test.passes(120_000);
  expect(await test.upgrade(id)).toMatchObject({ state: 'paused', counts: { done: 1, queued: 2 } });
  // The canary is watched all the same: nothing skips it.
  expect(await order(test, id, 'resume')).toMatchObject({ state: 'canary' });
  await test.passes(20_000);
  expect(test.hosts.host(2).ordered).toEqual([]);
  await test.reached(id, 'the end', ({ state }) => state === 'finished');
});

it('stopped, hosts whose turn has not come are left, and those that have not tried are called back', async () => {
  await using test = await testUpgrades(4);
  const id = await test.create({ concurrency: 2 });
  await test.reached(id, 'it to roll', ({ state }) => state === 'rolling');
  await test.reached(id, 'others to fetch', ({ counts }) => (counts.fetching ?? 0) > 0);
  expect(await order(test, id, 'stop')).toMatchObject({ state: 'stopping', orders: [] });
  const end = await test.reached(id, 'the end', ({ state }) => state === 'stopped');
  expect(end.counts).toEqual({ done: 1, failed: 2, left: 1 });
  expect(await test.lines(id)).toEqual(['1 done', '2 failed interrupted', '3 failed interrupted', '4 left']);
  expect(test.hosts.host(2).cancelled).toEqual([id]);
});

it('stopped before anything began, it is over at once', async () => {
  await using test = await testUpgrades(2);
  test.hosts.disconnect(1);
  test.hosts.disconnect(2);
  const id = await test.create();
  expect(await order(test, id, 'stop')).toMatchObject({ state: 'stopped', counts: { left: 2 } });
  await expect(order(test, id, 'resume')).rejects.toMatchObject({ code: 'upgrade_state' });
  await expect(order(test, idOf(9), 'stop')).rejects.toMatchObject({ code: 'upgrade_not_found' });
  // Another one may begin.
  test.hosts.connect(1);
  await test.create();
});

it('a host the order never reached is left when it comes back to a stopping upgrade', async () => {
  await using test = await testUpgrades(2);
  test.hosts.host(1).habit = 'silent';
  const id = await test.create();
  await test.reached(id, 'the order', ({ counts }) => counts.ordered === 1);
  test.hosts.disconnect(1);
  await order(test, id, 'stop');
  expect(await test.upgrade(id)).toMatchObject({ state: 'stopping' });
  test.hosts.connect(1);
  const end = await test.reached(id, 'the end', ({ state }) => state === 'stopped');
  expect(end.counts).toEqual({ left: 2 });
});

it('one at a time, for hosts there are, to the release that was looked at', async () => {
  await using test = await testUpgrades(2);
  const refused = async (overrides: Parameters<typeof test.create>[0], code: string) =>
    expect(test.create(overrides)).rejects.toMatchObject({ code });
  await refused({ selection: { kind: 'ids', ids: [idOf(1), idOf(77)] } }, 'client_not_found');
  await refused({ selection: { kind: 'selector', selector: 'env=none' } }, 'no_targets');
  await refused({ selection: { kind: 'ids', ids: [idOf(1)] }, canary: [idOf(2)] }, 'invalid_request');
  await refused({ releasedAt: 1 }, 'conflict');
  const key = { key: 'k', bodySha256: '0'.repeat(64) };
  const two = await Promise.allSettled([
    test.create({ idempotency: key }),
    test.create({ idempotency: key }),
  ]);
  const made = two.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  expect(made).toHaveLength(1);
  await refused({}, 'upgrade_running');
  expect(await test.create({ idempotency: key })).toBe(made[0]);
  await refused({ idempotency: { ...key, bodySha256: '1'.repeat(64) } }, 'idempotency_key_reused');
});

it('leaves out who cannot, says why, and takes the canary from those online', async () => {
  await using test = await testUpgrades(6);
  const { hosts } = test;
  hosts.host(2).keys = [];
  hosts.host(3).keys = [`ed25519:${'B'.repeat(43)}`];
  hosts.host(4).release = test.release.name;
  hosts.host(5).release = null;
  for (const n of [2, 3, 4, 5]) hosts.connect(n);
  hosts.disconnect(1);
  const plan = { selection: { kind: 'all' }, canary: 1 } as const;
  const { hosts: planned, targets } = await test.upgrades.preview(plan);
  const lines = planned.map(({ client_id: id, canary, reason }) => [Number(id.slice(-2)), canary, reason]);
  expect([targets, lines]).toEqual([
    3,
    [
      [5, true, null],
      [1, false, null],
      [6, false, null],
      [2, false, 'off'],
      [3, false, 'key_not_trusted'],
      [4, false, 'up_to_date'],
    ],
  ]);
  const named = await test.upgrades.preview({ ...plan, canary: [idOf(6), idOf(1)] });
  expect(named.hosts.filter(({ canary }) => canary).map(({ client_id: id }) => id)).toEqual([
    idOf(1),
    idOf(6),
  ]);
  expect(await test.upgrades.release()).toMatchObject({
    versions: [
      { version: '1.0.0', hosts: 4, online: 3 },
      { version: '2.0.0', hosts: 1, online: 1 },
      { version: 'source', hosts: 1, online: 1 },
    ],
    hosts: { total: 6, ready: 3, unfit: { off: 1, key_not_trusted: 1, up_to_date: 1 } },
  });
  const id = await test.create();
  expect((await test.lines(id)).slice(3)).toEqual([
    '2 skipped off',
    '3 skipped key_not_trusted',
    '4 skipped up_to_date',
  ]);
  expect(await test.upgrade(id)).toMatchObject({ targets: 3 });
});

it('is listed newest first, page by page, and forgotten when it is old', async () => {
  await using test = await testUpgrades(1);
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) {
    await test.offer({ version: `2.0.${i}`, releasedAt: 1_790_000_000_000 + i });
    test.hosts.host(1).keys = [test.release.key];
    test.hosts.connect(1);
    const id = await test.create();
    ids.unshift(id);
    await test.reached(id, 'the end', ({ state }) => state === 'finished');
  }
  const first = await test.upgrades.list({ limit: 2 });
  expect(first.upgrades.map(({ id }) => id)).toEqual(ids.slice(0, 2));
  const second = await test.upgrades.list({ limit: 2, cursor: first.nextCursor! });
  expect([second.upgrades.map(({ id }) => id), second.nextCursor]).toEqual([ids.slice(2), null]);
  await expect(test.upgrades.list({ limit: 2, cursor: 'x' })).rejects.toMatchObject({
    code: 'invalid_request',
  });
  expect(await test.upgrades.get(ids[2]!)).toMatchObject({ version: '2.0.0', counts: { done: 1 } });
  await test.kill();
  test.clock.advance(31 * 24 * 3_600_000);
  await test.start();
  await test.passes(1000);
  expect((await test.upgrades.list({ limit: 9 })).upgrades).toEqual([]);
});
