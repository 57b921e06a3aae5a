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

test('a step goes from stop to stop, and stays at the ends', () => {
  const stops = [1, 2, 5, 6];
  expect(stepTo(stops, 2, 1)).toBe(5);
  expect(stepTo(stops, 5, -1)).toBe(2);
  expect(stepTo(stops, 1, -1)).toBe(1);
  expect(stepTo(stops, 6, 10)).toBe(6);
  expect(stepTo(stops, 9, -1)).toBe(5);
  expect(stepTo([], 4, 1)).toBe(4);
});
