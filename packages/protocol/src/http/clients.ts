import { appInfo } from '../domain/app.ts';
import { CLIENT_STATUSES, hostPolicy, labels, systemInfo } from '../domain/client.ts';
import { CREDENTIALS } from '../domain/enrolment.ts';
import { epochMs, uuid } from '../domain/id.ts';
import { upgradeStanding } from '../domain/upgrade-fit.ts';
import { s } from '../schema.ts';
import type { Infer } from '../schema.ts';
import { endpoint, timestamp } from './endpoint.ts';

/** One client in full, as `GET /api/clients` shows it. */
export const clientView = s.object({
  system_info: systemInfo,
  app_info: s.array(appInfo, 1000),
  last_seen: timestamp,
  status: s.oneOf(CLIENT_STATUSES),
  late: s.optional(s.oneOf([true])),
  connected_at: s.nullable(timestamp),
  disconnected_at: s.nullable(timestamp),
  client_version: s.string({ max: 64 }),
  protocol_version: s.nullable(s.integer({ description: 'Spoken on its connection; null when offline.' })),
  labels,
  policy: s.nullable(hostPolicy),
  upgrade: s.described(
    s.nullable(upgradeStanding),
    'The keys whose releases this host takes, none: it is never upgraded; and the release it runs. Null: its client is too old.',
  ),
  remote_address: s.nullable(s.string({ max: 64 })),
  encrypted: s.boolean('The link runs over TLS.'),
  authenticated: s.boolean('Both sides proved a secret.'),
  credential: s.described(s.oneOf(CREDENTIALS), 'What the client proved itself by when it last came.'),
  key: s.optional(
    s.described(
      s.object({
        generation: s.integer({ min: 1 }),
        issued_at: timestamp,
        confirmed_at: s.nullable(timestamp),
        revoked_at: s.nullable(timestamp),
      }),
      'Its own key, if it has one. Only in the answer for one client.',
    ),
  ),
  secret_in_use: s.optional(s.oneOf(['current', 'previous'])),
  conflict: s.optional(
    s.described(s.oneOf([true]), 'Another process came with the same client id and was refused.'),
  ),
  journal_lost_at: s.optional(
    s.described(
      timestamp,
      'The record of its commands was lost then, or put back from an older copy. Only in the answer for one client.',
    ),
  ),
  clock_offset_ms: s.nullable(s.integer({ description: "The client's wall clock minus the server's." })),
  heartbeat_interval_secs: s.nullable(s.number({ min: 0 })),
});
export type ClientView = Infer<typeof clientView>;

/** What a list or a card needs: `?fields=summary`, and the data of `client` events. */
export const clientSummary = s.object({
  id: uuid,
  hostname: s.string({ max: 255 }),
  os: s.optional(s.string({ max: 128 })),
  os_version: s.optional(s.string({ max: 128 })),
  arch: s.optional(s.string({ max: 32 })),
  cpu_model: s.optional(s.string({ max: 256 })),
  cpu_cores: s.optional(s.integer()),
  ip_addresses: s.array(s.string({ max: 64 }), 256),
  labels,
  status: s.oneOf(CLIENT_STATUSES),
  late: s.boolean(),
  conflict: s.boolean(),
  encrypted: s.boolean(),
  credential: s.oneOf(CREDENTIALS),
  client_version: s.string({ max: 64 }),
  first_seen_ms: s.described(epochMs, 'When a host with this id first came.'),
  last_seen_ms: epochMs,
  connected_at_ms: s.nullable(epochMs),
  disconnected_at_ms: s.nullable(epochMs),
  apps: s.integer({ min: 0 }),
  metrics: s.optional(
    s.object({
      cpu_usage: s.optional(s.number()),
      load1: s.optional(s.number()),
      used_memory: s.optional(s.number()),
      total_memory: s.optional(s.number()),
      disk_used: s.optional(s.number({ description: 'Bytes used on the fullest disk, by share.' })),
      disk_total: s.optional(s.number({ description: 'Size of that disk in bytes.' })),
      rx_bytes_per_sec: s.optional(s.number()),
      tx_bytes_per_sec: s.optional(s.number()),
      uptime_secs: s.optional(s.number()),
    }),
  ),
});
export type ClientSummary = Infer<typeof clientSummary>;
export type SummaryMetrics = NonNullable<ClientSummary['metrics']>;

/** What a host is found and chosen by: `?fields=names`. A summary is one as well. */
export type ClientName = Pick<
  ClientSummary,
  'id' | 'hostname' | 'ip_addresses' | 'labels' | 'status' | 'late'
>;

/** Counts over the whole fleet, whatever was asked for. */
export const fleetCounts = s.object({
  total: s.integer(),
  online: s.integer({ description: 'Late ones included.' }),
  late: s.integer(),
  offline: s.integer(),
});
export type FleetCounts = Infer<typeof fleetCounts>;

export const DEFAULT_PAGE = 10_000;
export const MAX_PAGE = 10_000;
/** Past the last client there can be. */
export const MAX_OFFSET = 100_000;

/** What a list of clients may be ordered by. */
export const CLIENT_SORTS = ['name', 'status', 'cpu', 'memory', 'disk', 'seen'] as const;
export type ClientSort = (typeof CLIENT_SORTS)[number];
export const DIRECTIONS = ['asc', 'desc'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** Names from A, loads and what was seen last from the top. */
export function naturalDirection(sort: ClientSort): Direction {
  return sort === 'name' || sort === 'status' ? 'asc' : 'desc';
}

/** Which clients, in which order: the same for a page of the list and for its live window. */
export const clientListQuery = {
  status: s.optional(s.oneOf(['online', 'offline', 'late'])),
  search: s.optional(
    s.string({ max: 128, description: 'Words; each is part of the host name, id, address or a label.' }),
  ),
  selector: s.optional(
    s.string({ max: 1024, description: 'Kubernetes label syntax: `env=prod,role in (web,db)`.' }),
  ),
  sort: s.optional(
    s.described(s.oneOf(CLIENT_SORTS), 'By name when absent; figures in names count as numbers.'),
  ),
  dir: s.optional(
    s.described(
      s.oneOf(DIRECTIONS),
      'Absent: names and status up, others down. Clients without the reading come last.',
    ),
  ),
} as const;

const clientId = s.object({ id: uuid });

export const listClients = endpoint({
  method: 'GET',
  path: '/api/clients',
  access: 'viewer',
  tag: 'clients',
  summary: { zh: '客户端列表', en: 'All clients, online and offline' },
  query: s.object({
    ...clientListQuery,
    limit: s.optional(s.integer({ min: 1, max: MAX_PAGE })),
    cursor: s.optional(s.string({ max: 64 })),
    offset: s.optional(
      s.integer({ min: 0, max: MAX_OFFSET, description: 'So many are passed over; not with `cursor`.' }),
    ),
    fields: s.optional(
      s.described(
        s.oneOf(['names', 'summary', 'all']),
        'How much of each; all when absent. names: what hosts are chosen by, without facts and readings.',
      ),
    ),
  }),
  answer: s.object({
    clients: s.record(uuid, clientView, MAX_PAGE),
    counts: fleetCounts,
    matched: s.integer({ min: 0, description: 'How many the filter lets pass, on all pages.' }),
    next_cursor: s.nullable(s.string({ max: 64 })),
  }),
});

/** The answer of `listClients` with other `fields` than all. */
interface ListedAs<T> {
  readonly clients: Readonly<Record<string, T>>;
  readonly counts: FleetCounts;
  readonly matched: number;
  readonly next_cursor: string | null;
}

/** With `fields=summary`. */
export type ClientSummaries = ListedAs<ClientSummary>;

/** With `fields=names`, in the order of the names. */
export type ClientNames = ListedAs<ClientName>;

export const getClient = endpoint({
  method: 'GET',
  path: '/api/clients/{id}',
  access: 'viewer',
  tag: 'clients',
  summary: { zh: '一个客户端', en: 'One client' },
  params: clientId,
  answer: clientView,
  failures: { 404: 'client_not_found' },
});

export const forgetClient = endpoint({
  method: 'DELETE',
  path: '/api/clients/{id}',
  access: 'admin',
  tag: 'clients',
  summary: { zh: '删除一个离线客户端', en: 'Forget an offline client; its id is never used again' },
  params: clientId,
  answer: s.object({ success: s.oneOf([true]), message: s.string({ max: 256 }) }),
  failures: { 404: 'client_not_found', 409: 'client_online' },
});

const READING_AVERAGES = {
  cpu_usage: s.optional(s.number()),
  load1: s.optional(s.number()),
  used_memory: s.optional(s.number()),
  total_memory: s.optional(s.number()),
  used_swap: s.optional(s.number()),
  disk_used: s.optional(s.number()),
  disk_total: s.optional(s.number()),
  rx_bytes_per_sec: s.optional(s.number()),
  tx_bytes_per_sec: s.optional(s.number()),
  read_bytes_per_sec: s.optional(s.number()),
  write_bytes_per_sec: s.optional(s.number()),
} as const;

/** Averages of `resolution_secs` of one host, a minute or more. A reading the host did not have is absent. */
export const minuteSample = s.object({
  t: s.described(epochMs, 'When it begins, by the clock of the host that measured.'),
  samples: s.integer({ min: 1, description: 'How many readings went into it.' }),
  ...READING_AVERAGES,
  peaks: s.optional(
    s.described(
      s.object(READING_AVERAGES),
      'The highest average of a minute within it; absent where it is one minute itself.',
    ),
  ),
});
export type MinuteSample = Infer<typeof minuteSample>;

/** Rows one answer holds at most: a day of minutes. */
export const MAX_MINUTES = 1440;
/** The least `points` one may ask for: with fewer, the longest range would need points of more than a day. */
export const MIN_POINTS = 60;
/** Longest range with `points`: all that is kept, and a day beside it. */
export const MAX_RANGE_MINUTES = 31 * 24 * 60;
/** Minutes a point may stand for. Each divides half a day or is a whole number of them. */
export const SAMPLE_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440] as const;

/** Minutes a point stands for when a range of so many minutes has at most so many points. */
export function sampleStep(rangeMinutes: number, points: number): number {
  return SAMPLE_STEPS.find((step) => rangeMinutes <= step * points) ?? 1440;
}

export const listSamples = endpoint({
  method: 'GET',
  path: '/api/clients/{id}/samples',
  access: 'viewer',
  tag: 'clients',
  summary: {
    zh: '一个客户端的历史指标（每分钟平均；指定 points 时可为更长的时间段）',
    en: 'What a client measured, averaged by minute or, with `points`, by longer steps; oldest first',
  },
  params: clientId,
  query: s.object({
    from: s.optional(s.described(epochMs, 'Milliseconds since 1970; one hour ago when absent.')),
    to: s.optional(epochMs),
    points: s.optional(
      s.integer({
        min: MIN_POINTS,
        max: MAX_MINUTES,
        description:
          'At most so many rows, of the shortest step that does. Without it every minute of a day.',
      }),
    ),
  }),
  answer: s.object({
    client_id: uuid,
    resolution_secs: s.integer({ description: 'What each row stands for.' }),
    samples: s.array(minuteSample, MAX_MINUTES),
  }),
  failures: { 404: 'client_not_found' },
});
