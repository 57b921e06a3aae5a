/**
 * At most so many in a period, by a bucket: what was not used in one period may be used in the next, never more than a
 * period's worth. A client whose timer is late is not punished for catching up.
 */
export class Allowance {
  readonly #count: number;
  readonly #periodMs: number;
  // Numbers from the start: the engine then writes them in place. One that was undefined is a new object each time.
  #left = 0;
  #at = 0;

  /** @param now monotonic milliseconds, as everywhere here */
  constructor(count: number, periodMs: number, now: number) {
    this.#count = count;
    this.#periodMs = periodMs;
    this.#left = count;
    this.#at = now;
  }

  /** Uses one. @returns false when there is none left */
  take(now: number): boolean {
    const earned = ((now - this.#at) / this.#periodMs) * this.#count;
    this.#left = Math.min(this.#count, this.#left + earned);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
