import { expect, it } from 'vitest';

import { createEventRing } from './ring.ts';

const about = { topic: 'client', clientId: undefined } as const;

it('numbers events from 1 without gaps and keeps the newest', () => {
  const ring = createEventRing({ events: 3, bytes: 1000 });
  expect([ring.oldest, ring.newest]).toEqual([1, 0]);
  for (let n = 1; n <= 5; n++) ring.add(about, (number) => `event ${number}`);
  expect([ring.oldest, ring.newest]).toEqual([3, 5]);
  expect([2, 3, 4, 5, 6].map((number) => ring.at(number)?.frame)).toEqual([
    undefined,
    'event 3',
    'event 4',
    'event 5',
    undefined,
  ]);
});

it('keeps as many bytes as it may, and not one more', () => {
  const ring = createEventRing({ events: 100, bytes: 30 });
  for (let n = 1; n <= 3; n++) ring.add(about, () => '0123456789');
  expect(ring.oldest).toBe(1);
  ring.add(about, () => 'x');
  expect(ring.oldest).toBe(2);
});

it('counts bytes, not characters', () => {
  const ring = createEventRing({ events: 100, bytes: 12 });
  ring.add(about, () => '主机');
  expect(ring.at(1)?.bytes).toBe(6);
});

it('keeps the newest even when it alone is too large', () => {
  const ring = createEventRing({ events: 100, bytes: 5 });
  ring.add(about, () => 'a');
  ring.add(about, () => '0123456789');
  expect([ring.oldest, ring.newest]).toEqual([2, 2]);
});
