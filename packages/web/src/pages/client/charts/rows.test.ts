import { describe, expect, test } from 'vitest';

import { indexAt, isHole, MAX_LIVE, readingOf, rowsOf, rowsWithin, withReading } from './rows.ts';
import type { Reading, Row } from './rows.ts';

const MINUTE = 60_000;
/** A whole minute. */
const T = 1_800_000_000_000;

const minute = (n: number, cpu = n) => ({ t: T + n * MINUTE, samples: 20, cpu_usage: cpu });
const live = (secs: number, cpu = secs) => ({ at: T + secs * 1000, values: { cpu_usage: cpu } });
const shown = (rows: readonly Row[]) =>
  rows.map(({ at, values }) => [(at - T) / 1000, values.cpu_usage] as const);

describe('averages', () => {
  test('stand in the middle of their step, the last one of what is over of it', () => {
    const rows = rowsOf({ samples: [minute(0), minute(1)], stepMs: MINUTE }, [], 10_000, T + 80_000);
    expect(shown(rows)).toEqual([
      [30, 0],
      [70, 1],
    ]);
  });

  test('have a hole between them where minutes are missing, and no value in it', () => {
    const rows = rowsOf({ samples: [minute(0), minute(4), minute(5)], stepMs: MINUTE }, [], 10_000, T + 1e9);
    expect(shown(rows)).toEqual([
      [30, 0],
      [60, undefined],
      [270, 4],
      [330, 5],
    ]);
  });

  test('of longer steps keep their peaks', () => {
    const sample = { ...minute(0), peaks: { cpu_usage: 99 } };
    expect(rowsOf({ samples: [sample], stepMs: 5 * MINUTE }, [], 0, T + 1e9)[0]?.peaks?.cpu_usage).toBe(99);
  });
});

test('a hole knows which time it is about', () => {
  const rows = rowsOf({ samples: [minute(0), minute(4)], stepMs: MINUTE }, [live(900)], 10_000, T + 901_000);
  expect(rows.filter(isHole).map(({ from, to }) => [(from - T) / MINUTE, (to - T) / MINUTE])).toEqual([
    [1, 4],
    [5, 15],
  ]);
});

test('of a part of the time those are taken that are in it, and one on either side', () => {
  const samples = [0, 1, 2, 3, 4].map((n) => minute(n));
  const rows = rowsOf({ samples, stepMs: MINUTE }, [], 0, T + 1e9);
  const within = (from: number, to: number) =>
    rowsWithin(rows, T + from * MINUTE, T + to * MINUTE).map(({ values }) => values.cpu_usage);
  expect(within(2, 3)).toEqual([1, 2, 3]);
  expect(within(-9, 9)).toEqual([0, 1, 2, 3, 4]);
  expect(within(7, 9)).toEqual([]);
  expect(within(-9, -7)).toEqual([]);
});

describe('readings as they come', () => {
  test('go on from the averages', () => {
    const samples = { samples: [minute(0), minute(1)], stepMs: MINUTE };
    const rows = rowsOf(samples, [live(50), live(100), live(103)], 10_000, T + 104_000);
    // The first belongs to a minute that has its average; the last average was not over when the page was opened.
    expect(shown(rows)).toEqual([
      [30, 0],
      [82, 1],
      [100, 100],
      [103, 103],
    ]);
  });

  test('take the place of the average of their own minute once they are most of it', () => {
    const samples = { samples: [minute(0), minute(1)], stepMs: MINUTE };
    const rows = rowsOf(samples, [live(61), live(64), live(67)], 10_000, T + 68_000);
    expect(shown(rows)).toEqual([
      [30, 0],
      [61, 61],
      [64, 64],
      [67, 67],
    ]);
  });

  test('have a hole between them where none came', () => {
    const rows = rowsOf({ samples: [], stepMs: MINUTE }, [live(0), live(3), live(30)], 10_000, T + 31_000);
    expect(shown(rows)).toEqual([
      [0, 0],
      [3, 3],
      [3.001, undefined],
      [30, 30],
    ]);
  });

  test('have one before them after an outage', () => {
    const rows = rowsOf({ samples: [minute(0)], stepMs: MINUTE }, [live(300)], 10_000, T + 301_000);
    expect(shown(rows).map(([, cpu]) => cpu)).toEqual([0, undefined, 300]);
  });
});

test('so many readings are kept, and then the oldest goes', () => {
  let kept: readonly Reading[] = [];
  for (let n = 0; n < MAX_LIVE; n++) kept = withReading(kept, live(n));
  expect([kept.length, kept[0]?.at]).toEqual([MAX_LIVE, T]);
  expect([withReading(kept, live(1e6)).length, withReading(kept, live(1e6))[0]?.at]).toEqual([
    MAX_LIVE,
    T + 1000,
  ]);
});

test('a reading that is missing is absent, never zero', () => {
  expect(
    readingOf({
      hostname: 'a',
      cpu_usage: 0,
      network: [],
      disks: [{ mount: '/', filesystem: 'x', total: 0, used: 0 }],
    }),
  ).toEqual({
    cpu_usage: 0,
  });
  expect(
    readingOf({
      hostname: 'a',
      load_average: [1, 2, 3],
      network: [
        { interface: 'a', rx_bytes_per_sec: 1, tx_bytes_per_sec: 2 },
        { interface: 'b', rx_bytes_per_sec: 3, tx_bytes_per_sec: 4 },
      ],
      disks: [
        { mount: '/', filesystem: 'x', total: 10, used: 5 },
        { mount: '/data', filesystem: 'x', total: 100, used: 60 },
      ],
    }),
  ).toEqual({ load1: 1, rx_bytes_per_sec: 4, tx_bytes_per_sec: 6, disk_used: 60, disk_total: 100 });
});

test('the row at a moment is the nearest one, unless that is a hole', () => {
  const rows = rowsOf({ samples: [minute(0), minute(9)], stepMs: MINUTE }, [], 0, T + 1e9);
  const at = (secs: number) => rows[indexAt(rows, T + secs * 1000) ?? -1]?.values.cpu_usage;
  expect([at(-100), at(31), at(58), at(400), at(1e6)]).toEqual([0, 0, undefined, 9, 9]);
  expect(indexAt([], T)).toBeUndefined();
});
