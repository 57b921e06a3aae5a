import { array, check, double, integer, property, tuple } from 'fast-check';
import { expect, test } from 'vitest';

import { RateMeter } from './rate.ts';

test('the first reading of a counter gives no rate, the second the units a second', () => {
  const meter = new RateMeter();
  expect(meter.rate('eth0 rx', 1_000, 0)).toBeUndefined();
  expect(meter.rate('eth0 rx', 4_000, 3_000)).toBe(1_000);
  expect(meter.rate('eth0 rx', 4_000, 6_000)).toBe(0);
});

test('a counter that went back gives no rate once, then goes on from there', () => {
  const meter = new RateMeter();
  meter.rate('x', 4_294_967_000, 0);
  expect(meter.rate('x', 200, 1_000)).toBeUndefined();
  expect(meter.rate('x', 700, 2_000)).toBe(500);
});

test('no time between two readings gives no rate', () => {
  const meter = new RateMeter();
  meter.rate('x', 1, 5);
  expect(meter.rate('x', 2, 5)).toBeUndefined();
});

test('a counter that disappeared starts anew when it returns', () => {
  const meter = new RateMeter();
  meter.rate('gone', 100, 0);
  meter.rate('stays', 100, 1_000);
  meter.forgetOthers(1_000);
  expect(meter.rate('gone', 900, 2_000)).toBeUndefined();
  expect(meter.rate('stays', 200, 2_000)).toBe(100);
});

test('whatever a counter does, a rate is a whole number from 0 to what JSON carries, or absent', () => {
  const step = tuple(double({ min: 0, max: 2 ** 64, noNaN: true }), integer({ min: 0, max: 10 }));
  const fits = property(array(step), (readings) => {
    const meter = new RateMeter();
    let now = 0;
    return readings.every(([value, elapsed]) => {
      now += elapsed;
      const rate = meter.rate('x', value, now) ?? 0;
      return Number.isSafeInteger(rate) && rate >= 0;
    });
  });
  expect(check(fits).failed).toBe(false);
});
