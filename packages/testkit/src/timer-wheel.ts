/**
 * Very many one-shot timers for the price of one: a ring of slots, one for each tick, walked by a single interval.
 * A timer fires at the first tick not before its time.
 */
import type { Clock, Timer } from '@ops/runtime/clock.ts';

interface Entry {
  readonly tick: number;
  readonly call: () => void;
}

const SLOTS = 4096;

export interface TimerWheel {
  after(ms: number, call: () => void): void;
  stop(): void;
}

/** @param tickMs how fine the wheel is, in milliseconds */
export function createTimerWheel(clock: Clock, tickMs: number): TimerWheel {
  const slots: Entry[][] = Array.from({ length: SLOTS }, () => []);
  const start = clock.mono();
  let current = 0;
  const nowTick = (): number => Math.floor((clock.mono() - start) / tickMs);

  const turn = (): void => {
    for (const target = nowTick(); current < target;) {
      current++;
      const index = current % SLOTS;
      const entries = slots[index]!;
      if (entries.length === 0) continue;
      slots[index] = [];
      for (const entry of entries) {
        if (entry.tick <= current) entry.call();
        else slots[index].push(entry);
      }
    }
  };
  const timer: Timer = clock.every(tickMs, turn);

  return {
    after(ms, call) {
      const tick = Math.max(current + 1, Math.ceil((clock.mono() - start + Math.max(ms, 0)) / tickMs));
      slots[tick % SLOTS]!.push({ tick, call });
    },
    stop() {
      timer.cancel();
      for (const slot of slots) slot.length = 0;
    },
  };
}
