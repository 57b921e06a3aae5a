/**
 * How live updates reach this page: by streams, or by long polls where a proxy lets no stream through. One decision for
 * all streams of the page, and remembered, so that a page that is loaded again does not find out once more.
 *
 *   stream ──a poll is answered while a stream is not what it should be──► poll
 *     ▲                                                                      │
 *     └── a stream that was tried beside the polls lasted for LASTING_MS ◄───┘  tried every RETRY_MS
 */
import type { BrowserClock } from '../browser/clock.ts';
import { createSignal } from '../browser/signal.ts';
import type { AskPoll, Polling, Way } from './stream-terms.ts';
import { tryStream } from './try-stream.ts';

/** Between two tries of a stream while polls are what works. */
export const RETRY_MS = 120_000;
/** The first try of a page that only remembers that polls are needed. */
export const FIRST_TRY_MS = 5000;

export function createPolling(needs: {
  readonly clock: BrowserClock;
  readonly connect: (path: string) => EventSource;
  readonly ask: AskPoll;
  readonly remembered: Way;
  readonly remember: (way: Way) => void;
}): Polling {
  const { clock, connect, ask, remembered, remember } = needs;
  const way = createSignal<Way>(remembered);
  let tryAt = clock.wall() + FIRST_TRY_MS;
  let trying = false;

  function prefer(next: Way): void {
    tryAt = clock.wall() + RETRY_MS;
    if (next === way.get()) return;
    remember(next);
    way.set(next);
  }

  return {
    way,
    ask,
    prefer,
    polled() {
      if (trying || clock.wall() < tryAt) return;
      trying = true;
      tryStream({ clock, connect }, (lasted) => {
        trying = false;
        prefer(lasted ? 'stream' : 'poll');
      });
    },
  };
}
