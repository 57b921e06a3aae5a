import { ManualClock } from '@ops/testkit/manual-clock.ts';

import type { BrowserClock } from './clock.ts';

const FRAME_MS = 16;

/** A browser's clock that stands still until the test moves `hand`. */
export function manualBrowserClock(): { readonly clock: BrowserClock; readonly hand: ManualClock } {
  const hand = new ManualClock();
  const clock: BrowserClock = {
    wall: () => hand.wall(),
    after: (ms, call) => hand.after(ms, call),
    every: (ms, call) => hand.every(ms, call),
    frame: (call) => hand.after(FRAME_MS, call),
    unit: () => 0.5,
  };
  return { clock, hand };
}
