import { afterEach, describe, expect, it } from 'vitest';

import { sleep, systemClock } from './clock.ts';
import type { Clock, Timer } from './clock.ts';

const WITHIN_MS = 5000;
const timers: Timer[] = [];
afterEach(() => timers.splice(0).forEach((timer) => timer.cancel()));

/** Keeps the test alive while timers of the clock, which do not, are waited for. */
function called(start: (call: () => void) => Timer): Promise<void> {
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => reject(new Error('not called in time')), WITHIN_MS);
    const timer = start(() => {
      clearTimeout(deadline);
      resolve();
    });
    timers.push(timer);
  });
}

describe('the system clock', () => {
  it('tells wall time in milliseconds since 1970', () => {
    expect(Math.abs(systemClock.wall() - Date.now())).toBeLessThan(1000);
  });

  it('has a monotonic time that never goes back', () => {
    const times = Array.from({ length: 1000 }, () => systemClock.mono());
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('calls once after a delay, not before it', async () => {
    const start = systemClock.mono();
    let calls = 0;
    await called((call) =>
      systemClock.after(20, () => {
        calls++;
        call();
      }),
    );
    expect(systemClock.mono() - start).toBeGreaterThanOrEqual(19);
    expect(calls).toBe(1);
  });

  it('calls in the next turn of the event loop where there is nothing to wait for, unless cancelled', async () => {
    const order: string[] = [];
    systemClock.after(0, () => expect.unreachable()).cancel();
    await called((call) => {
      timers.push(systemClock.after(5, () => order.push('later')));
      order.push('now');
      return systemClock.after(0, () => {
        order.push('next turn');
        call();
      });
    });
    expect(order).toEqual(['now', 'next turn']);
  });

  it('calls again and again until cancelled', async () => {
    let calls = 0;
    await called((call) => systemClock.every(1, () => void (++calls === 3 && call())));
    expect(calls).toBe(3);
  });

  it('does not call what was cancelled, and cancelling twice is harmless', async () => {
    const timer = systemClock.after(5, () => expect.unreachable());
    timer.cancel();
    timer.cancel();
    await called((call) => systemClock.after(20, call));
  });

  it('takes a delay of months for months, not for none', async () => {
    timers.push(systemClock.after(100 * 86_400_000, () => expect.unreachable()));
    await called((call) => systemClock.after(20, call));
  });
});

/** Fires what it was given when told to. */
function handClock(): { clock: Clock; fire: () => void; pending: () => number } {
  const waiting = new Set<() => void>();
  const add = (_: number, call: () => void): Timer => {
    waiting.add(call);
    return { cancel: () => void waiting.delete(call) };
  };
  return {
    clock: { wall: () => 0, mono: () => 0, after: add, every: add },
    fire: () => waiting.forEach((call) => call()),
    pending: () => waiting.size,
  };
}

describe('sleep', () => {
  it('ends with its time and leaves nothing behind', async () => {
    const { clock, fire, pending } = handClock();
    const signal = new AbortController().signal;
    const slept = sleep(clock, 1000, signal);
    fire();
    await slept;
    expect(pending()).toBe(0);
  });

  it('ends at once when aborted, and the timer with it', async () => {
    const { clock, pending } = handClock();
    const abort = new AbortController();
    const slept = sleep(clock, 1000, abort.signal);
    abort.abort();
    await slept;
    expect(pending()).toBe(0);
  });

  it('does not begin when aborted before', async () => {
    const { clock, pending } = handClock();
    await sleep(clock, 1000, AbortSignal.abort());
    expect(pending()).toBe(0);
  });
});
