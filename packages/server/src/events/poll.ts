/**
 * One answer of a long poll: a reader (reader.ts) that leaves again with the first it has to tell.
 *
 *   waiting ──something written──► gathering ──POLL_GATHER_MS, MAX_POLL_BYTES──► answered
 *      │
 *      └──the wait is over, the server stops──► answered, empty
 *
 * Its cursor is `<id of an event>.<version of the readings>`, and `.<name of the views>` where there are any
 * (kept-views.ts); the id alone will do as well.
 */
import { MAX_POLL_BYTES, POLL_GATHER_MS, POLL_READINGS_MS } from '@ops/protocol/http/events.ts';
import type { Clock, Timer } from '@ops/runtime/clock.ts';

import type { EventHub } from './hub.ts';
import type { KeptViews } from './kept-views.ts';
import { openReader } from './reader.ts';
import type { View } from './reader.ts';
import type { Wish } from './wish.ts';

export interface PollOptions extends Wish {
  /** What is asked for, in one text: views go on from one answer to the next of the same question. */
  readonly question: string;
  /** Views that have told nothing yet. */
  readonly makeViews: () => readonly View[];
  /** Cursor of the answer before. */
  readonly after: string | undefined;
  /** With less than POLL_GATHER_MS, or without a cursor, the answer holds what there is by then. */
  readonly waitMs: number;
}

export interface Poll {
  /** Leaves without an answer. Harmless when it has been given. */
  close(): void;
}

/**
 * @param needs.onAnswer called once, with the JSON of the answer; never from within this call
 * @throws what `makeViews` throws
 */
export function openPoll(
  needs: {
    readonly hub: EventHub;
    readonly clock: Clock;
    readonly keptViews: KeptViews;
    readonly onAnswer: (json: string) => void;
  },
  options: PollOptions,
): Poll {
  const { hub, clock, keptViews, onAnswer } = needs;
  const { after, waitMs, question, makeViews } = options;
  const { eventId, readingsVersion, viewsName } = readCursor(after);
  const kept = viewsName === undefined ? undefined : keptViews.take(question, viewsName);
  const views = kept?.views ?? makeViews();
  let isUnfinished = kept?.isUnfinished ?? false;
  /** The reader waits for the rest of something. */
  const isAwaited = isUnfinished;
  const isKnown = eventId !== undefined && hub.numberOf(eventId) !== undefined;
  const openedAt = clock.mono();
  let text = '';
  let bytes = 0;
  let open = true;
  let ending: Timer | undefined;
  let endsAt = Infinity;

  /** The sooner of what was planned and this. */
  function endIn(ms: number): void {
    const at = clock.mono() + ms;
    if (!open || at >= endsAt) return;
    ending?.cancel();
    endsAt = at;
    ending = clock.after(ms, answer);
  }

  function close(): void {
    open = false;
    ending?.cancel();
    reader.close();
  }

  function answer(): void {
    if (!open) return;
    const { place } = reader;
    close();
    const name = views.length === 0 ? '' : `.${keptViews.keep(question, { views, isUnfinished })}`;
    const cursor = `${place.eventId}.${place.readingsVersion}${name}`;
    const anew = kept === undefined;
    onAnswer(`{"cursor":${JSON.stringify(cursor)},"anew":${anew},"events":[${eventsIn(text).join(',')}]}`);
  }

  endIn(after === undefined ? POLL_GATHER_MS : Math.max(POLL_GATHER_MS, waitMs));
  const reader = openReader(
    {
      hub,
      clock,
      sink: {
        waitingBytes: 0,
        write(frames) {
          const isFirst = text === '';
          text += frames;
          const isView = VIEW.test(frames);
          // A view that is told anew is whole or of no use.
          if (!isView) bytes += Buffer.byteLength(frames);
          if (bytes >= MAX_POLL_BYTES) endIn(0);
          // The greeting, with or without the word that something was missed.
          else if (isFirst && !frames.includes(RESET)) return true;
          else if (frames.startsWith(PING)) return true;
          // The rest of it comes in the next turn.
          else if (isView && isUnfinished) return true;
          else if ((frames.startsWith(READINGS) || isView) && isKnown && !isAwaited)
            endIn(Math.max(POLL_GATHER_MS, POLL_READINGS_MS - (clock.mono() - openedAt)));
          else endIn(POLL_GATHER_MS);
          return bytes < MAX_POLL_BYTES;
        },
      },
      onEnd: () => endIn(0),
    },
    {
      ...options,
      views: views.map((view) => ({
        look() {
          const seen = view.look();
          isUnfinished = seen.more;
          return seen;
        },
      })),
      lastEventId: eventId,
      readingsVersion: isKnown ? readingsVersion : undefined,
      retryMs: 0,
    },
  );
  return { close };
}

const RESET = '\nevent: reset\n';
const READINGS = 'event: metrics\n';
const VIEW = /^event: (?:window|map)\n/;
const PING = ':';

/** Pure. What is no cursor is taken for an event that nobody knows. */
function readCursor(text: string | undefined): {
  readonly eventId: string | undefined;
  readonly readingsVersion: number | undefined;
  readonly viewsName: string | undefined;
} {
  const [eventId, version, viewsName] = text?.split('.') ?? [];
  const readingsVersion = version === undefined ? undefined : Number(version) || undefined;
  return { eventId, readingsVersion, viewsName };
}

/** Pure. The events of a stream as JSON, without `ready`. Their data is JSON already. */
function eventsIn(frames: string): string[] {
  return frames.split('\n\n').flatMap((frame) => {
    const fields = new Map(
      frame.split('\n').map((line) => {
        const colon = line.indexOf(': ');
        return [line.slice(0, colon), line.slice(colon + 2)] as const;
      }),
    );
    const [id, event, data] = [fields.get('id'), fields.get('event'), fields.get('data')];
    if (event === undefined || data === undefined || event === 'ready') return [];
    const idText = id === undefined ? '' : `"id":${JSON.stringify(id)},`;
    return [`{${idText}"event":${JSON.stringify(event)},"data":${data}}`];
  });
}
