import { expect, test } from 'vitest';

import { UUID_PATTERN } from '@ops/protocol/domain/id.ts';

import { createSeededRandom } from './seeded-random.ts';

function draw(seed: number) {
  const random = createSeededRandom(seed);
  return [random.unit(), random.uuid(), random.bytes(8).toString('hex')];
}

test('the same seed gives the same values, another seed others', () => {
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});

test('uuids are of version 4 and do not repeat', () => {
  const random = createSeededRandom(1);
  const ids = Array.from({ length: 10_000 }, () => random.uuid());
  expect(new Set(ids).size).toBe(10_000);
  for (const id of ids) expect(id).toMatch(UUID_PATTERN);
});

test('unit spreads evenly over 0 to 1', () => {
  const random = createSeededRandom(2);
  const bins = Array.from({ length: 10 }, () => 0);
  for (let i = 0; i < 100_000; i++) {
    const value = random.unit();
    bins[Math.floor(value * 10)]!++;
  }
  for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(500);
});
