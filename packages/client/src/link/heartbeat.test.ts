import type { Timer } from '@ops/runtime/clock.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { describe, expect, test } from 'vitest';

import { createHeartbeat, silenceLimit, STANDSTILL_MS } from './heartbeat.ts';
import { createServerClock } from './server-clock.ts';

/** While it is frozen no timer fires, as after SIGSTOP. */
class FreezableClock extends ManualClock {
  #frozen = false;
  #late: (() => void)[] = [];

  override after(ms: number, call: () => void): Timer {
    return super.after(ms, () => (this.#frozen ? void this.#late.push(call) : call()));
  }

  freeze(): void {
    this.#frozen = true;
  }

  thaw(): void {
    this.#frozen = false;
    for (const call of this.#late.splice(0)) call();
  }
}

function watched(intervalMs: number) {
  const clock = new FreezableClock();
  const serverClock = createServerClock(clock);
  const dead: number[] = [];
  const heartbeat = createHeartbeat({ clock, serverClock, intervalMs, onDead: (ms) => dead.push(ms) });
  return { clock, serverClock, heartbeat, dead };
}

test.each([
  [50, 10_000],
  [3_000, 10_000],
  [5_000, 15_000],
  [60_000, 180_000],
])('with a heartbeat each %i ms a server may be silent for %i ms', (intervalMs, limit) => {
  expect(silenceLimit(intervalMs)).toBe(limit);
  const { clock, dead } = watched(intervalMs);
  clock.advance(limit - 1);
  expect(dead).toEqual([]);
  clock.advance(1);
  expect(dead).toEqual([limit]);
  clock.advance(10 * limit);
  expect(dead).toHaveLength(1);
});

test('a link that is acknowledged lives, and dies 10 s after the last acknowledgement', () => {
  const { clock, heartbeat, dead } = watched(3_000);
  for (let i = 0; i < 100; i++) {
    heartbeat.sent(clock.mono());
    clock.advance(3_000);
    heartbeat.acknowledged(clock.wall());
  }
  expect(dead).toEqual([]);
  clock.advance(9_999);
  expect(dead).toEqual([]);
  clock.advance(1);
  expect(dead).toEqual([10_000]);
});

test('a stopped watch never fires and leaves no timer', () => {
  const { clock, heartbeat, dead } = watched(3_000);
  heartbeat.stop();
  expect(clock.pending).toBe(0);
  clock.advance(60_000);
  expect(dead).toEqual([]);
});

describe('after a standstill of this program', () => {
  test('the server gets two seconds before it is blamed', () => {
    const { clock, dead } = watched(3_000);
    clock.freeze();
    clock.advance(60_000);
    clock.thaw();
    expect(dead).toEqual([]);
    clock.advance(STANDSTILL_MS - 1);
    expect(dead).toEqual([]);
    clock.advance(1);
    expect(dead).toHaveLength(1);
  });

  test('an acknowledgement that was waiting unread saves the link', () => {
    const { clock, heartbeat, dead } = watched(3_000);
    clock.freeze();
    clock.advance(60_000);
    clock.thaw();
    heartbeat.acknowledged(clock.wall());
    clock.advance(9_999);
    expect(dead).toEqual([]);
  });
});

describe("the server's clock", () => {
  test('is known within half a round trip and counted on by our own monotonic clock', () => {
    const { clock, serverClock, heartbeat } = watched(3_000);
    expect(serverClock.now()).toBeUndefined();
    heartbeat.sent(clock.mono());
    clock.advance(200);
    expect(heartbeat.acknowledged(5_000_000)).toBe(200);
    expect(serverClock.now()).toBe(5_000_100);
    clock.advance(1_000);
    clock.setWall(0);
    expect(serverClock.now()).toBe(5_001_100);
  });

  test('is measured from the heartbeat that is answered, oldest first', () => {
    const { clock, heartbeat } = watched(3_000);
    heartbeat.sent(clock.mono());
    clock.advance(100);
    heartbeat.sent(clock.mono());
    clock.advance(50);
    expect(heartbeat.acknowledged(0)).toBe(150);
    expect(heartbeat.acknowledged(0)).toBe(50);
    expect(heartbeat.acknowledged(0)).toBeUndefined();
  });
});
