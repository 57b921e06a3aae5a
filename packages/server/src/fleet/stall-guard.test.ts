import { describe, expect, it } from 'vitest';

import { createStallGuard, STALL_MS } from './stall-guard.ts';

const PERIOD = 1000;

describe('a stall guard', () => {
  it('trusts silence while ticks come in time, give or take', () => {
    const guard = createStallGuard(PERIOD, 0);
    expect([1000, 2000, 3999, 5000].map((now) => guard.tick(now))).toEqual([true, true, true, true]);
    expect(guard.tick(5000 + PERIOD + STALL_MS)).toBe(true);
  });

  it('trusts nothing for one period after a tick that came too late', () => {
    const guard = createStallGuard(PERIOD, 0);
    const late = PERIOD + STALL_MS + 1;
    expect(guard.tick(late)).toBe(false);
    expect(guard.trusts(late + PERIOD - 1)).toBe(false);
    expect(guard.tick(late + PERIOD)).toBe(true);
  });

  it('notices a stall also when it is asked before the late tick', () => {
    const guard = createStallGuard(PERIOD, 0);
    expect(guard.trusts(60_000)).toBe(false);
    expect(guard.tick(60_000)).toBe(false);
    expect(guard.trusts(60_000)).toBe(false);
    expect(guard.tick(61_000)).toBe(true);
  });
});
