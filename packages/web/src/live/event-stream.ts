/**
 * Live updates, kept up: by a stream of server-sent events, or by polls (keep-polling.ts) where none comes through.
 *
 *   closed ──open()──► opening ──ready──► live
 *                         ▲                │ error
 *                         └──── lost ◄─────┘   the browser comes back by itself (with Last-Event-ID), or, when the
 *                                              answer was not a stream, we do after a growing delay, or at once when
 *                                              somebody signs in
 *
 * A stream is in doubt when it is not `ready` in time, was refused twice, or was cut thrice soon after it was ready. Then
 * the server is asked by a poll: if that is answered, it is the stream that does not come through, and all of the page
 * poll from now on (polling.ts). If not, the server is away, and nothing changes.
 *
 * The browser does not say why a stream failed, so a refused one is looked into by whoever owns it (`onRefused`).
 */
import { EVENT_NAMES } from '@ops/protocol/http/events.ts';

import type { Timer } from '../browser/clock.ts';
import { keepPolling } from './keep-polling.ts';
import {
  CUT_TIMES,
  DOUBT_AGAIN_MS,
  LASTING_MS,
  pathOf,
  READY_WITHIN_MS,
  REFUSED_TIMES,
  reopenDelay,
} from './stream-terms.ts';
import type { EventStreamNeeds, EventStreamQuery, StreamEvent, StreamHandlers } from './stream-terms.ts';

export type {
  EventStreamNeeds,
  EventStreamQuery,
  StreamEvent,
  StreamHandlers,
  StreamPhase,
} from './stream-terms.ts';

/** Opens and keeps open. Returns how to close. */
export function keepStream(
  needs: EventStreamNeeds,
  query: EventStreamQuery,
  handlers: StreamHandlers,
): () => void {
  const { polling } = needs;
  let lastEventId: string | undefined;
  let stop: (() => void) | undefined;

  function begin(): void {
    stop?.();
    stop =
      polling?.way.get() === 'poll'
        ? keepPolling({ ...needs, polling }, query, lastEventId, handlers)
        : keepSource(needs, query, handlers, (id) => (lastEventId = id));
    // A stream begins anew: it cannot be told where to go on.
    if (polling?.way.get() === 'poll') lastEventId = undefined;
  }

  const forget = polling?.way.subscribe(begin);
  begin();
  return () => {
    forget?.();
    stop?.();
    handlers.onPhase('closed');
  };
}

/** @param onId told the id of each event that has one. @returns how to stop */
function keepSource(
  needs: EventStreamNeeds,
  query: EventStreamQuery,
  handlers: StreamHandlers,
  onId: (id: string) => void,
): () => void {
  const { clock, polling } = needs;
  const path = pathOf(query);
  let source: EventSource | undefined;
  let waiting: Timer | undefined;
  let doubting: Timer | undefined;
  let asking: AbortController | undefined;
  let attempt = 0;
  let stopped = false;
  /** When it became live; undefined while it is not. */
  let liveSince: number | undefined;
  let cuts = 0;
  /** Opened by us and not heard of since. */
  let pristine = true;
  /** Doubts in which the server did answer, since the stream was live. */
  let answered = 0;

  function doubtAfter(ms: number): void {
    doubting?.cancel();
    if (polling !== undefined) doubting = clock.after(ms, doubt);
  }

  function doubt(): void {
    if (polling === undefined || asking !== undefined) return;
    doubting?.cancel();
    doubting = undefined;
    const mine = new AbortController();
    asking = mine;
    const patience = clock.after(DOUBT_AGAIN_MS, () => mine.abort());
    polling
      .ask({ ...query, wait_secs: 0 }, mine.signal)
      .finally(() => {
        patience.cancel();
        asking = undefined;
      })
      .then(
        () => {
          if (stopped || (liveSince !== undefined && cuts < CUT_TIMES)) return;
          answered++;
          if (pristine || cuts >= CUT_TIMES || answered > 1) return polling.prefer('poll');
          // The server may have come back a moment ago, and the stream just did not ask yet.
          waiting?.cancel();
          source?.close();
          open();
        },
        () => {
          if (!stopped && liveSince === undefined) doubtAfter(DOUBT_AGAIN_MS);
        },
      );
  }

  function open(): void {
    handlers.onPhase('opening');
    const opened = needs.connect(path);
    source = opened;
    pristine = true;
    let fresh = true;
    if (doubting === undefined) doubtAfter(READY_WITHIN_MS);
    for (const name of EVENT_NAMES) {
      opened.addEventListener(name, (message: MessageEvent<string>) => {
        if (stopped || source !== opened) return;
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the server writes by the same table
        const event = { name, data: JSON.parse(message.data) as unknown } as StreamEvent;
        if (message.lastEventId !== '') onId(message.lastEventId);
        if (name === 'ready') {
          attempt = 0;
          answered = 0;
          liveSince = clock.wall();
          doubting?.cancel();
          doubting = undefined;
          // First what is missing is asked for: a stream is live, but its picture is not true before that is in.
          if (fresh) handlers.onFresh();
          handlers.onPhase('live');
          fresh = false;
        }
        handlers.onEvent(event);
      });
    }
    opened.addEventListener('error', () => {
      if (stopped || source !== opened) return;
      if (liveSince !== undefined) cuts = clock.wall() - liveSince < LASTING_MS ? cuts + 1 : 0;
      liveSince = undefined;
      pristine = false;
      handlers.onPhase('lost');
      if (cuts >= CUT_TIMES) doubt();
      else if (doubting === undefined) doubtAfter(DOUBT_AGAIN_MS);
      if (opened.readyState !== opened.CLOSED) return;
      source = undefined;
      waiting = clock.after(reopenDelay(attempt++, clock.unit()), open);
      if (attempt >= REFUSED_TIMES) doubt();
      handlers.onRefused();
    });
  }

  const stopListening = needs.signedIn?.subscribe(() => {
    if (liveSince !== undefined) return;
    waiting?.cancel();
    source?.close();
    attempt = 0;
    open();
  });
  open();
  return () => {
    stopped = true;
    stopListening?.();
    waiting?.cancel();
    doubting?.cancel();
    asking?.abort();
    source?.close();
  };
}
