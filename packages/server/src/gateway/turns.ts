/**
 * With many clients, frames are handled in batches: what arrived within a few milliseconds is parsed, verified and
 * answered in one go, while the code and data for it are in the processor's caches. With ten thousand clients this
 * saves a third of the CPU of a heartbeat, for a delay that is a hundredth of what a heartbeat has. With few clients
 * nothing waits.
 */
import type { Clock } from '@ops/runtime/clock.ts';

/** How long a frame may wait for others. */
export const BATCH_MS = 10;
/** From this many clients on there are enough frames to wait for: one in each batch, at 3 s between heartbeats. */
export const BATCH_FROM_CLIENTS = 300;
/** A connection with more than this unread does not wait, so that a flood is judged at once. */
export const MAX_WAITING_BYTES = 64 * 1024;

export interface Batched {
  /** Handles what has arrived. */
  turn(): void;
}

export class Turns {
  readonly #clock: Clock;
  #waiting: Batched[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `turn` within BATCH_MS. Each waits once at a time; the caller sees to that. */
  wait(one: Batched): void {
    this.#waiting.push(one);
    if (this.#waiting.length === 1) this.#clock.after(BATCH_MS, () => this.#all());
  }

  #all(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) one.turn();
  }
}
