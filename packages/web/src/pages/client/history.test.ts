import { expect, test } from 'vitest';

import { ceilingOf, lineOf, memoryShare, sumOf } from './history.ts';

test('a minute without the reading is a hole, not zero', () => {
  const samples = [
    { t: 0, samples: 1, cpu_usage: 5 },
    { t: 60_000, samples: 1 },
    { t: 120_000, samples: 1, cpu_usage: 0 },
  ];
  expect(lineOf(samples, (sample) => sample.cpu_usage)).toEqual([
    { at: 0, value: 5 },
    { at: 120_000, value: 0 },
  ]);
});

test('memory is a share of what there is', () => {
  expect(memoryShare({ t: 0, samples: 1, used_memory: 1, total_memory: 4 })).toBe(25);
  expect(memoryShare({ t: 0, samples: 1, used_memory: 1 })).toBeUndefined();
});

test('the ceiling leaves air, and is never below the least', () => {
  expect(ceilingOf([[{ at: 0, value: 100 }]], 10)).toBeCloseTo(110);
  expect(ceilingOf([[{ at: 0, value: 1 }]], 10)).toBe(10);
  expect(ceilingOf([[]], 10)).toBe(10);
});

test('a sum of nothing is absent, not zero', () => {
  expect(sumOf([1, undefined, 2])).toBe(3);
  expect(sumOf([undefined])).toBeUndefined();
  expect(sumOf([])).toBeUndefined();
});
