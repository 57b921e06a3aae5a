import { expect, test } from 'vitest';

import { keyMeans, stepTo } from './keys.ts';

test.each([
  ['ArrowLeft', false, { kind: 'step', by: -1 }],
  ['ArrowRight', true, { kind: 'step', by: 10 }],
  ['Home', false, { kind: 'end', which: 'first' }],
  ['+', true, { kind: 'zoom', factor: 0.5 }],
  ['PageUp', false, { kind: 'move', share: -0.5 }],
  ['Escape', false, { kind: 'reset' }],
  ['Tab', false, undefined],
  ['a', false, undefined],
] as const)('%s (shift: %s) means %o', (key, shiftKey, move) => {
  expect(keyMeans({ key, shiftKey })).toEqual(move);
});

test('a step passes over holes, and stays at the ends', () => {
  const rows = [0, 1, 2, 3, 4, 5, 6].map((at) => ({
    at,
    from: at,
    to: at,
    values: [0, 3, 4].includes(at) ? {} : { load1: at },
  }));
  expect(stepTo(rows, 2, 1)).toBe(5);
  expect(stepTo(rows, 5, -1)).toBe(2);
  expect(stepTo(rows, 1, -1)).toBe(1);
  expect(stepTo(rows, 6, 10)).toBe(6);
});
