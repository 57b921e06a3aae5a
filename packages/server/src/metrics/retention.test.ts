import { describe, expect, it } from 'vitest';

import { until } from '@ops/testkit/until.ts';

import { idOf } from '../fleet/test-fleet.ts';
import { MINUTE_MS } from './minute.ts';
import { createRetention, FIRST_RUN_MS, RETENTION_PERIOD_MS } from './retention.ts';
import { MAX_DELETED } from './sample-store.ts';
import { RETENTION_MS } from './sample-time.ts';
import { testRollup } from './test-samples.ts';
import type { TestRollup } from './test-samples.ts';

/** Stores one minute of a client, so many milliseconds before now. */
async function put(test: TestRollup, client: number, ...ages: readonly number[]): Promise<void> {
  const minutes = ages.map((age) => ({
    clientId: idOf(client),
    minute: (test.clock.wall() - age) / MINUTE_MS,
    samples: 1,
    averages: [1],
  }));
  for (let at = 0; at < minutes.length; at += 500) await test.store.add(minutes.slice(at, at + 500));
}

async function agesMs(test: TestRollup, client: number): Promise<number[]> {
  const minutes = await test.store.list(idOf(client), 0, 1e9, 10_000);
  return minutes.map(({ minute }) => test.clock.wall() - minute * MINUTE_MS);
}

describe('retention', () => {
  it('deletes what is older than thirty days, of every client, and nothing else', async () => {
    await using test = await testRollup();
    for (let client = 1; client <= 45; client++) {
      await put(test, client, RETENTION_MS + MINUTE_MS, RETENTION_MS, RETENTION_MS - MINUTE_MS, 0);
    }
    const retention = createRetention(test);
    expect(await retention.run()).toBe(45);
    for (const client of [1, 20, 21, 45]) {
      expect(await agesMs(test, client)).toEqual([RETENTION_MS, RETENTION_MS - MINUTE_MS, 0]);
    }
    expect(await retention.run()).toBe(0);
  });

  it('deletes much in bounded changes', async () => {
    await using test = await testRollup();
    const old = Array.from({ length: 2 * MAX_DELETED + 5 }, (_, n) => RETENTION_MS + (n + 1) * MINUTE_MS);
    await put(test, 1, ...old);
    await put(test, 2, RETENTION_MS + MINUTE_MS, 0);
    expect(await test.store.deleteBefore([idOf(1)], (test.clock.wall() - RETENTION_MS) / MINUTE_MS)).toBe(
      MAX_DELETED,
    );
    expect(await createRetention(test).run()).toBe(old.length + 1 - MAX_DELETED);
    expect([await agesMs(test, 1), await agesMs(test, 2)]).toEqual([[], [0]]);
  });

  it('forgets how far kept samples were stored when nothing that old would be taken', async () => {
    await using test = await testRollup();
    const old = test.clock.wall() - RETENTION_MS;
    await test.store.add([], { clientId: idOf(1), toMs: old - 1 });
    await test.store.add([], { clientId: idOf(2), toMs: old });
    await createRetention(test).run();
    expect([await test.store.progress(idOf(1)), await test.store.progress(idOf(2))]).toEqual([-1, old]);
  });

  it('runs soon after the start, then every hour, and no more once stopped', async () => {
    await using test = await testRollup();
    const retention = createRetention(test);
    const gone = (client: number) =>
      until(async () => (await agesMs(test, client)).length === 0, { what: `client ${client} deleted` });
    await put(test, 1, 2 * RETENTION_MS);
    retention.start();
    await test.clock.advanceAsync(FIRST_RUN_MS);
    await gone(1);
    await retention.run();
    await put(test, 2, 2 * RETENTION_MS);
    await test.clock.advanceAsync(RETENTION_PERIOD_MS - FIRST_RUN_MS);
    await gone(2);
    await retention.stop();
    await retention.stop();
    expect(test.clock.pending).toBe(0);
  });

  it('logs what it could not do, and does not throw', async () => {
    await using test = await testRollup();
    await put(test, 1, 2 * RETENTION_MS);
    const failing = { ...test.store, deleteBefore: () => Promise.reject(new Error('planted')) };
    expect(await createRetention({ ...test, store: failing }).run()).toBe(0);
    expect(test.log.lines.map(({ level }) => level)).toEqual(['warn']);
  });
});
