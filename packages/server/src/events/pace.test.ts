import { expect, it } from 'vitest';

import { createPace } from './pace.ts';

it('lets a burst go at once and not one byte more', () => {
  const pace = createPace(1000, 200, 0);
  expect(pace.take(200, 0)).toBe(true);
  expect(pace.take(1, 0)).toBe(false);
});

it('says how long to wait, and then they may go', () => {
  const pace = createPace(1000, 200, 0);
  pace.take(200, 0);
  expect(pace.waitMs(80, 0)).toBe(100);
  expect(pace.take(80, 99)).toBe(false);
  expect(pace.take(80, 100)).toBe(true);
});

it('never lets more go in any second than it may', () => {
  const pace = createPace(1000, 200, 0);
  const gone: { at: number; bytes: number }[] = [];
  for (let now = 5000; now < 10_000; now++) if (pace.take(37, now)) gone.push({ at: now, bytes: 37 });
  const inSecond = (from: number): number =>
    gone.reduce((sum, { at, bytes }) => sum + (at >= from && at < from + 1000 ? bytes : 0), 0);
  for (let from = 4000; from < 10_000; from++) expect(inSecond(from)).toBeLessThanOrEqual(1000);
  expect(inSecond(8000)).toBeGreaterThan(740);
});
