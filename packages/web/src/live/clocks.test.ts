import { expect, test } from 'vitest';

import { manualBrowserClock } from '../browser/clock.test-support.ts';
import { createServerClock } from './server-clock.ts';
import { createTicker } from './ticker.ts';

test("the server's clock is followed when it differs, and not for the way of a message", () => {
  const { clock } = manualBrowserClock();
  const server = createServerClock(clock);
  server.observe(clock.wall() - 1500);
  expect(server.now()).toBe(clock.wall());
  server.observe(clock.wall() - 60_000);
  expect(server.now()).toBe(clock.wall() - 60_000);
});

test('the ticker beats once a second for all, and rests when nobody listens', async () => {
  const { clock, hand } = manualBrowserClock();
  const ticker = createTicker(clock);
  let beats = 0;
  const first = ticker.subscribe(() => beats++);
  const second = ticker.subscribe(() => beats++);
  expect(hand.pending).toBe(1);
  await hand.advanceAsync(1000);
  expect(beats).toBe(2);
  first();
  second();
  expect(hand.pending).toBe(0);
});
