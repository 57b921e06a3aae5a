/**
 * One reader of the events: a position in the ring and a version of the readings, no queue of its own.
 *
 *              ┌──────── news, period over ────────┐
 *              ▼                                   │
 *   idle ──► pumping ──nothing left──────────────► idle
 *              │  ▲
 *   sink full  │  │ drained
 *              ▼  │
 *            waiting ──more than MAX_STREAM_QUEUE waits, or no drain for MAX_WAIT_MS──► closed (slow)
 *
 *   any ──session over, reader left, shutdown──► closed
 *
 * Each pump writes at most MAX_WRITE bytes and then gives the event loop a turn. Readings are asked for only when the
 * sink takes them, so a slow reader gets the newest ones and none that are old. Output beyond its pace stays in the ring
 * until it may go.
 */
import { MAX_OUTPUT_PER_SEC, MAX_STREAM_QUEUE, STREAM_PING_MS } from '@ops/protocol/http/events.ts';
import type { Clock, Timer } from '@ops/runtime/clock.ts';

import { eventFrame } from './frame.ts';
import type { EventHub } from './hub.ts';
import { createPace } from './pace.ts';
import type { KeptEvent } from './ring.ts';
import { scopesOf, wants } from './wish.ts';
import type { Wish } from './wish.ts';

/**
 * Bytes written in one turn of the event loop, as far as single events allow. A reader that does not read holds about
 * twice as much.
 */
export const MAX_WRITE = 16 * 1024;
/** Bytes of output that may go at once; the rest of MAX_OUTPUT_PER_SEC is spread over the second. */
export const OUTPUT_BURST = 64 * 1024;
/** A reader that takes nothing for this long is gone, whatever its connection says. */
export const MAX_WAIT_MS = 2 * STREAM_PING_MS;

const PING = ': ping\n\n';

/** Where a reader's bytes go. */
export interface Sink {
  /** @returns false when the next write should wait for `drained` */
  write(text: string): boolean;
  /** Bytes taken but not yet handed to the network. */
  readonly waitingBytes: number;
}

export type ReaderEnd = 'slow' | 'shutdown';

/** Something that is looked at once a period, as the readings are. */
export interface View {
  /** @returns frame: what changed since the last look, undefined for nothing; more: it did not fit */
  look(): { readonly frame: string | undefined; readonly more: boolean };
}

export interface ReaderOptions extends Wish {
  readonly views: readonly View[];
  readonly lastEventId: string | undefined;
  /** Readings up to this version are known, as of the start the last event belongs to; the newer ones wait for their period. */
  readonly readingsVersion?: number | undefined;
  /** Milliseconds after which a browser should come back. */
  readonly retryMs: number;
}

export interface EventReader {
  /** Where another reader goes on: the last event written or passed over, and the version of the readings. */
  readonly place: { readonly eventId: string; readonly readingsVersion: number };
  drained(): void;
  /** Stops for good. Harmless when it has. */
  close(): void;
}

export function openReader(
  needs: {
    readonly hub: EventHub;
    readonly clock: Clock;
    readonly sink: Sink;
    readonly onEnd: (why: ReaderEnd) => void;
  },
  options: ReaderOptions,
): EventReader {
  const { hub, clock, sink, onEnd } = needs;
  const { topics, clientId, views } = options;
  const scopes = scopesOf(options);
  const pace = createPace(MAX_OUTPUT_PER_SEC, OUTPUT_BURST, clock.mono());
  let state: 'idle' | 'pumping' | 'waiting' | 'closed' = 'idle';
  /** Number of the last event that was written or passed over. */
  let position = hub.newest;
  /** While waiting: events counted so far, and the bytes of those that will be written. */
  let counted = 0;
  let waitingBytes = 0;
  let waitingSince = 0;
  let turn: Timer | undefined;
  /** While output has to wait for its pace, and all events behind it. */
  let pacing: Timer | undefined;
  let version = options.readingsVersion ?? 0;
  let readingsDue = topics.has('metrics') && version === 0;
  let viewsDue = [...views];

  const wanted = (event: KeptEvent): boolean => wants(options, event);
  /** Waiting output is not held against a reader: it comes faster than it may be sent. */
  const isCounted = (event: KeptEvent): boolean => event.topic !== 'output' && wanted(event);

  /** The one place where the state changes. */
  function become(next: typeof state): void {
    if (state === 'closed') return;
    state = next;
    if (next === 'pumping') turn ??= clock.after(0, pump);
    if (next === 'waiting') {
      waitingSince = clock.mono();
      counted = position;
      waitingBytes = 0;
    }
    if (next === 'closed') {
      ping.cancel();
      pacing?.cancel();
      hub.remove(reader);
      hub.leave(scopes);
    }
  }

  function end(why: ReaderEnd): void {
    become('closed');
    onEnd(why);
  }

  function send(text: string): void {
    if (!sink.write(text)) become('waiting');
  }

  /** Events after the position, up to MAX_WRITE. */
  function nextEvents(): string {
    if (position < hub.oldest - 1) {
      position = hub.newest;
      return eventFrame('reset', {}, hub.idOf(position));
    }
    let text = '';
    while (text.length < MAX_WRITE) {
      const event = hub.at(position + 1);
      if (!event) break;
      if (wanted(event)) {
        if (event.topic === 'output' && !mayGo(event.bytes)) break;
        text += event.frame;
      }
      position = event.number;
    }
    return text;
  }

  /** Output beyond the pace is taken up again when it may go. */
  function mayGo(bytes: number): boolean {
    const now = clock.mono();
    if (pace.take(bytes, now)) return true;
    pacing ??= clock.after(pace.waitMs(bytes, now), () => {
      pacing = undefined;
      wake();
    });
    return false;
  }

  function nextReadings(): string {
    if (!readingsDue) return '';
    const readings = clientId === undefined ? hub.readingsSince(version) : hub.readingsOf(clientId, version);
    version = readings.version;
    readingsDue = readings.more;
    return readings.frame ?? '';
  }

  function nextView(): string {
    for (let view = viewsDue[0]; view !== undefined; view = viewsDue[0]) {
      const { frame, more } = view.look();
      if (!more) viewsDue.shift();
      if (frame !== undefined) return frame;
    }
    return '';
  }

  function pump(): void {
    turn = undefined;
    if (state !== 'pumping') return;
    const text = nextEvents() || nextReadings() || nextView();
    if (text === '') {
      become('idle');
      return;
    }
    send(text);
    if (state === 'pumping') become('pumping');
  }

  function wake(): void {
    if (state === 'idle') become('pumping');
    if (state !== 'waiting') return;
    for (; counted < hub.newest; counted++) {
      const event = hub.at(counted + 1);
      if (event && isCounted(event)) waitingBytes += event.bytes;
    }
    if (waitingBytes + sink.waitingBytes > MAX_STREAM_QUEUE) end('slow');
  }

  const reader = {
    news: wake,
    readingsDue() {
      readingsDue = topics.has('metrics');
      viewsDue = [...views];
      if (readingsDue || views.length > 0) wake();
    },
    shutdown: () => end('shutdown'),
  };

  const ping = clock.every(STREAM_PING_MS, () => {
    if (state === 'idle') send(PING);
    else if (state === 'waiting' && clock.mono() - waitingSince >= MAX_WAIT_MS) end('slow');
  });
  hub.add(reader);
  greet(hub.enter(scopes));

  /** @param since the ring holds all this reader wants after this event */
  function greet(since: number): void {
    const { lastEventId, retryMs } = options;
    const seen = lastEventId === undefined ? undefined : hub.numberOf(lastEventId);
    const isKnown = seen !== undefined && seen >= since && backlog(seen) <= MAX_STREAM_QUEUE;
    const missed = lastEventId !== undefined && !isKnown;
    if (seen !== undefined && !missed) position = seen;
    const id = hub.idOf(position);
    const reset = missed ? eventFrame('reset', {}, id) : '';
    become('pumping');
    send(`retry: ${retryMs}\n${eventFrame('ready', { event_id: id }, id)}${reset}`);
  }

  /** Bytes a reader missed: more than may wait is fetched anew rather than sent again. */
  function backlog(seen: number): number {
    let bytes = 0;
    for (let number = seen + 1; number <= hub.newest; number++) {
      const event = hub.at(number);
      if (event && wanted(event)) bytes += event.bytes;
    }
    return bytes;
  }

  return {
    get place() {
      return { eventId: hub.idOf(position), readingsVersion: version };
    },
    drained() {
      if (state === 'waiting') become('pumping');
    },
    close: () => become('closed'),
  };
}
