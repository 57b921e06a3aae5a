/** A clock that stands still until a test moves it. Timers fire in the order of their time, then of their making. */
import { scheduler } from 'node:timers/promises';

import type { Clock, Timer } from '@ops/runtime/clock.ts';

/** Timers that may fire without time going on before a test is told of a loop. */
const MAX_FIRED_AT_ONE_TIME = 100_000;

/** Turns of the event loop that let promises and loopback sockets settle between two timers. */
const SETTLING_TURNS = 3;

interface Pending {
  at: number;
  readonly order: number;
  readonly every: number | undefined;
  readonly call: () => void;
}

export class ManualClock implements Clock {
  #wall: number;
  #mono = 0;
  #order = 0;
  #timers: Pending[] = [];

  /** @param wall milliseconds since 1970; without it 2026-01-01T00:00:00Z */
  constructor(wall = Date.UTC(2026, 0, 1)) {
    this.#wall = wall;
  }

  wall(): number {
    return this.#wall;
  }

  mono(): number {
    return this.#mono;
  }

  after(ms: number, call: () => void): Timer {
    return this.#add(Math.max(ms, 0), undefined, call);
  }

  every(ms: number, call: () => void): Timer {
    const period = Math.max(ms, 1);
    return this.#add(period, period, call);
  }

  /** Timers that have not fired and were not cancelled. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Jumps the wall clock; the monotonic clock and every timer stay as they are. */
  setWall(ms: number): void {
    this.#wall = ms;
  }

  /** Moves both clocks and fires what falls due, without letting promises run in between. */
  advance(ms: number): void {
    const end = this.#mono + ms;
    for (const timer of this.#due(end)) timer.call();
    this.#moveTo(end);
  }

  /** As `advance`, but lets promises, immediates and loopback sockets settle before, between and after the timers. */
  async advanceAsync(ms: number): Promise<void> {
    const end = this.#mono + ms;
    await settle();
    for (const timer of this.#due(end)) {
      timer.call();
      await settle();
    }
    this.#moveTo(end);
    await settle();
  }

  #add(delay: number, every: number | undefined, call: () => void): Timer {
    const timer: Pending = { at: this.#mono + delay, order: this.#order++, every, call };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  /** Takes the timers that fall due one by one, the clock set to each one's time. */
  *#due(end: number): Generator<Pending> {
    let fired = 0;
    for (;;) {
      let first: Pending | undefined;
      for (const timer of this.#timers) {
        if (
          timer.at <= end &&
          (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order))
        ) {
          first = timer;
        }
      }
      if (!first) return;
      fired = first.at > this.#mono ? 0 : fired + 1;
      if (fired > MAX_FIRED_AT_ONE_TIME) throw new Error(`timers fire for ever at ${this.#mono} ms`);
      this.#moveTo(first.at);
      if (first.every === undefined) this.#timers.splice(this.#timers.indexOf(first), 1);
      else first.at += first.every;
      yield first;
    }
  }

  #moveTo(mono: number): void {
    const by = Math.max(0, mono - this.#mono);
    this.#mono += by;
    this.#wall += by;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < SETTLING_TURNS; turn++) await scheduler.yield();
}
