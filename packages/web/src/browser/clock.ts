/**
 * Time in the browser: the one file of the console that asks for it or sets a timer. Tests put their own here.
 */
export interface Timer {
  cancel(): void;
}

export interface BrowserClock {
  /** Milliseconds since 1970 by this computer; goes on while the lid is closed, and may jump. */
  readonly wall: () => number;
  readonly after: (ms: number, call: () => void) => Timer;
  readonly every: (ms: number, call: () => void) => Timer;
  /** Before the next paint; not while the page is hidden. */
  readonly frame: (call: () => void) => Timer;
  /** Evenly from 0 (included) to 1 (excluded): for jitter only. */
  readonly unit: () => number;
}

export const browserClock: BrowserClock = {
  wall: () => Date.now(),
  after(ms, call) {
    const handle = setTimeout(call, ms);
    return { cancel: () => clearTimeout(handle) };
  },
  every(ms, call) {
    const handle = setInterval(call, ms);
    return { cancel: () => clearInterval(handle) };
  },
  frame(call) {
    const handle = requestAnimationFrame(call);
    return { cancel: () => cancelAnimationFrame(handle) };
  },
  unit: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
};
