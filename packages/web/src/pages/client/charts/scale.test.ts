import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { linesOf, scaleOf } from './scale.ts';

test('a share is of a hundred', () => {
  expect(scaleOf('percent', 3)).toEqual({ top: 100, step: 25 });
  expect(linesOf(scaleOf('percent', undefined))).toEqual([0, 25, 50, 75, 100]);
});

test.each([
  ['load', undefined, [0, 0.5, 1]],
  ['load', 0.02, [0, 0.5, 1]],
  ['load', 3.2, [0, 1, 2, 3, 4]],
  ['load', 130, [0, 50, 100, 150]],
  ['rate', 0, [0, 4096, 8192, 12_288, 16_384]],
  ['rate', 5 * 2 ** 20, [0, 2 * 2 ** 20, 4 * 2 ** 20, 6 * 2 ** 20]],
] as const)('a %s up to %s has these lines', (unit, highest, lines) => {
  expect(linesOf(scaleOf(unit, highest))).toEqual(lines);
});

test('nothing is above the scale, and it has few lines', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('load' as const, 'rate' as const),
      fc.double({ min: 0, max: 1e15, noNaN: true }),
      (unit, highest) => {
        const scale = scaleOf(unit, highest);
        expect(scale.top).toBeGreaterThanOrEqual(highest * (1 - 1e-8));
        expect(linesOf(scale).length).toBeLessThanOrEqual(5);
        expect(linesOf(scale).length).toBeGreaterThanOrEqual(3);
      },
    ),
  );
});
