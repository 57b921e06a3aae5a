import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { figuresOf } from '@ops/protocol/domain/figures.ts';
import type { TimedSample } from '@ops/protocol/domain/sample.ts';
import { until } from '@ops/testkit/until.ts';

import { idOf } from '../fleet/test-fleet.ts';
import { MAX_WAITING_MINUTES } from './backlog.ts';
import { RETRY_MS } from './closed-minutes.ts';
import { MINUTE_MS } from './minute.ts';
import type { Rollup } from './rollup.ts';
import { DAY_MS, MAX_FUTURE_MS, RETENTION_MS } from './sample-time.ts';
import { testRollup } from './test-samples.ts';
import type { TestRollup } from './test-samples.ts';

const A = idOf(1);

/** `count` samples, one each 3 s, the n-th with `cpu_usage` n modulo 100. */
function kept(from: number, count: number): TimedSample[] {
  return Array.from({ length: count }, (_, n) => ({ t: from + n * 3000, cpu_usage: n % 100 }));
}

async function totals(rollup: Rollup, id = A): Promise<{ samples: number; sum: number }> {
  const minutes = await rollup.list(id, 0, 8e15);
  return {
    samples: minutes.reduce((sum, each) => sum + each.samples, 0),
    sum: Math.round(minutes.reduce((sum, each) => sum + each.samples * (each.cpu_usage ?? 0), 0)),
  };
}

describe('kept samples', () => {
  it('are stored under their own times when the promise resolves', async () => {
    await using test = await testRollup();
    const { rollup, store, clock } = test;
    const from = clock.wall() - 10 * MINUTE_MS;
    await rollup.backlog(A, kept(from, 100));
    const stored = await store.list(A, 0, 1e9, 100);
    expect(stored.map(({ minute, samples }) => [minute * MINUTE_MS - from, samples])).toEqual(
      [0, 1, 2, 3, 4].map((minute) => [minute * MINUTE_MS, 20]),
    );
    expect(await store.progress(A)).toBe(from + 99 * 3000);
  });

  it('that come again because the acknowledgement was lost do not count twice', async () => {
    await using test = await testRollup();
    const { rollup, clock } = test;
    const frame = kept(clock.wall() - DAY_MS, 50);
    await rollup.backlog(A, frame);
    const once = await totals(rollup);
    await rollup.backlog(A, frame);
    // The same client after a restart of the server, with two more at the end.
    const after = test.restarted();
    await after.backlog(A, [...frame.slice(10), ...kept(frame.at(-1)!.t + 3000, 2)]);
    expect(once.samples).toBe(50);
    expect((await totals(after)).samples).toBe(52);
    expect([rollup.stats().dropped.sample_repeated, after.stats().dropped.sample_repeated]).toEqual([50, 40]);
  });

  it('count once each, in whatever pieces and repetitions they come', async () => {
    await using test = await testRollup();
    const from = test.clock.wall() - DAY_MS;
    const samples = kept(from, 60);
    let client = 0;
    const piece = fc.tuple(fc.nat(59), fc.integer({ min: 1, max: 30 }), fc.boolean());
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
        const id = idOf(++client);
        const rollup = test.restarted();
        let reached = 0;
        const sent: Promise<void>[] = [];
        for (const [back, count, wait] of pieces) {
          // A client goes on where it was acknowledged, or somewhere before.
          const start = Math.max(0, reached - back);
          const frame = samples.slice(start, start + count);
          if (frame.length === 0) continue;
          sent.push(rollup.backlog(id, frame));
          if (wait) await sent.at(-1);
          reached = Math.max(reached, start + frame.length);
        }
        await Promise.all(sent);
        const first = samples.slice(0, reached);
        expect(await totals(rollup, id)).toEqual({
          samples: reached,
          sum: first.reduce((sum, each) => sum + (each.cpu_usage ?? 0), 0),
        });
      }),
      { numRuns: 40 },
    );
  });

  it('merge with what the same minute already holds', async () => {
    await using test = await testRollup();
    const { rollup, clock } = test;
    const t = clock.wall();
    rollup.live(A).add(figuresOf({ cpu_usage: 90 }), t + 50_000);
    await rollup.backlog(A, [
      { t, cpu_usage: 0 },
      { t: t + 1, cpu_usage: 0 },
    ]);
    const merged = [{ t, samples: 3, cpu_usage: 30 }];
    expect(await rollup.list(A, t, t)).toEqual(merged);
    await rollup.stop();
    expect(await rollup.list(A, t, t)).toEqual(merged);
  });

  it('with impossible times are refused, counted, and do not stand in the way of others', async () => {
    await using test = await testRollup();
    const { rollup, store, clock } = test;
    const now = clock.wall();
    await rollup.backlog(A, [
      { t: now - RETENTION_MS - 1, cpu_usage: 1 },
      { t: now - RETENTION_MS, cpu_usage: 2 },
      { t: now, cpu_usage: 3 },
      { t: now + MAX_FUTURE_MS + 1, cpu_usage: 4 },
    ]);
    await rollup.backlog(A, [{ t: now + MAX_FUTURE_MS, cpu_usage: 5 }]);
    expect(await totals(rollup)).toEqual({ samples: 3, sum: 10 });
    expect(await store.progress(A)).toBe(now + MAX_FUTURE_MS);
    expect(rollup.stats().dropped).toMatchObject({ sample_future: 1, sample_old: 1, sample_repeated: 0 });
    await rollup.backlog(idOf(2), [{ t: 0, cpu_usage: 1 }]);
    expect(await store.progress(idOf(2))).toBe(-1);
  });
});

/** A rollup whose database has no room until `free`. */
async function full(): Promise<{ readonly test: TestRollup; readonly free: () => void }> {
  let pages: number | undefined = 40;
  const test = await testRollup({ maxPages: () => pages });
  const { store, samples } = test;
  let minute = 0;
  const fill = () => {
    const clientId = idOf(5000);
    const minutes = Array.from({ length: 500 }, () => ({
      clientId,
      minute: minute++,
      samples: 1,
      averages: [1],
    }));
    return store.add(minutes);
  };
  await until(
    () =>
      fill().then(
        () => undefined,
        () => samples.database.fault,
      ),
    { what: 'a full disk' },
  );
  return {
    test,
    free() {
      pages = undefined;
    },
  };
}

describe('kept samples on a full disk', () => {
  it('are not acknowledged before there is room again, and then once', async () => {
    const { test, free } = await full();
    await using _ = test;
    const { rollup, clock, store } = test;
    const frame = kept(clock.wall() - DAY_MS, 300);
    let acknowledged = 0;
    const count = (): void => void acknowledged++;
    const first = rollup.backlog(A, frame).then(count);
    const again = rollup.backlog(A, frame).then(count);
    await clock.advanceAsync(3 * RETRY_MS);
    expect(acknowledged).toBe(0);
    free();
    await until(
      async () => {
        await clock.advanceAsync(RETRY_MS);
        return acknowledged === 2;
      },
      { what: 'both acknowledgements', within: 15_000 },
    );
    await Promise.all([first, again]);
    expect((await totals(rollup)).samples).toBe(300);
    expect(await store.progress(A)).toBe(frame.at(-1)?.t);
  });

  it('are refused, not forgotten, when the server stops', async () => {
    const { test } = await full();
    await using _ = test;
    const { rollup, clock, store } = test;
    const waiting = rollup.backlog(A, kept(clock.wall(), 10)).catch((error: unknown) => error);
    await clock.advanceAsync(RETRY_MS);
    await rollup.stop();
    expect(await waiting).toMatchObject({ code: 'storage_unavailable' });
    expect(await store.progress(A)).toBe(-1);
  });

  it('are refused when too many wait already', async () => {
    const { test } = await full();
    await using _ = test;
    const { rollup, clock } = test;
    const frame = Array.from({ length: 500 }, (__, n) => ({ t: clock.wall() - DAY_MS + n * MINUTE_MS }));
    const waiting: Promise<unknown>[] = [];
    const send = (n: number, samples: readonly TimedSample[]) => {
      const stored = rollup.backlog(idOf(n), samples);
      waiting.push(stored.catch(() => undefined));
      return stored;
    };
    for (let n = 1; rollup.stats().waitingBacklog < MAX_WAITING_MINUTES; n++) {
      const room = MAX_WAITING_MINUTES - rollup.stats().waitingBacklog;
      void send(n, frame.slice(0, room));
      await until(() => rollup.stats().waitingBacklog > MAX_WAITING_MINUTES - room, {
        what: 'the next frame',
      });
    }
    await expect(send(2000, frame.slice(0, 1))).rejects.toMatchObject({ code: 'server_busy' });
    await rollup.stop();
    await Promise.all(waiting);
    expect(rollup.stats().waitingBacklog).toBe(0);
  });
});
