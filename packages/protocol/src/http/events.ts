/**
 * `GET /api/events`: server-sent events.
 *
 *   ready     {event_id}                         first, always: the stream is open
 *   reset     {}                                 what was missed is no longer known: fetch everything again
 *   client    ClientSummary                      a client came, went, became late, or changed its facts
 *   forgotten {id}                               a client was deleted
 *   counts    FleetCounts                        after any of these
 *   command   CommandSummary                     a command that belongs to no batch was made or changed; with
 *                                               `command_id` or `batch_id` in the query also those of a batch
 *   output    OutputEvent                        kept output of the command named by `command_id`, as it arrives
 *   batch     BatchSummary                       a batch was made or changed; at most PROGRESS_EVENTS_PER_SEC of each,
 *                                               and its end at once
 *   app       AppEvent                           the applications of a client changed: all of them, as they are now
 *   rollout   RolloutSummary                     a rollout was made or changed; as often as batches are told
 *   upgrade   UpgradeSummary                     an upgrade of clients was made or changed; as often as batches are told
 *   metrics   {at, clients: {id: SummaryMetrics, last_seen_ms}}   at most once a second: the newest readings only
 *   window    WindowEvent                        at most once a second: what changed of a part of the list of clients, in
 *                                               the order and with the filter of the query
 *   map       MapEvent                           at most once a second: what changed of all clients, a few bytes for each
 *
 * `client`, `forgotten`, `counts`, `command`, `output`, `batch`, `app`, `rollout` and `upgrade` carry an id and are sent again after `Last-Event-ID`; `metrics` is the newest
 * state, so a reader that is slow or was away gets the newest and misses nothing it could use. So are `window` and `map`: their
 * first events hold everything, and those that follow only what changed since the one before on the same stream.
 *
 * `GET /api/events/poll`: the same events, without `ready`, one answer at a time, where no stream comes through. An answer
 * carries the cursor to ask with next; it comes when there is something newer, or empty when the wait is over. `window` and
 * `map` go on from the answer before as they do on a stream, unless the answer says that they begin anew.
 */
import type { AppInfo } from '../domain/app.ts';
import { uuid } from '../domain/id.ts';
import { s } from '../schema.ts';
import type { Infer } from '../schema.ts';
import { OUTPUT_STREAMS } from '../domain/command.ts';
import type { BatchSummary } from './batches.ts';
import { clientListQuery, MAX_OFFSET } from './clients.ts';
import type { ClientSummary, FleetCounts, SummaryMetrics } from './clients.ts';
import type { CommandSummary } from './commands.ts';
import { endpoint } from './endpoint.ts';
import type { RolloutSummary } from './rollouts.ts';
import type { UpgradeSummary } from './upgrades.ts';

export const EVENT_TOPICS = [
  'client',
  'metrics',
  'command',
  'output',
  'batch',
  'app',
  'rollout',
  'upgrade',
  'window',
  'map',
] as const;
export type EventTopic = (typeof EVENT_TOPICS)[number];

/** Events kept for readers that come back. */
export const KEPT_EVENTS = 10_000;
/** Bytes that may wait for one reader; one more closes its stream. */
export const MAX_STREAM_QUEUE = 256 * 1024;
/** A comment is sent this often, so that proxies keep a quiet stream open. */
export const STREAM_PING_MS = 15_000;
export const METRICS_PERIOD_MS = 1000;
/** Of each batch, rollout and upgrade; beside that, its end at once. */
export const PROGRESS_EVENTS_PER_SEC = 4;
/** Bytes of output a viewer is sent a second; more waits, and none is lost. */
export const MAX_OUTPUT_PER_SEC = 256 * 1024;

/** Clients in a window at most: what a large screen shows, and some more on both sides. */
export const MAX_WINDOW = 400;
export const DEFAULT_WINDOW = 100;

/** Readings with the time of the heartbeat that brought them. */
type TimedMetrics = SummaryMetrics & { readonly last_seen_ms: number };

/** What changed of a window; what is absent did not. */
export interface WindowEvent {
  readonly at: number;
  readonly counts: FleetCounts;
  /** Clients the filter lets pass, in the window or not. */
  readonly matched: number;
  /** Commands that are not over, those of batches included. */
  readonly running_commands: number;
  /** Applications on clients that are online which do not run although they should. */
  readonly failing_apps: number;
  /** All clients in the window, in order. */
  readonly ids?: readonly string[];
  /** Newcomers, and those whose facts or presence changed. A long window comes in several events. */
  readonly clients?: Readonly<Record<string, ClientSummary>>;
  readonly metrics?: Readonly<Record<string, TimedMetrics>>;
}

/** What the cells of a map may tell besides presence. */
export const MAP_SHADES = ['cpu', 'memory', 'disk'] as const;
export type MapShade = (typeof MAP_SHADES)[number];

/** Presence of a cell, by its index. */
export const MAP_STATES = ['online', 'late', 'offline'] as const;

/** Shares in a map are rounded to this, in percent, so that a cell does not change with each heartbeat. */
export const MAP_STEP = 5;

/** What changed of a map. A client is named once on a stream and is a number from then on. */
export interface MapEvent {
  readonly at: number;
  /** Label keys there are, the most common first. Absent: as before. */
  readonly keys?: readonly string[];
  /** Clients, in the order of the list: number, id, host name, value of the label, when it was last seen (offline only). */
  readonly hosts: readonly (readonly [
    number: number,
    id: string,
    hostname: string,
    group: string | null,
    lastSeenMs: number | null,
  ])[];
  /** Three numbers for each that changed: its number, the index in MAP_STATES, the share in percent or -1. */
  readonly cells: readonly number[];
  /** Numbers of clients that are no longer in it. */
  readonly gone: readonly number[];
  /** True: more is on its way. */
  readonly more: boolean;
}
/** Longest and usual wait of a poll, in seconds: shorter than the patience of common proxies. */
export const MAX_POLL_SECS = 25;
/** What follows the first event within this goes into the same answer. */
export const POLL_GATHER_MS = 100;
/** Readings alone do not end a poll that carries a cursor sooner than this. */
export const POLL_READINGS_MS = 2000;
/** Bytes of one answer, as far as single events allow; the rest comes with the next. */
export const MAX_POLL_BYTES = 256 * 1024;
/** More events than one answer of that size could hold. */
const MAX_POLL_EVENTS = 10_000;

/** A piece of the kept output of a command, in the order of each stream. */
export const outputEvent = s.object({
  command_id: uuid,
  stream: s.oneOf(OUTPUT_STREAMS),
  offset: s.integer({
    min: 0,
    description: 'Bytes of the kept stream before it: as `next_offset` of `GET /api/command-output`.',
  }),
  text: s.string({ max: MAX_OUTPUT_PER_SEC }),
  next_offset: s.integer({ min: 0 }),
});
export type OutputEvent = Infer<typeof outputEvent>;

/** More is not sent: a reader could not take it beside anything else. */
export const MAX_APPS_EVENT = 64 * 1024;

export interface AppEvent {
  readonly client_id: string;
  /** Null: they are more than MAX_APPS_EVENT bytes; ask `GET /api/apps` for this client. */
  readonly apps: readonly AppInfo[] | null;
}

export interface EventData {
  readonly ready: { readonly event_id: string };
  readonly reset: Readonly<Record<string, never>>;
  readonly client: ClientSummary;
  readonly forgotten: { readonly id: string };
  readonly counts: FleetCounts;
  readonly command: CommandSummary;
  readonly output: OutputEvent;
  readonly batch: BatchSummary;
  readonly app: AppEvent;
  readonly rollout: RolloutSummary;
  readonly upgrade: UpgradeSummary;
  readonly metrics: {
    readonly at: number;
    readonly clients: Readonly<Record<string, TimedMetrics>>;
  };
  readonly window: WindowEvent;
  readonly map: MapEvent;
}
export type EventName = keyof EventData;

export const EVENT_NAMES = [
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
  'upgrade',
  'window',
  'map',
] as const satisfies readonly EventName[];

const wish = {
  topics: s.optional(
    s.string({
      max: 128,
      description:
        'Comma-separated: client, metrics, command, output, batch, app, rollout, upgrade, window, map. Absent: all but window and map; output needs command_id.',
    }),
  ),
  client_id: s.optional(s.described(uuid, 'Only this client.')),
  command_id: s.optional(s.described(uuid, 'Of commands and output, only this one.')),
  batch_id: s.optional(s.described(uuid, 'Of commands and batches, only this one.')),
  ...clientListQuery,
  offset: s.optional(s.integer({ min: 0, max: MAX_OFFSET, description: 'Where the window begins.' })),
  limit: s.optional(
    s.integer({ min: 0, max: MAX_WINDOW, description: 'Clients in the window; 0 for the counts alone.' }),
  ),
  group: s.optional(s.string({ max: 317, description: 'Label key the map tells the value of.' })),
  shade: s.optional(s.described(s.oneOf(MAP_SHADES), 'What the cells of the map tell besides presence.')),
};

export const events = endpoint({
  method: 'GET',
  path: '/api/events',
  access: 'viewer',
  tag: 'events',
  summary: {
    zh: '实时事件（SSE），可用 Last-Event-ID 续传',
    en: 'Live events (SSE); resumes from Last-Event-ID',
  },
  query: s.object(wish),
  answer: { mediaType: 'text/event-stream', description: 'Named events; the table is in docs/protocol.md.' },
});

export const pollEvents = endpoint({
  method: 'GET',
  path: '/api/events/poll',
  access: 'viewer',
  tag: 'events',
  summary: {
    zh: '实时事件（长轮询），用于事件流无法通过的代理',
    en: 'Live events by long polling, where a proxy lets no stream through',
  },
  query: s.object({
    ...wish,
    after: s.optional(
      s.string({
        max: 64,
        description:
          'Cursor of the answer before, or the id of an event; without it the answer comes at once.',
      }),
    ),
    wait_secs: s.optional(
      s.integer({ min: 0, max: MAX_POLL_SECS, description: `Longest wait, ${MAX_POLL_SECS} when absent.` }),
    ),
  }),
  answer: s.object({
    cursor: s.string({ max: 64, description: 'To ask with next, as `after`.' }),
    anew: s.boolean(
      'Window and map begin anew: what was told of them before is void. False: they tell what changed since the answer before.',
    ),
    events: s.array(
      s.object({
        id: s.optional(s.string({ max: 64 })),
        event: s.oneOf(EVENT_NAMES),
        data: s.anyObject('As in the stream.'),
      }),
      MAX_POLL_EVENTS,
    ),
  }),
});
export type PollAnswer = Infer<typeof pollEvents.answer>;
