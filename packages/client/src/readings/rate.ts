/** Turns counters that only grow into rates. */

interface Reading {
  value: number;
  at: number;
}

export class RateMeter {
  readonly #last = new Map<string, Reading>();

  /**
   * @param key names the counter
   * @param now monotonic milliseconds
   * @returns units a second as a whole number; undefined the first time, when no time went by, and when the counter
   *   went back (it wrapped, or its device was replaced)
   */
  rate(key: string, value: number, now: number): number | undefined {
    const last = this.#last.get(key);
    if (!last) {
      this.#last.set(key, { value, at: now });
      return undefined;
    }
    const grown = value - last.value;
    const elapsed = now - last.at;
    last.value = value;
    last.at = now;
    if (grown < 0 || elapsed <= 0) return undefined;
    const perSecond = Math.round((grown * 1000) / elapsed);
    return perSecond <= Number.MAX_SAFE_INTEGER ? perSecond : undefined;
  }

  /** Forgets every counter that was not read at `now`: what is gone must not be remembered for ever. */
  forgetOthers(now: number): void {
    for (const [key, last] of this.#last) if (last.at !== now) this.#last.delete(key);
  }
}
