/**
 * Time, as the rest of the product may see it. Durations, expiry and order come from `mono`; `wall` is for display,
 * logs and what a peer's clock is compared with. Tests and the simulation put their own clock here.
 */
export interface Timer {
  /** Harmless when the timer has fired or was cancelled. */
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since 1970, may jump. */
  wall(): number;
  /** Milliseconds since some start, never goes back. May have a fraction. */
  mono(): number;
  /** Calls once after `ms`; with 0 in the next turn of the event loop. Does not keep the process alive on its own. */
  after(ms: number, call: () => void): Timer;
  /** Calls every `ms`. Does not keep the process alive on its own. */
  every(ms: number, call: () => void): Timer;
}

/** Longest delay setTimeout takes; longer ones would fire at once. */
const MAX_DELAY_MS = 2_147_483_647;

export const systemClock: Clock = {
  wall: () => Date.now(),
  // Not performance.now(): its first use loads the performance hooks, 1 MB in a client of 55.
  mono() {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e3 + nanoseconds / 1e6;
  },
  after(ms, call) {
    if (ms <= 0) {
      const handle = setImmediate(call);
      return { cancel: () => clearImmediate(handle) };
    }
    const handle = setTimeout(call, Math.min(ms, MAX_DELAY_MS));
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
  every(ms, call) {
    const handle = setInterval(call, Math.min(Math.max(ms, 1), MAX_DELAY_MS));
    handle.unref();
    return { cancel: () => clearInterval(handle) };
  },
};

/** Keeps the process alive until it is cancelled, as none of the timers above does. */
export function stayAlive(): Timer {
  const handle = setInterval(() => {}, MAX_DELAY_MS);
  return { cancel: () => clearInterval(handle) };
}

/** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.after(ms, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}
