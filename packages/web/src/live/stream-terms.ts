/** What live updates are spoken of in: phases, events, what they need, and the times by which a stream is judged. */
import type { ClientSort, Direction } from '@ops/protocol/http/clients.ts';
import { events as eventsEndpoint } from '@ops/protocol/http/events.ts';
import type { EventData, EventName, MapShade, PollAnswer } from '@ops/protocol/http/events.ts';

import { addressOf } from '../api/client.ts';
import type { BrowserClock } from '../browser/clock.ts';
import type { Signal } from '../browser/signal.ts';

export type StreamPhase = 'closed' | 'opening' | 'live' | 'lost';

/** The server says `ready` as soon as it is asked. */
export const READY_WITHIN_MS = 2000;
/** After a doubt that came to nothing, as the server did not answer either. */
export const DOUBT_AGAIN_MS = 10_000;
export const REFUSED_TIMES = 2;
export const CUT_TIMES = 3;
/** A stream that is cut sooner is no good; one that is cut later goes on where it was, and little is lost. */
export const LASTING_MS = 40_000;
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

export interface EventStreamQuery {
  readonly topics: string;
  readonly client_id?: string;
  readonly command_id?: string;
  readonly batch_id?: string;
  /** Of `window` and `map`: which clients, which part of them, and what is told. */
  readonly status?: 'online' | 'late' | 'offline' | undefined;
  readonly search?: string | undefined;
  readonly sort?: ClientSort | undefined;
  readonly dir?: Direction | undefined;
  readonly offset?: number;
  readonly limit?: number;
  readonly group?: string | undefined;
  readonly shade?: MapShade | undefined;
}

export type Way = 'stream' | 'poll';

export type AskPoll = (
  query: EventStreamQuery & { readonly after?: string; readonly wait_secs: number },
  signal: AbortSignal,
) => Promise<PollAnswer>;

/** How live updates reach this page (polling.ts). */
export interface Polling {
  readonly way: Pick<Signal<Way>, 'get' | 'subscribe'>;
  /** @throws when there is no answer, or none of the server's */
  readonly ask: AskPoll;
  readonly prefer: (way: Way) => void;
  /** Somebody polls: now and then a stream is tried beside it, whatever becomes of the page that polls. */
  readonly polled: () => void;
}

export interface EventStreamNeeds {
  readonly clock: BrowserClock;
  readonly connect: (url: string) => EventSource;
  /** Absent: streams only. */
  readonly polling?: Polling;
  /** Changes when somebody has signed in again: what was refused is asked for at once. */
  readonly signedIn?: Pick<Signal<unknown>, 'subscribe'>;
}

/** Full jitter between nothing and a doubling ceiling, in milliseconds; `attempt` counts from 0. */
export function reopenDelay(attempt: number, unit: number): number {
  return unit * Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** Math.min(attempt, 10));
}

export function pathOf(query: EventStreamQuery): string {
  return addressOf(eventsEndpoint, {}, { ...query });
}
