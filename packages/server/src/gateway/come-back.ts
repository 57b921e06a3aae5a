/** Over how long clients are asked to spread their return, so that they do not come in one second. */
import { MIN_COME_BACK_MS, MIN_TURNED_AWAY_MS, RETURNS_PER_SEC } from './limits.ts';

/** The window, in milliseconds, for clients that all leave at once: 500 return a second, never less than 2 s. */
export function restartWindowMs(clients: number): number {
  return Math.max(MIN_COME_BACK_MS, Math.ceil((clients / RETURNS_PER_SEC) * 1000));
}

/** How fast those who found no place are forgotten. */
const MEMORY_MS = 10_000;
const MAX_WINDOW_MS = 60_000;
/** Window for each one turned away lately. Ten thousand who wait settle at some 450 attempts a second. */
const MS_EACH = 10;

/** Clients that find no place come again and again: the more of them, the longer each is sent away. */
export class Crowd {
  #recent = 0;
  #at = 0;

  /** One more is turned away. @returns the window for it, in milliseconds */
  turnAway(now: number): number {
    this.#recent = this.#recent * Math.exp((this.#at - now) / MEMORY_MS) + 1;
    this.#at = now;
    return Math.ceil(Math.min(MAX_WINDOW_MS, Math.max(MIN_TURNED_AWAY_MS, this.#recent * MS_EACH)));
  }
}
