import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { expect, test } from 'vitest';

import { createPulse } from './pulse.ts';

function given() {
  const clock = new ManualClock();
  const beats: number[] = [];
  const pulse = createPulse(clock, () => beats.push(clock.mono()));
  return { clock, beats, pulse };
}

test('the first beat comes after a second, then one each interval', () => {
  const { clock, beats, pulse } = given();
  pulse.every(3_000);
  clock.advance(10_000);
  expect(beats).toEqual([1_000, 4_000, 7_000, 10_000]);
});

test('a new pace does not beat twice within a second, and does not wait when the last beat is long ago', () => {
  const { clock, beats, pulse } = given();
  pulse.every(15_000);
  clock.advance(1_200);
  pulse.every(3_000);
  clock.advance(800);
  expect(beats).toEqual([1_000, 2_000]);
  pulse.every(60_000);
  clock.advance(50_000);
  expect(beats).toEqual([1_000, 2_000, 3_000]);
  pulse.every(3_000);
  clock.advance(0);
  expect(beats.at(-1)).toBe(52_000);
});

test('a pace faster than a second begins at once', () => {
  const { clock, beats, pulse } = given();
  pulse.every(50);
  clock.advance(200);
  expect(beats).toEqual([50, 100, 150, 200]);
});

test('stopped, it leaves no timer', () => {
  const { clock, beats, pulse } = given();
  pulse.every(3_000);
  pulse.stop();
  pulse.every(3_000);
  clock.advance(5_000);
  pulse.stop();
  expect(clock.pending).toBe(0);
  expect(beats).toEqual([1_000, 4_000]);
});
