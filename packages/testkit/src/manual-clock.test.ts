import { expect, test } from 'vitest';

import { sleep } from '@ops/runtime/clock.ts';

import { ManualClock } from './manual-clock.ts';

test('timers fire in the order of their time, then of their making, each at its own time', () => {
  const clock = new ManualClock();
  const fired: [string, number][] = [];
  const note = (name: string) => () => fired.push([name, clock.mono()]);
  clock.after(30, note('c'));
  clock.after(10, note('a'));
  clock.after(30, note('d'));
  clock.every(20, note('b'));
  clock.advance(45);
  expect(fired).toEqual([
    ['a', 10],
    ['b', 20],
    ['c', 30],
    ['d', 30],
    ['b', 40],
  ]);
  expect(clock.mono()).toBe(45);
  expect(clock.pending).toBe(1);
});

test('a timer set by a timer fires within the same advance when it falls due', () => {
  const clock = new ManualClock();
  let at = 0;
  clock.after(10, () => clock.after(10, () => (at = clock.mono())));
  clock.advance(25);
  expect(at).toBe(20);
});

test('a cancelled timer does not fire, not even when cancelled by one of the same time', () => {
  const clock = new ManualClock();
  const fired: string[] = [];
  const first = clock.after(10, () => second.cancel());
  const second = clock.after(10, () => fired.push('second'));
  clock.advance(10);
  first.cancel();
  expect(fired).toEqual([]);
});

test('setWall moves the wall clock only', () => {
  const clock = new ManualClock(1_000);
  let fired = false;
  clock.after(1, () => (fired = true));
  clock.setWall(5_000_000);
  expect([clock.wall(), clock.mono(), fired]).toEqual([5_000_000, 0, false]);
  clock.advance(1);
  expect([clock.wall(), clock.mono(), fired]).toEqual([5_000_001, 1, true]);
});

test('advanceAsync lets promises run between timers', async () => {
  const clock = new ManualClock();
  const woken: number[] = [];
  const walk = (async () => {
    for (let step = 0; step < 3; step++) {
      await sleep(clock, 10);
      woken.push(clock.mono());
    }
  })();
  await clock.advanceAsync(30);
  await walk;
  expect(woken).toEqual([10, 20, 30]);
});

test('a timer that sets itself again without delay is told as a loop', () => {
  const clock = new ManualClock();
  const again = (): void => void clock.after(0, again);
  again();
  expect(() => clock.advance(1)).toThrow('for ever');
});
