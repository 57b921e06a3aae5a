import { array, assert, constantFrom, property, uniqueArray } from 'fast-check';
import { expect, it } from 'vitest';

import { createSlots } from './slots.ts';

const placed = (slots: ReturnType<typeof createSlots>, ids: string): Record<string, number> =>
  Object.fromEntries(slots.place(Array.from(ids)));

it('gives the place of a host that leaves to one that comes, and to nobody that stays another', () => {
  const slots = createSlots();
  expect(placed(slots, 'abcd')).toEqual({ a: 0, b: 1, c: 2, d: 3 });
  expect(placed(slots, 'cdef')).toEqual({ c: 2, d: 3, e: 0, f: 1 });
  // In another order, they are where they were.
  expect(placed(slots, 'fedc')).toEqual({ c: 2, d: 3, e: 0, f: 1 });
});

it('has as many places as there are hosts, and more only when more come', () => {
  const slots = createSlots();
  slots.place(Array.from('abcd'));
  expect(placed(slots, 'd')).toEqual({ d: 3 });
  expect(placed(slots, 'dxyz')).toEqual({ d: 3, x: 0, y: 1, z: 2 });
  expect(placed(slots, 'dxyzq')).toEqual({ d: 3, x: 0, y: 1, z: 2, q: 4 });
});

it('never has two hosts in one place, whoever comes and leaves', () => {
  const sight = uniqueArray(constantFrom(...Array.from('abcdefghijkl')));
  assert(
    property(array(sight, { maxLength: 20 }), (sights) => {
      const slots = createSlots();
      let before: ReadonlyMap<string, number> = new Map();
      for (const ids of sights) {
        const now = new Map(slots.place(ids));
        expect([...now.keys()].toSorted()).toEqual(ids.toSorted());
        expect(new Set(now.values()).size).toBe(now.size);
        for (const [id, slot] of now) expect(before.get(id) ?? slot).toBe(slot);
        expect(slots.place(ids)).toEqual(now);
        before = now;
      }
    }),
  );
});
