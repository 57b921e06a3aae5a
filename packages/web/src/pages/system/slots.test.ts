import { array, assert, constantFrom, integer, property, tuple, uniqueArray } from 'fast-check';
import { expect, it } from 'vitest';

import { createSlots } from './slots.ts';
import type { Placed, Slots } from './slots.ts';

const sightOf = (ids: string, from = 0): Placed[] =>
  Array.from(ids).map((id, nth) => ({ index: from + nth, id }));
const placed = (slots: Slots, ids: string, from?: number): Record<string, number> =>
  Object.fromEntries(slots.place(sightOf(ids, from)));

it('gives what drew a host to the one that stands in its place', () => {
  const slots = createSlots();
  expect(placed(slots, 'abcd')).toEqual({ a: 0, b: 1, c: 2, d: 3 });
  expect(placed(slots, 'xycd')).toEqual({ x: 0, y: 1, c: 2, d: 3 });
});

it('leaves a host what draws it wherever it goes', () => {
  const slots = createSlots();
  placed(slots, 'abcd');
  expect(placed(slots, 'dcba')).toEqual({ a: 0, b: 1, c: 2, d: 3 });
  // The place of the one that is gone has been taken by one that was there.
  expect(placed(slots, 'dcxa')).toEqual({ a: 0, x: 1, c: 2, d: 3 });
  expect(placed(slots, 'xdca')).toEqual({ a: 0, x: 1, c: 2, d: 3 });
});

it('takes away and builds where one scrolls: nothing changes its order', () => {
  const slots = createSlots();
  placed(slots, 'cdef', 2);
  expect(placed(slots, 'efgh', 4)).toEqual({ e: 2, f: 3, g: 4, h: 5 });
  expect(placed(slots, 'defg', 3)).toEqual({ d: 6, e: 2, f: 3, g: 4 });
});

it('never draws two hosts by one, whoever comes and leaves', () => {
  const ids = uniqueArray(constantFrom(...Array.from('abcdefghijkl')));
  assert(
    property(array(tuple(ids, integer({ min: 0, max: 6 })), { maxLength: 20 }), (sights) => {
      const slots = createSlots();
      let before: ReadonlyMap<string, number> = new Map();
      for (const [order, from] of sights) {
        const sight = sightOf(order.join(''), from);
        const now = slots.place(sight);
        expect([...now.keys()].toSorted()).toEqual(order.toSorted());
        expect(new Set(now.values()).size).toBe(now.size);
        for (const [id, slot] of now) expect(before.get(id) ?? slot).toBe(slot);
        expect(slots.place(sight)).toEqual(now);
        before = now;
      }
    }),
  );
});
