import { expect, test } from 'vitest';

import { createFreshness } from './freshness.ts';

test('lost with the first picture, at its time, and live again with the last', () => {
  let now = 1000;
  const { lostAt, lost } = createFreshness({ wall: () => now });
  expect(lostAt.get()).toBeUndefined();
  const first = lost();
  now = 2000;
  const second = lost();
  expect(lostAt.get()).toBe(1000);
  first();
  first();
  expect(lostAt.get()).toBe(1000);
  second();
  expect(lostAt.get()).toBeUndefined();
  lost();
  expect(lostAt.get()).toBe(2000);
});
