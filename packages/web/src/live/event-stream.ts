/**
 * One stream of server-sent events, kept open.
 *
 *   closed ──open()──► opening ──ready──► live
 *                         ▲                │ error
 *                         └──── lost ◄─────┘   the browser comes back by itself (with Last-Event-ID), or, when the
 *                                              answer was not a stream, we do after a growing delay
 *
 * The browser does not say why a stream failed, so a refused one is looked into by whoever owns it (`onRefused`).
 */
import { addressOf } from '../api/client.ts';
import type { BrowserClock, Timer } from '../browser/clock.ts';
import { events as eventsEndpoint } from '@ops/protocol/http/events.ts';
import type { EventData, EventName } from '@ops/protocol/http/events.ts';

export type StreamPhase = 'closed' | 'opening' | 'live' | 'lost';

const NAMES: readonly EventName[] = [
  'ready',
  'reset',
  'client',
  'forgotten',
  'counts',
  'metrics',
  'command',
  'output',
  'batch',
  'app',
  'rollout',
  'window',
  'map',
];
const BASE_DELAY_MS = 1000;
const MAX_DELAY_MS = 15_000;

export type StreamEvent = { [N in EventName]: { readonly name: N; readonly data: EventData[N] } }[EventName];

export interface StreamHandlers {
  readonly onPhase: (phase: StreamPhase) => void;
  readonly onEvent: (event: StreamEvent) => void;
  /** A stream this page opened is there for the first time: what happened before it is not known. */
  readonly onFresh: () => void;
  /** The answer was not a stream: the session may be over, or a proxy answers for a server that is away. */
  readonly onRefused: () => void;
}

export interface EventStreamNeeds {
  readonly clock: BrowserClock;
  readonly connect: (url: string) => EventSource;
}

export interface EventStreamQuery {
  readonly topics: string;
  readonly client_id?: string;
  readonly command_id?: string;
  readonly batch_id?: string;
  /** Of `window` and `map`: which clients, which part of them, and what is told. */
  readonly status?: string | undefined;
  readonly search?: string | undefined;
  readonly sort?: string | undefined;
  readonly dir?: string | undefined;
  readonly offset?: string;
  readonly limit?: string;
  readonly group?: string | undefined;
  readonly shade?: string | undefined;
}

/** Full jitter between nothing and a doubling ceiling, in milliseconds; `attempt` counts from 0. */
export function reopenDelay(attempt: number, unit: number): number {
  return unit * Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** Math.min(attempt, 10));
}

/** Opens and keeps open. Returns how to close. */
export function keepStream(
  needs: EventStreamNeeds,
  query: EventStreamQuery,
  handlers: StreamHandlers,
): () => void {
  const url = addressOf(eventsEndpoint, {}, { ...query });
  let source: EventSource | undefined;
  let waiting: Timer | undefined;
  let attempt = 0;
  let closed = false;

  function open(): void {
    handlers.onPhase('opening');
    const opened = needs.connect(url);
    source = opened;
    let fresh = true;
    for (const name of NAMES) {
      opened.addEventListener(name, (message: MessageEvent<string>) => {
        if (closed || source !== opened) return;
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the server writes by the same table
        const event = { name, data: JSON.parse(message.data) as unknown } as StreamEvent;
        if (name === 'ready') {
          attempt = 0;
          // First what is missing is asked for: a stream is live, but its picture is not true before that is in.
          if (fresh) handlers.onFresh();
          handlers.onPhase('live');
          fresh = false;
        }
        handlers.onEvent(event);
      });
    }
    opened.addEventListener('error', () => {
      if (closed || source !== opened) return;
      handlers.onPhase('lost');
      if (opened.readyState !== opened.CLOSED) return;
      source = undefined;
      waiting = needs.clock.after(reopenDelay(attempt++, needs.clock.unit()), open);
      handlers.onRefused();
    });
  }

  open();
  return () => {
    closed = true;
    waiting?.cancel();
    source?.close();
    handlers.onPhase('closed');
  };
}
