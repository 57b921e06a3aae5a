import { expect, test } from 'vitest';

import { watchActivity } from './activity.ts';
import type { Activity } from './activity.ts';

function page() {
  const target = new EventTarget();
  const seen: Activity[] = [];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of a document it uses what an EventTarget has
  const stop = watchActivity(target as Document, (activity) => seen.push(activity));
  const pointerAt = (screenX: number, screenY: number) =>
    target.dispatchEvent(Object.assign(new Event('pointermove'), { screenX, screenY }));
  return { target, seen, stop, pointerAt };
}

test('presses, keys, wheel and touch are deliberate', () => {
  const { target, seen } = page();
  for (const name of ['pointerdown', 'keydown', 'wheel', 'touchstart']) target.dispatchEvent(new Event(name));
  expect(seen).toEqual(['deliberate', 'deliberate', 'deliberate', 'deliberate']);
});

test('a pointer counts when it moves, not when the page moves under it', () => {
  const { seen, pointerAt } = page();
  pointerAt(5, 5);
  pointerAt(5, 5);
  expect(seen).toEqual([]);
  pointerAt(5, 6);
  expect(seen).toEqual(['moved']);
});

test('after the end nothing is seen', () => {
  const { target, seen, stop } = page();
  stop();
  target.dispatchEvent(new Event('keydown'));
  expect(seen).toEqual([]);
});
