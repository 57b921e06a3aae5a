/** P11b: ten thousand clients that lose their server in the same second do not come back in the same second. */
import { LinkFailure } from '@ops/client/link/failure.ts';
import { createReconnect } from '@ops/client/link/reconnect.ts';

import { atMost, none } from '../promise.ts';
import type { Proof } from '../promise.ts';

const CLIENTS = 10_000;
const ATTEMPTS = 8;
const BASE_MS = 2_000;
const MAX_MS = 60_000;
/** What a server with so many clients asks for: 500 of them a second. */
const WINDOW_MS = 20_000;

/** The fullest second, of the average second of the window. */
function peak(delays: readonly number[], windowMs: number): number {
  const bins = new Map<number, number>();
  for (const delay of delays) {
    const bin = Math.floor(delay / 1000);
    bins.set(bin, (bins.get(bin) ?? 0) + 1);
  }
  return Math.max(...bins.values()) / (delays.length / Math.max(1, windowMs / 1000));
}

export const p11b: Proof = {
  id: 'P11b',
  promise: 'the retry curve is spread',
  run({ random }) {
    const options = { baseMs: BASE_MS, maxMs: MAX_MS, giveUpAfter: undefined };
    const reconnects = Array.from({ length: CLIENTS }, () => createReconnect(options, random));
    const goodbye = new LinkFailure('goodbye', 'The server restarts', { comeBackInMs: WINDOW_MS });
    const refused = new LinkFailure('unreachable', 'Connection refused');
    const returning = reconnects.map((reconnect) => delayOf(reconnect.next(goodbye, 60_000)));
    let worst = peak(returning, WINDOW_MS);
    let outside = returning.filter((delay) => delay < 0 || delay > WINDOW_MS).length;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const ceiling = Math.min(MAX_MS, BASE_MS * 2 ** attempt);
      const delays = reconnects.map((reconnect) => delayOf(reconnect.next(refused, undefined)));
      worst = Math.max(worst, peak(delays, ceiling));
      outside += delays.filter((delay) => delay < 0 || delay > ceiling).length;
    }
    return Promise.resolve([
      atMost('fullest second, of the average of its window', worst, '×', 3),
      none('waits outside of their window', outside),
    ]);
  },
};

function delayOf(decision: ReturnType<ReturnType<typeof createReconnect>['next']>): number {
  return decision === 'give up' ? NaN : decision.retryInMs;
}
