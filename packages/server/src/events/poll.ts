/**
 * One answer of a long poll: a reader (reader.ts) that leaves again with the first it has to tell.
 *
 *   waiting ──something written──► gathering ──POLL_GATHER_MS, MAX_POLL_BYTES──► answered
 *      │
 *      └──the wait is over, the server stops──► answered, empty
 *
 * Its cursor is `<id of an event>.<version of the readings>`; the id alone will do as well.
 */
import { MAX_POLL_BYTES, POLL_GATHER_MS, POLL_READINGS_MS } from '@ops/protocol/http/events.ts';
import type { Clock, Timer } from '@ops/runtime/clock.ts';

import type { EventHub } from './hub.ts';
import { openReader } from './reader.ts';
import type { View } from './reader.ts';
import type { Wish } from './wish.ts';

export interface PollOptions extends Wish {
  /** Looked at anew by each poll, so that an answer holds all of them. */
  readonly views: readonly View[];
  /** Cursor of the answer before. */
  readonly after: string | undefined;
  /** With less than POLL_GATHER_MS, or without a cursor, the answer holds what there is by then. */
  readonly waitMs: number;
}

export interface Poll {
  /** Leaves without an answer. Harmless when it has been given. */
  close(): void;
}

/** @param needs.onAnswer called once, with the JSON of the answer; never from within this call */
export function openPoll(
  needs: { readonly hub: EventHub; readonly clock: Clock; readonly onAnswer: (json: string) => void },
  options: PollOptions,
): Poll {
  const { hub, clock, onAnswer } = needs;
  const { after, waitMs } = options;
  const { eventId, readingsVersion } = readCursor(after);
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
    const cursor = `${place.eventId}.${place.readingsVersion}`;
    onAnswer(`{"cursor":${JSON.stringify(cursor)},"events":[${eventsIn(text).join(',')}]}`);
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
          // A view is whole or of no use.
          if (!VIEW.test(frames)) bytes += Buffer.byteLength(frames);
          if (bytes >= MAX_POLL_BYTES) endIn(0);
          // The greeting, with or without the word that something was missed.
          else if (isFirst && !frames.includes(RESET)) return true;
          else if (frames.startsWith(PING)) return true;
          else if ((frames.startsWith(READINGS) || VIEW.test(frames)) && isKnown)
            endIn(Math.max(POLL_GATHER_MS, POLL_READINGS_MS - (clock.mono() - openedAt)));
          else endIn(POLL_GATHER_MS);
          return bytes < MAX_POLL_BYTES;
        },
      },
      onEnd: () => endIn(0),
    },
    {
      ...options,
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
} {
  const [eventId, version] = text?.split('.') ?? [];
  return { eventId, readingsVersion: version === undefined ? undefined : Number(version) || undefined };
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
