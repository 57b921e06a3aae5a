import { expect, test } from 'vitest';

import { ManualClock } from './manual-clock.ts';
import { createTimerWheel } from './timer-wheel.ts';

test('timers fire at the first tick not before their time, also beyond a full turn of the wheel', () => {
  const clock = new ManualClock();
  const wheel = createTimerWheel(clock, 2);
  const fired: [number, number][] = [];
  for (const ms of [0, 1, 2, 9, 8191, 8192, 8193, 30_000]) {
    wheel.after(ms, () => fired.push([ms, clock.mono()]));
  }
  clock.advance(40_000);
  expect(fired).toEqual([
    [0, 2],
    [1, 2],
    [2, 2],
    [9, 10],
    [8191, 8192],
    [8192, 8192],
    [8193, 8194],
    [30_000, 30_000],
  ]);
  wheel.stop();
  expect(clock.pending).toBe(0);
});

test('a timer set while one fires keeps its time', () => {
  const clock = new ManualClock();
  const wheel = createTimerWheel(clock, 2);
  const at: number[] = [];
  const again = (): void => {
    at.push(clock.mono());
    if (at.length < 3) wheel.after(10, again);
  };
  wheel.after(10, again);
  clock.advance(100);
  expect(at).toEqual([10, 20, 30]);
  wheel.stop();
});
