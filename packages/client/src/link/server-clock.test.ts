import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { describe, expect, test } from 'vitest';

import { createServerClock } from './server-clock.ts';

const SERVER = 5_000_000;

describe("the server's clock", () => {
  test('is known within half a round trip, and never later than told', () => {
    const clock = new ManualClock();
    const server = createServerClock(clock);
    expect([server.now(), server.latest()]).toEqual([undefined, undefined]);
    clock.advance(200);
    expect(server.told(SERVER, 0)).toBe(200);
    expect(server.now()).toBe(SERVER + 100);
    expect(server.latest()).toBe(SERVER + 200);
  });

  test('is not mistaken for an older time by an answer read after a standstill', () => {
    const clock = new ManualClock();
    const server = createServerClock(clock);
    server.told(SERVER, 0);
    // Asked, stopped for a minute, and the answer was waiting all the time.
    clock.advance(60_000);
    server.told(SERVER, 0);
    expect(server.now()).toBe(SERVER + 60_000);
    expect(server.latest()).toBeGreaterThanOrEqual(SERVER + 60_000);
  });

  test('is followed when it is set', () => {
    const clock = new ManualClock();
    const server = createServerClock(clock);
    server.told(SERVER, 0);
    clock.advance(3_000);
    server.told(SERVER + 3_600_000, clock.mono() - 2);
    expect(server.now()).toBe(SERVER + 3_600_001);
    server.told(SERVER, clock.mono() - 2);
    expect(server.now()).toBe(SERVER + 1);
  });

  test('is taken anew when the old answer has become as vague as the new one', () => {
    const clock = new ManualClock();
    const server = createServerClock(clock);
    server.told(SERVER, 0);
    clock.advance(100_000);
    server.told(SERVER + 99_960, clock.mono() - 100);
    expect(server.now()).toBe(SERVER + 100_010);
  });
});
