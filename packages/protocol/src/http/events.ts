/**
 * `GET /api/events`: server-sent events.
 *
 *   ready     {event_id}                         first, always: the stream is open
 *   reset     {}                                 what was missed is no longer known: fetch everything again
 *   client    ClientSummary                      a client came, went, became late, or changed its facts
 *   forgotten {id}                               a client was deleted
 *   counts    FleetCounts                        after any of these
 *   metrics   {at, clients: {id: SummaryMetrics, last_seen_ms}}   at most once a second: the newest readings only
 *
 * `client`, `forgotten` and `counts` carry an id and are sent again after `Last-Event-ID`; `metrics` is the newest
 * state, so a reader that is slow or was away gets the newest and misses nothing it could use.
 */
import { uuid } from '../domain/id.ts';
import { s } from '../schema.ts';
import type { ClientSummary, FleetCounts, SummaryMetrics } from './clients.ts';
import { endpoint } from './endpoint.ts';

export const EVENT_TOPICS = ['client', 'metrics'] as const;
export type EventTopic = (typeof EVENT_TOPICS)[number];

/** Events kept for readers that come back. */
export const KEPT_EVENTS = 10_000;
/** Bytes that may wait for one reader; one more closes its stream. */
export const MAX_STREAM_QUEUE = 256 * 1024;
/** A comment is sent this often, so that proxies keep a quiet stream open. */
export const STREAM_PING_MS = 15_000;
export const METRICS_PERIOD_MS = 1000;

export interface EventData {
  readonly ready: { readonly event_id: string };
  readonly reset: Readonly<Record<string, never>>;
  readonly client: ClientSummary;
  readonly forgotten: { readonly id: string };
  readonly counts: FleetCounts;
  readonly metrics: {
    readonly at: number;
    readonly clients: Readonly<Record<string, SummaryMetrics & { readonly last_seen_ms: number }>>;
  };
}
export type EventName = keyof EventData;

export const events = endpoint({
  method: 'GET',
  path: '/api/events',
  access: 'viewer',
  tag: 'events',
  summary: {
    zh: '实时事件（SSE），可用 Last-Event-ID 续传',
    en: 'Live events (SSE); resumes from Last-Event-ID',
  },
  query: s.object({
    topics: s.optional(
      s.string({ max: 64, description: 'Comma-separated: client, metrics. All when absent.' }),
    ),
    client_id: s.optional(s.described(uuid, 'Only this client.')),
  }),
  answer: { mediaType: 'text/event-stream', description: 'Named events; the table is in docs/protocol.md.' },
});
