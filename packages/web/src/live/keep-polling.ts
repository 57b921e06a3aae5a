/**
 * Live updates by one long poll after another, with the same events and handlers as a stream.
 *
 *   asking ──answer──► live ──asks on from its cursor──► asking
 *     ▲  │
 *     │  └──no answer──► lost ──after a growing delay──┐
 *     └────────────────────────────────────────────────┘   a proxy that cuts long answers gets shorter waits
 */
import { MAX_POLL_SECS } from '@ops/protocol/http/events.ts';
import type { PollAnswer } from '@ops/protocol/http/events.ts';

import type { Timer } from '../browser/clock.ts';
import { reopenDelay } from './stream-terms.ts';
import type {
  EventStreamNeeds,
  EventStreamQuery,
  Polling,
  StreamEvent,
  StreamHandlers,
} from './stream-terms.ts';

/** No answer for so much longer than it was to take: there will be none. */
export const PATIENCE_MS = 10_000;
/** Shorter waits are not asked for, however soon a proxy cuts. */
export const LEAST_POLL_SECS = 1;
/** An answer that brings nothing new sooner than this is not the server's doing, and is not asked for again at once. */
const TOO_SOON_MS = 1000;

interface PollingNeeds extends EventStreamNeeds {
  readonly polling: Polling;
}

/** @param from id of the last event that is known; undefined when nothing is. @returns how to stop */
export function keepPolling(
  needs: PollingNeeds,
  query: EventStreamQuery,
  from: string | undefined,
  handlers: StreamHandlers,
): () => void {
  const { clock, polling } = needs;
  let after = from;
  let waitSecs = MAX_POLL_SECS;
  let failures = 0;
  let isLive = false;
  let stopped = false;
  let waiting: Timer | undefined;
  let asking: AbortController | undefined;

  function ask(): void {
    const begun = clock.wall();
    // The first answer comes at once, so that it is known that there are any.
    const secs = isLive ? waitSecs : 0;
    const mine = new AbortController();
    asking = mine;
    const patience = clock.after(secs * 1000 + PATIENCE_MS, () => mine.abort());
    polling
      .ask({ ...query, ...(after !== undefined && { after }), wait_secs: secs }, mine.signal)
      .finally(() => patience.cancel())
      .then(
        (answer) => asking !== mine || take(answer, clock.wall() - begun),
        () => asking !== mine || fail(secs, clock.wall() - begun),
      );
    polling.polled();
  }

  function leave(): void {
    waiting?.cancel();
    asking?.abort();
    asking = undefined;
  }

  function take({ cursor, anew, events }: PollAnswer, tookMs: number): void {
    failures = 0;
    const isFresh = after === undefined;
    const isSame = cursor === after;
    after = cursor;
    if (isFresh) handlers.onFresh();
    if (!isLive) handlers.onPhase('live');
    const wasLive = isLive;
    isLive = true;
    // As a stream that was opened anew; else it goes on from the answer before.
    if (anew) handlers.onEvent({ name: 'ready', data: { event_id: cursor } });
    for (const { event: name, data } of events) {
      // A handler may have let go of all this.
      if (stopped) return;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the server writes by the same table
      handlers.onEvent({ name, data } as unknown as StreamEvent);
    }
    if (stopped) return;
    if (isSame && wasLive && tookMs < TOO_SOON_MS) waiting = clock.after(TOO_SOON_MS, ask);
    else ask();
  }

  function fail(secs: number, tookMs: number): void {
    isLive = false;
    handlers.onPhase('lost');
    if (secs > 0 && tookMs > TOO_SOON_MS)
      waitSecs = Math.max(LEAST_POLL_SECS, Math.floor(Math.min(waitSecs, tookMs / 1000) / 2));
    waiting = clock.after(reopenDelay(failures++, clock.unit()), ask);
    handlers.onRefused();
  }

  const stopListening = needs.signedIn?.subscribe(() => {
    if (isLive) return;
    leave();
    failures = 0;
    ask();
  });
  handlers.onPhase('opening');
  ask();
  return () => {
    stopped = true;
    stopListening?.();
    leave();
  };
}
