import { expect, it } from 'vitest';

import { CANARY_STAY_MS } from './canary-watch.ts';
import { AWAY_MS } from './runner.ts';
import { idOf, testUpgrades } from './test-upgrades.ts';

it('the canary goes first, stays for a while, and the others follow', async () => {
  await using test = await testUpgrades(4);
  const id = await test.create();
  const seen = await test.reached(id, 'the canary to be done', ({ counts }) => counts.done === 1);
  expect(seen).toMatchObject({
    state: 'canary',
    targets: 4,
    counts: { queued: 3 },
    canary: { hosts: 1, done: 1 },
  });
  await test.passes(CANARY_STAY_MS - 1000);
  expect(await test.upgrade(id)).toMatchObject({ state: 'canary', counts: { queued: 3 } });
  const end = await test.reached(id, 'the end', ({ state }) => state === 'finished');
  expect(end).toMatchObject({ counts: { done: 4 }, failures: 0, orders: [] });
  expect(await test.lines(id)).toEqual(['1 done', '2 done', '3 done', '4 done']);
  for (const { release, trials, ordered } of test.hosts.all.values())
    expect([release, trials, ordered]).toEqual([test.release.name, 1, [id]]);
  expect(await test.audited()).toEqual([
    'alice upgrade_create',
    'system upgrade_rolling',
    'system upgrade_end',
  ]);
  expect(test.told.at(-1)).toEqual(end);
});

it('a canary that does not stay connected holds the others back', async () => {
  await using test = await testUpgrades(2);
  const id = await test.create();
  await test.reached(id, 'the canary to be done', ({ counts }) => counts.done === 1);
  for (let i = 0; i < 4; i++) {
    await test.passes(CANARY_STAY_MS - 5000);
    test.hosts.disconnect(1);
    await test.passes(2000);
    test.hosts.connect(1);
  }
  expect(await test.upgrade(id)).toMatchObject({ state: 'canary', counts: { done: 1, queued: 1 } });
  await test.reached(id, 'the end', ({ state }) => state === 'finished');
});

it.each([
  ['refused', 'off'],
  ['failed', 'disk'],
  ['back', 'not_connected'],
] as const)('a canary that ends %s holds it; who goes on accepts that', async (ends, reason) => {
  await using test = await testUpgrades(3);
  test.hosts.host(1).habit = { ends, reason };
  const id = await test.create({ maxFailures: 2 });
  const held = await test.reached(id, 'to be held', ({ state }) => state === 'held');
  expect(held).toMatchObject({ failures: 1, counts: { [ends]: 1, queued: 2 }, orders: ['resume', 'stop'] });
  await test.passes(10 * CANARY_STAY_MS);
  expect(test.hosts.host(2).ordered).toEqual([]);
  await test.upgrades.order(id, 'resume', { actor: 'bob', role: 'admin', address: '' });
  const end = await test.reached(id, 'the end', ({ state }) => state === 'finished');
  expect(end.counts).toEqual({ [ends]: 1, done: 2 });
  expect(await test.lines(id)).toEqual([`1 ${ends} ${reason}`, '2 done', '3 done']);
});

it('more failures than may be hold it, fewer do not', async () => {
  await using test = await testUpgrades(5);
  for (const n of [2, 3]) test.hosts.host(n).habit = { ends: 'failed', reason: 'busy' };
  const id = await test.create({ maxFailures: 1, concurrency: 1 });
  const held = await test.reached(id, 'to be held', ({ state }) => state === 'held');
  expect(held).toMatchObject({ failures: 2, counts: { done: 1, failed: 2, queued: 2 } });
});

it('no more are on their way than may be', async () => {
  await using test = await testUpgrades(7);
  const id = await test.create({ concurrency: 2 });
  let most = 0;
  await test.reached(id, 'the end', ({ state, counts }) => {
    const { ordered = 0, fetching = 0, waiting = 0, trying = 0 } = counts;
    most = Math.max(most, ordered + fetching + waiting + trying);
    return state === 'finished';
  });
  expect(most).toBe(2);
});

it('waits for hosts that are offline, and gives them up when the time is over', async () => {
  await using test = await testUpgrades(3);
  test.hosts.disconnect(2);
  test.hosts.disconnect(3);
  const id = await test.create({ expiresInSecs: 600 });
  await test.reached(id, 'it to roll', ({ state }) => state === 'rolling');
  test.hosts.connect(2);
  await test.reached(id, 'the second host', ({ counts }) => counts.done === 2);
  const end = await test.reached(id, 'the end', ({ state }) => state === 'finished');
  expect(await test.lines(id)).toEqual(['1 done', '2 done', '3 expired']);
  expect(end.finished_at_ms! - end.created_at_ms).toBeGreaterThanOrEqual(600_000);
  // Too late: nothing is ordered any more.
  test.hosts.connect(3);
  expect(test.hosts.host(3).ordered).toEqual([]);
});

it('a host that vanishes while it tries does not hold up the others, and is done when it is back', async () => {
  await using test = await testUpgrades(3);
  test.hosts.host(2).habit = 'vanishes';
  const id = await test.create({ concurrency: 1 });
  await test.reached(id, 'the second host to vanish', ({ counts }) => counts.trying === 1);
  await test.passes(AWAY_MS - 10_000);
  expect(test.hosts.host(3).ordered).toEqual([]);
  await test.reached(id, 'the third host', ({ counts }) => counts.done === 2);
  test.hosts.host(2).release = test.release.name;
  test.hosts.connect(2);
  const end = await test.reached(id, 'the end', ({ state }) => state === 'finished');
  expect(end.counts).toEqual({ done: 3 });
});

it('a host that comes back as it was, and knows nothing, went back', async () => {
  await using test = await testUpgrades(2);
  test.hosts.host(1).habit = 'vanishes';
  const id = await test.create();
  await test.reached(id, 'the canary to vanish', ({ counts }) => counts.trying === 1);
  test.hosts.host(1).last = null;
  test.hosts.connect(1);
  await test.reached(id, 'to be held', ({ state }) => state === 'held');
  expect(await test.lines(id)).toEqual(['1 back interrupted', '2 queued']);
});

it('a host that says nothing is given up in the end', async () => {
  await using test = await testUpgrades(2);
  test.hosts.host(2).habit = 'silent';
  const id = await test.create({ expiresInSecs: 300 });
  await test.reached(id, 'the end', ({ state }) => state === 'finished');
  expect(await test.lines(id)).toEqual(['1 done', '2 expired']);
  expect(test.hosts.host(2).cancelled).toEqual([id]);
});

it('what has changed since it was planned is seen when the turn of a host comes', async () => {
  await using test = await testUpgrades(4);
  for (const n of [2, 3, 4]) test.hosts.disconnect(n);
  const id = await test.create({ maxFailures: 5 });
  await test.reached(id, 'it to roll', ({ state }) => state === 'rolling');
  test.hosts.host(2).keys = [];
  test.hosts.host(3).release = test.release.name;
  test.hosts.host(4).release = { version: '3', commit: 'x', released_at: test.release.name.released_at + 1 };
  for (const n of [2, 3, 4]) test.hosts.connect(n);
  await test.reached(id, 'the end', ({ state }) => state === 'finished');
  expect(await test.lines(id)).toEqual(['1 done', '2 refused off', '3 done', '4 refused not_newer']);
  for (const n of [2, 3, 4]) expect(test.hosts.host(n).ordered).toEqual([]);
});

it('a thousand hosts', async () => {
  await using test = await testUpgrades(1000);
  const id = await test.create({ concurrency: 100 });
  const end = await test.reached(id, 'the end', ({ state }) => state === 'finished');
  expect(end.counts).toEqual({ done: 1000 });
  for (const { ordered, trials } of test.hosts.all.values()) expect([ordered, trials]).toEqual([[id], 1]);
  expect((await test.list(id)).length).toBe(1000);
  expect(idOf(1)).toBe((await test.list(id))[0]!.client_id);
}, 60_000);
