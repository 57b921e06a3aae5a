import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { figuresOf } from '@ops/protocol/domain/figures.ts';
import type { TimedSample } from '@ops/protocol/domain/sample.ts';
import { MAX_MINUTES, minuteSample } from '@ops/protocol/http/clients.ts';
import type { MinuteSample } from '@ops/protocol/http/clients.ts';
import { decode } from '@ops/protocol/schema.ts';
import { exampleSample } from '@ops/testkit/example-messages.ts';
import { until } from '@ops/testkit/until.ts';

import { idOf } from '../fleet/test-fleet.ts';
import { CHUNK_ROWS, RETRY_MS } from './closed-minutes.ts';
import { MINUTE_MS, READINGS } from './minute.ts';
import type { Rollup } from './rollup.ts';
import { IDLE_SECS } from './rollup.ts';
import { DAY_MS, MAX_FUTURE_MS, RETENTION_MS } from './sample-time.ts';
import { anySample, expectClose, readingsOf, testRollup } from './test-samples.ts';

const A = idOf(1);
const FOREVER: readonly [number, number] = [0, 8e15];

const all = (rollup: Rollup, id = A) => rollup.list(id, ...FOREVER);

/** Averages by minute, computed the plain way. */
function expected(samples: readonly TimedSample[]): MinuteSample[] {
  const minutes = Map.groupBy(samples, ({ t }) => Math.floor(t / MINUTE_MS));
  return [...minutes.keys()]
    .toSorted((a, b) => a - b)
    .map((minute) => {
      const of = minutes.get(minute)!;
      const out: MinuteSample = { t: minute * MINUTE_MS, samples: of.length };
      for (const reading of READINGS) {
        const values = of.map((sample) => readingsOf(sample)[reading]).filter((each) => each !== undefined);
        if (values.length > 0) out[reading] = values.reduce((a, b) => a + b) / values.length;
      }
      return out;
    });
}

function expectSame(actual: readonly MinuteSample[], wanted: readonly MinuteSample[]): void {
  expect(actual.map(({ t, samples }) => ({ t, samples }))).toEqual(
    wanted.map(({ t, samples }) => ({ t, samples })),
  );
  for (const [at, minute] of wanted.entries()) {
    expect(Object.keys(actual[at]!).toSorted()).toEqual(Object.keys(minute).toSorted());
    for (const reading of READINGS) expectClose(actual[at]![reading], minute[reading]);
    expect(decode(minuteSample, actual[at])).toEqual(actual[at]);
  }
}

/** The same in points of so many minutes, computed the plain way. */
function expectedPoints(minutes: readonly MinuteSample[], step: number): MinuteSample[] {
  const length = step * MINUTE_MS;
  const points = Map.groupBy(minutes, ({ t }) => Math.floor(t / length));
  return [...points].map(([start, of]) => {
    const out: MinuteSample = {
      t: start * length,
      samples: of.reduce((sum, { samples }) => sum + samples, 0),
    };
    const peaks: NonNullable<MinuteSample['peaks']> = {};
    for (const reading of READINGS) {
      const there = of.filter((minute) => minute[reading] !== undefined);
      if (there.length === 0) continue;
      const weight = there.reduce((sum, { samples }) => sum + samples, 0);
      out[reading] = there.reduce((sum, minute) => sum + minute[reading]! * minute.samples, 0) / weight;
      Object.assign(peaks, { [reading]: Math.max(...there.map((minute) => minute[reading]!)) });
    }
    return Object.assign(out, { peaks });
  });
}

describe('points of several minutes', () => {
  it('are the averages of their minutes and the highest of them, stored or in memory', async () => {
    expect.hasAssertions();
    await using test = await testRollup();
    const base = test.clock.wall();
    let client = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(anySample, fc.nat(400_000)), { minLength: 1, maxLength: 12 }),
        fc.constantFrom(2, 5, 15),
        async (steps, step) => {
          const id = idOf(++client);
          // Not over midnight: another test is about days.
          const [from, to] = [base, base + 6 * 3_600_000];
          let t = base;
          const told: TimedSample[] = [];
          const half = Math.ceil(steps.length / 2);
          for (const [at, [sample, pause]] of steps.entries()) {
            t += pause;
            if (at === half) {
              await test.rollup.stop();
              // Parts of one minute are merged as minutes are, which another test looks at.
              t = Math.ceil((t + 1) / MINUTE_MS) * MINUTE_MS;
            }
            told.push({ ...sample, t });
            test.rollup.live(id).add(figuresOf(sample), t);
          }
          const points = await test.rollup.list(id, from, to, step);
          const wanted = expectedPoints(await all(test.rollup, id), step);
          expect(points.map(({ t: start, samples }) => [start, samples])).toEqual(
            wanted.map(({ t: start, samples }) => [start, samples]),
          );
          expect(points.reduce((sum, { samples }) => sum + samples, 0)).toBe(told.length);
          for (const [at, point] of wanted.entries()) {
            for (const reading of READINGS) {
              expectClose(points[at]![reading], point[reading], 0.001);
              expectClose(points[at]!.peaks?.[reading], point.peaks?.[reading], 0.001);
            }
            expect(decode(minuteSample, points[at])).toEqual(points[at]);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('of a month are read half a day at a time, and others have their turn between', async () => {
    await using test = await testRollup();
    const { rollup, clock, store } = test;
    const now = clock.wall();
    const days = 30;
    // A minute at each end of a day, so that no point is of two.
    await store.add(
      Array.from({ length: 2 * days }, (_, n) => ({
        clientId: A,
        minute: (now - DAY_MS * Math.ceil((n + 1) / 2)) / MINUTE_MS + (n % 2) * 1439,
        samples: 1,
        averages: READINGS.map(() => n),
      })),
    );
    const before = clock.pending;
    const list = rollup.list(A, now - days * DAY_MS, now - 1, 60);
    for (let part = 1; part < 2 * days; part++) {
      await until(() => clock.pending > before, { what: 'the pause before the next part' });
      clock.advance(0);
    }
    const points = await list;
    expect(points.map(({ t }) => (t - now) / 3_600_000)).toEqual(
      Array.from({ length: days }, (_, day) => [(day - days) * 24, (day - days) * 24 + 23]).flat(),
    );
    expect(points.at(-1)).toMatchObject({ samples: 1, cpu_usage: 1, peaks: { cpu_usage: 1 } });
    expect(clock.pending).toBe(before);
  });

  it('of which a part is stored and a part in memory are merged', async () => {
    await using test = await testRollup();
    const t = test.clock.wall();
    for (const cpu_usage of [10, 20, 30]) test.rollup.live(A).add(figuresOf({ cpu_usage, used_swap: 5 }), t);
    await test.rollup.stop();
    const after = test.restarted();
    after.live(A).add(figuresOf({ cpu_usage: 60, load_average: [1, 2, 3] }), t + MINUTE_MS);
    expect(await after.list(A, t, t, 5)).toEqual([
      {
        t,
        samples: 4,
        cpu_usage: 30,
        used_swap: 5,
        load1: 1,
        peaks: { cpu_usage: 60, used_swap: 5, load1: 1 },
      },
    ]);
  });

  it('begin within the time asked for, and hold nothing of the time before', async () => {
    await using test = await testRollup();
    const { rollup, clock } = test;
    const now = clock.wall();
    for (let minute = 0; minute < 20; minute++)
      rollup.live(A).add(figuresOf({ cpu_usage: minute }), now + minute * MINUTE_MS);
    const points = await rollup.list(A, now + 1, now + 10 * MINUTE_MS, 5);
    expect(points).toEqual([
      { t: now + 5 * MINUTE_MS, samples: 5, cpu_usage: 7, peaks: { cpu_usage: 9 } },
      { t: now + 10 * MINUTE_MS, samples: 5, cpu_usage: 12, peaks: { cpu_usage: 14 } },
    ]);
  });
});

describe('live samples', () => {
  it('become averages by minute, the same in memory and in the database', async () => {
    expect.hasAssertions();
    await using test = await testRollup();
    const base = test.clock.wall();
    let client = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(anySample, fc.nat(40_000)), { minLength: 1, maxLength: 20 }),
        async (steps) => {
          const id = idOf(++client);
          const { rollup } = test;
          const samples: TimedSample[] = [];
          let t = base;
          for (const [sample, pause] of steps) {
            t += pause;
            samples.push({ ...sample, t });
            rollup.live(id).add(figuresOf(sample), t);
          }
          expectSame(await all(rollup, id), expected(samples));
          if (client % 10 === 0) {
            await rollup.stop();
            expectSame(await all(test.restarted(), id), expected(samples));
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('of a minute that a restart cut in two are merged, weighted by their number', async () => {
    await using test = await testRollup();
    const { rollup, clock } = test;
    const t = clock.wall();
    for (const cpu_usage of [10, 20, 30]) rollup.live(A).add(figuresOf({ cpu_usage, used_swap: 5 }), t);
    await rollup.stop();
    const after = test.restarted();
    after.live(A).add(figuresOf({ cpu_usage: 60, load_average: [1, 2, 3] }), t + 1000);
    const whole = [{ t, samples: 4, cpu_usage: 30, used_swap: 5, load1: 1 }];
    // Half stored, half at hand; then all stored.
    expect(await all(after)).toEqual(whole);
    await after.stop();
    expect(await all(after)).toEqual(whole);
  });

  it('are written each second once their minute is over, also when the client is gone', async () => {
    await using test = await testRollup();
    const { rollup, clock, store } = test;
    const minutes = () => store.list(A, 0, 1e9, 10);
    const t = clock.wall();
    rollup.start();
    rollup.live(A).add(figuresOf({ cpu_usage: 1 }), t);
    await clock.advanceAsync(2000);
    expect(await minutes()).toEqual([]);
    rollup.live(A).add(figuresOf({ cpu_usage: 2 }), t + MINUTE_MS);
    await clock.advanceAsync(1000);
    await until(async () => (await minutes()).length === 1, { what: 'the minute that is over' });
    await clock.advanceAsync(IDLE_SECS * 1000);
    await until(async () => (await minutes()).length === 2, {
      what: 'the last minute of a client that is gone',
    });
    expect(rollup.stats()).toMatchObject({ open: 0, waiting: 0 });
  });

  it('of 10,000 clients whose minute ends together are written in chunks', async () => {
    await using test = await testRollup();
    const { rollup, clock } = test;
    const t = clock.wall();
    const sample = exampleSample();
    const clients = 10_000;
    for (let n = 0; n < clients; n++) rollup.live(idOf(n)).add(figuresOf(sample), t);
    for (let n = 0; n < clients; n++) rollup.live(idOf(n)).add(figuresOf(sample), t + MINUTE_MS);
    expect(rollup.stats()).toMatchObject({ open: clients, waiting: clients });
    rollup.start();
    clock.advance(1000);
    await until(() => rollup.stats().waiting === 0, { what: 'all written', within: 20_000 });
    await until(() => test.samples.database.counts.waiting === 0, { what: 'the last chunk' });
    expect(test.samples.database.counts.changes).toBe(clients / CHUNK_ROWS);
    const { count } = await test.samples.database.query
      .selectFrom('minute_samples')
      .select((of) => of.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    expect(count).toBe(clients);
  });

  it('are refused a day in the future and when older than what is kept, and counted', async () => {
    await using test = await testRollup();
    const { rollup, clock } = test;
    const now = clock.wall();
    const taken = [now + MAX_FUTURE_MS, now - RETENTION_MS];
    for (const t of [...taken, now + MAX_FUTURE_MS + 1, now - RETENTION_MS - 1])
      rollup.live(A).add(figuresOf({ cpu_usage: 1 }), t);
    expect((await all(rollup)).map(({ t }) => t)).toEqual(taken.toReversed());
    expect(rollup.stats().dropped).toMatchObject({ sample_future: 1, sample_old: 1 });
  });
});

describe('the history of a client', () => {
  it('holds the minutes that begin between two times, oldest first', async () => {
    await using test = await testRollup();
    const { rollup, clock } = test;
    const base = clock.wall();
    for (const minute of [0, 1, 2, 3])
      rollup.live(A).add(figuresOf({ cpu_usage: minute }), base + minute * MINUTE_MS);
    const between = async (from: number, to: number) =>
      (await rollup.list(A, from, to)).map((each) => each.cpu_usage);
    expect(await between(base + MINUTE_MS, base + 2 * MINUTE_MS)).toEqual([1, 2]);
    expect(await between(base + 1, base + 3 * MINUTE_MS - 1)).toEqual([1, 2]);
    expect(await between(base + 3 * MINUTE_MS, base + DAY_MS)).toEqual([3]);
    expect(await rollup.list(idOf(2), ...FOREVER)).toEqual([]);
  });

  it('is the newest day when more was asked for', async () => {
    await using test = await testRollup();
    const { rollup, clock } = test;
    const newest = clock.wall();
    const first = newest - MAX_MINUTES * MINUTE_MS;
    const samples = Array.from({ length: MAX_MINUTES + 1 }, (_, n) => ({
      t: first + n * MINUTE_MS,
      cpu_usage: 1,
    }));
    await rollup.backlog(A, samples.slice(0, -1));
    rollup.live(A).add(figuresOf({ cpu_usage: 2 }), newest);
    const minutes = await all(rollup);
    expect(minutes).toHaveLength(MAX_MINUTES);
    expect([minutes[0]?.t, minutes.at(-1)?.t]).toEqual([first + MINUTE_MS, newest]);
  });

  it('counts nothing twice while it is being written', async () => {
    await using test = await testRollup();
    const { rollup, clock } = test;
    const t = clock.wall();
    rollup.start();
    for (let n = 1; n <= 40; n++) {
      rollup.live(A).add(figuresOf({ cpu_usage: n }), t + n * MINUTE_MS);
      clock.advance(1000);
      const minutes = await all(rollup);
      expect(minutes.map(({ samples }) => samples)).toEqual(minutes.map(() => 1));
      expect(minutes).toHaveLength(n);
    }
  });

  it('goes with the client, also what was not written yet', async () => {
    await using test = await testRollup();
    const { rollup, clock, store } = test;
    const t = clock.wall();
    await rollup.backlog(A, [{ t, cpu_usage: 1 }]);
    rollup.live(A).add(figuresOf({ cpu_usage: 2 }), t + MINUTE_MS);
    rollup.live(A).add(figuresOf({ cpu_usage: 3 }), t + 2 * MINUTE_MS);
    rollup.live(idOf(2)).add(figuresOf({ cpu_usage: 4 }), t);
    await rollup.forget(A);
    await rollup.stop();
    expect(await all(rollup)).toEqual([]);
    expect(await store.progress(A)).toBe(-1);
    expect(await all(rollup, idOf(2))).toHaveLength(1);
  });
});

describe('samples on a full disk', () => {
  it('wait in memory, are shown, and are written when there is room again', async () => {
    let pages: number | undefined = 40;
    await using test = await testRollup({ maxPages: () => pages });
    const { rollup, clock, store, samples } = test;
    const t = clock.wall();
    let n = 0;
    rollup.start();
    await until(
      async () => {
        for (let more = 0; more < 500; more++) {
          rollup.live(idOf(++n)).add(figuresOf(exampleSample()), t);
          rollup.live(idOf(n)).add(figuresOf(exampleSample()), t + MINUTE_MS);
        }
        await clock.advanceAsync(1000);
        return samples.database.fault;
      },
      { what: 'a full disk' },
    );
    await until(() => test.log.lines.length > 0, { what: 'a line in the log' });
    await clock.advanceAsync(30_000);
    expect(test.log.lines.filter((line) => line.level === 'error')).toHaveLength(1);
    for (let m = 1; m <= n; m += 97) expect(await all(rollup, idOf(m))).toHaveLength(2);

    pages = undefined;
    await until(
      async () => {
        await clock.advanceAsync(RETRY_MS);
        return rollup.stats().waiting === 0 && samples.database.fault === undefined;
      },
      { what: 'everything written', within: 15_000 },
    );
    await rollup.stop();
    for (let m = 1; m <= n; m += 97) {
      expect((await store.list(idOf(m), 0, 1e9, 10)).map((minute) => minute.samples)).toEqual([1, 1]);
    }
    expect(rollup.stats().dropped.sample_minute).toBe(0);
  });
});
