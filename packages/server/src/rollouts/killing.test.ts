/**
 * The server dies at each of its writes, before it and right after it, and is started again: nothing runs twice on any
 * host, and the rollout ends as it would have.
 */
import type { RolloutGate } from '@ops/protocol/http/rollouts.ts';
import { expect, it } from 'vitest';

import { testRollouts, type TestRollouts } from './test-rollouts.ts';

const HOSTS = 3;
const AT_ONCE = 4;

/** The third host takes no v2: in the second wave, so both of them go back. */
async function begun(): Promise<{ readonly test: TestRollouts; readonly id: string }> {
  const test = await testRollouts(HOSTS);
  test.hosts.habit = ({ n }, order) =>
    n === 3 && order.type === 'update' && order.version === 'v2' ? { exitCode: 3 } : undefined;
  // What the hosts' coming writes is on disk: from here on every write is the rollout's.
  await test.passes(1000);
  await test.database.write({ statements: [] });
  const gate: RolloutGate = { soak_secs: 0, status: 'Running', max_restarts: 0, checks: [] };
  const change = { kind: 'version', version: 'v2', restart: true } as const;
  const id = await test.create({ change, onFailure: 'rollback', gate });
  return { test, id };
}

/** A host whose beginning nobody heard of may be called back before its restart. */
function isBackWhateverWasBegun(test: TestRollouts): void {
  for (const { n, version, ran, runs } of test.hosts.all.values()) {
    expect([n, ran.at(0), ran.slice(-2), version]).toEqual([n, 'update v2', ['update v1', 'Restart'], 'v1']);
    expect([...runs.values()].every((times) => times === 1)).toBe(true);
  }
}

function expectedAtTheEnd(test: TestRollouts): void {
  for (const { n, version, ran, runs } of test.hosts.all.values()) {
    const forwards = n === 3 ? ['update v2'] : ['update v2', 'Restart'];
    expect([n, ran, version]).toEqual([n, [...forwards, 'update v1', 'Restart'], 'v1']);
    expect([...runs.values()].every((times) => times === 1)).toBe(true);
  }
}

const isBack = ({ state }: { readonly state: string }): boolean => state === 'rolled_back';

async function writesOfARun(): Promise<number> {
  const { test, id } = await begun();
  await using _ = test;
  const before = test.writes;
  await test.reached(id, 'the end', isBack);
  expectedAtTheEnd(test);
  return test.writes - before;
}

async function killedAt(n: number, when: 'before' | 'after'): Promise<void> {
  const { test, id } = await begun();
  await using _ = test;
  test.killAt(n, when);
  await test.reached(id, `the death at write ${n}`, (rollout) => test.isDead || isBack(rollout));
  await test.kill();
  await test.start();
  const end = await test.reached(id, `the end after a death ${when} write ${n}`, isBack);
  expect(end.counts).toMatchObject({ rolled_back: HOSTS });
  expectedAtTheEnd(test);
}

it('nothing runs twice, whenever the server is killed', async () => {
  const writes = await writesOfARun();
  expect(writes).toBeGreaterThan(20);
  const deaths = Array.from({ length: writes }, (_, n) => n + 1);
  // Some at once: most of the time each waits for its disk.
  for (let from = 0; from < writes; from += AT_ONCE) {
    const some = deaths.slice(from, from + AT_ONCE);
    await Promise.all(some.flatMap((n) => [killedAt(n, 'before'), killedAt(n, 'after')]));
  }
}, 120_000);

/** What was told as failed and is on the disk: nobody can know until the server is started again. */
async function answerLostAt(n: number): Promise<void> {
  const { test, id } = await begun();
  await using _ = test;
  test.losesAnswerAt(n);
  // Less than a command may wait for its start: what nobody heard of is sent after all.
  await test.passes(25_000);
  await test.kill();
  await test.start();
  const end = await test.reached(id, `the end after answer ${n} was lost`, isBack);
  expect(end.counts).toMatchObject({ rolled_back: HOSTS });
  isBackWhateverWasBegun(test);
}

it('nothing runs twice, whichever answer of the disk is lost', async () => {
  const writes = await writesOfARun();
  for (let from = 1; from <= writes; from += 2 * AT_ONCE) {
    const some = Array.from({ length: 2 * AT_ONCE }, (_, n) => from + n).filter((n) => n <= writes);
    await Promise.all(some.map(answerLostAt));
  }
}, 120_000);
