/**
 * The server dies at each of its writes, before it and right after it, and is started again: no host is ordered a second
 * upgrade, none tries twice, the canary is over before any other host begins, and it ends as it would have.
 */
import { expect, it } from 'vitest';

import { testUpgrades, type TestUpgrades } from './test-upgrades.ts';

const HOSTS = 4;
const AT_ONCE = 4;

/** The third host goes back, which holds it; somebody goes on. */
async function begun(): Promise<{ readonly test: TestUpgrades; readonly id: string }> {
  const test = await testUpgrades(HOSTS);
  test.hosts.host(3).habit = { ends: 'back', reason: 'not_connected' };
  const id = await test.create({ concurrency: 2 });
  return { test, id };
}

/** The canary is host 1: nobody else was ordered anything before it was done. */
function canaryFirst(test: TestUpgrades): boolean {
  const { hosts } = test;
  const others = [...hosts.all.values()].filter(({ n, ordered }) => n !== 1 && ordered.length > 0);
  return others.length === 0 || hosts.host(1).release === test.release.name;
}

async function toTheEnd(test: TestUpgrades, id: string): Promise<void> {
  const end = await test.reached(id, 'the end', ({ state }) => {
    if (!canaryFirst(test)) throw new Error('a host was begun before the canary was done');
    return state === 'finished' || state === 'held';
  });
  if (end.state !== 'held') return;
  const resume = () => test.upgrades.order(id, 'resume', { actor: 'bob', role: 'admin', address: '' });
  // Whoever is told that it failed tries again.
  await resume().catch(resume);
}

const isOver = ({ state }: { readonly state: string }): boolean => state === 'finished';

async function wholeRun(test: TestUpgrades, id: string): Promise<void> {
  // Held, gone on with, at its end.
  for (let i = 0; i < 3 && !isOver(await test.upgrade(id)); i++) await toTheEnd(test, id);
  expect(await test.lines(id)).toEqual(['1 done', '2 done', '3 back not_connected', '4 done']);
  for (const { ordered, trials } of test.hosts.all.values())
    expect([[...new Set(ordered)], trials]).toEqual([[id], 1]);
}

async function writesOfARun(): Promise<number> {
  const { test, id } = await begun();
  await using _ = test;
  const before = test.writes;
  await wholeRun(test, id);
  return test.writes - before;
}

/** Tries to come to the end, whatever dies in between. */
async function untilDead(test: TestUpgrades, id: string): Promise<void> {
  for (let i = 0; i < 3 && !test.isDead; i++) {
    const seen = await test.reached(id, 'the death', ({ state }) => {
      if (!canaryFirst(test)) throw new Error('a host was begun before the canary was done');
      return test.isDead || isOver({ state }) || state === 'held';
    });
    if (test.isDead || isOver(seen)) return;
    // Nobody answers once the server is dead.
    void test.upgrades.order(id, 'resume', { actor: 'bob', role: 'admin', address: '' }).catch(() => {});
    await test.passes(500);
  }
}

async function killedAt(n: number, when: 'before' | 'after'): Promise<void> {
  const { test, id } = await begun();
  await using _ = test;
  test.killAt(n, when);
  await untilDead(test, id);
  expect(test.isDead).toBe(true);
  await test.kill();
  await test.start();
  await wholeRun(test, id);
}

it('ends as it would have, whenever the server is killed', async () => {
  const writes = await writesOfARun();
  expect(writes).toBeGreaterThan(12);
  // Not every run makes the last writes: what is told in one moment may be one write or two.
  const deaths = Array.from({ length: writes - 3 }, (_, n) => n + 1);
  for (let from = 0; from < deaths.length; from += AT_ONCE) {
    const some = deaths.slice(from, from + AT_ONCE);
    await Promise.all(some.flatMap((n) => [killedAt(n, 'before'), killedAt(n, 'after')]));
  }
}, 240_000);

it('the answer of the disk may be lost, and nothing is ordered twice', async () => {
  const writes = await writesOfARun();
  expect(writes).toBeGreaterThan(12);
  for (let n = 1; n <= writes - 3; n++) {
    const { test, id } = await begun();
    await using _ = test;
    test.losesAnswerAt(n);
    await wholeRun(test, id);
  }
}, 240_000);

it('one that was made and told as failed is gone on with when it is asked for again', async () => {
  await using test = await testUpgrades(2);
  test.losesAnswerAt(1);
  const idempotency = { key: 'k', bodySha256: '0'.repeat(64) };
  await expect(test.create({ idempotency })).rejects.toMatchObject({ code: 'storage_unavailable' });
  const id = await test.create({ idempotency });
  const end = await test.reached(id, 'the end', isOver);
  expect(end.counts).toEqual({ done: 2 });
});

it('while the disk is full nothing is ordered, and it goes on when it is not', async () => {
  await using test = await testUpgrades(2);
  test.hosts.disconnect(1);
  test.hosts.disconnect(2);
  const id = await test.create();
  test.fillDisk(true);
  test.hosts.connect(1);
  test.hosts.connect(2);
  await test.passes(5000);
  expect(test.hosts.host(1).ordered).toEqual([]);
  test.fillDisk(false);
  await test.reached(id, 'the end', isOver);
});
