/** At most so many bytes in any second, as a bucket that fills steadily. Whoever may not go on is told how long to wait. */
export interface Pace {
  /** @returns true when so many bytes may go now, and counts them. More than `burst` at once never may */
  take(bytes: number, now: number): boolean;
  /** Milliseconds until so many bytes may go. */
  waitMs(bytes: number, now: number): number;
}

/** @param burst of the bytes a second, those that may go at once after a pause */
export function createPace(bytesPerSec: number, burst: number, now: number): Pace {
  // With this, no second sees more than `bytesPerSec`, wherever it begins.
  const perMs = (bytesPerSec - burst) / 1000;
  let left = burst;
  let at = now;

  function refill(time: number): void {
    left = Math.min(burst, left + (time - at) * perMs);
    at = time;
  }

  return {
    take(bytes, time) {
      refill(time);
      if (bytes > left) return false;
      left -= bytes;
      return true;
    },
    waitMs(bytes, time) {
      refill(time);
      return Math.max(0, Math.ceil((bytes - left) / perMs));
    },
  };
}
