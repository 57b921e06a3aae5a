import { expect, it } from 'vitest';

import { Allowance } from './allowance.ts';

const takeAll = (allowance: Allowance, now: number): number => {
  let taken = 0;
  while (taken < 1000 && allowance.take(now)) taken++;
  return taken;
};

it('so many at once, then as many as time has earned, never more than a period is worth', () => {
  const allowance = new Allowance(20, 1000, 0);
  expect(takeAll(allowance, 0)).toBe(20);
  expect(takeAll(allowance, 49)).toBe(0);
  expect(takeAll(allowance, 50)).toBe(1);
  expect(takeAll(allowance, 550)).toBe(10);
  expect(takeAll(allowance, 1_000_000)).toBe(20);
});

it('a steady rate at the limit passes for ever, however late single ones are', () => {
  const allowance = new Allowance(20, 1000, 0);
  for (let i = 1; i < 5000; i++) expect(allowance.take(i * 50 + (i % 7) * 30)).toBe(true);
});
