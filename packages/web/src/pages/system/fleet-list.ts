/** Which clients are shown, and in which order. Pure. */
import type { ClientSummary } from '@ops/protocol/http/clients.ts';

import { naturalDirection } from './fleet-search.ts';
import type { FleetSearch, SortKey, StatusFilter } from './fleet-search.ts';

/** Readings change each second; rows that would jump about as often cannot be read. */
export const REORDER_MS = 5000;

const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

export function hasStatus(client: ClientSummary, status: StatusFilter | undefined): boolean {
  if (status === undefined) return true;
  return status === 'late' ? client.late : client.status === status;
}

/** Words apart by blanks; each must be part of the host name, the id, an address or a `key=value` label. */
export function matches(client: ClientSummary, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const labels = Object.entries(client.labels).map(([key, value]) => `${key}=${value}`);
  const text = [client.hostname, client.id, ...client.ip_addresses, ...labels].join('\n').toLowerCase();
  return words.every((word) => text.includes(word));
}

export function wordsOf(q: string | undefined): readonly string[] {
  return (q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
}

export function share(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined || whole <= 0 ? undefined : (part / whole) * 100;
}

function statusRank(client: ClientSummary): number {
  if (client.status === 'offline') return 2;
  return client.late ? 1 : 0;
}

const VALUE_OF: Readonly<Record<Exclude<SortKey, 'name'>, (client: ClientSummary) => number | undefined>> = {
  status: statusRank,
  cpu: (client) => client.metrics?.cpu_usage,
  memory: (client) => share(client.metrics?.used_memory, client.metrics?.total_memory),
  disk: (client) => share(client.metrics?.disk_used, client.metrics?.disk_total),
  seen: (client) => client.last_seen_ms,
};

function compareNames(a: ClientSummary, b: ClientSummary): number {
  return byName.compare(a.hostname, b.hostname) || (a.id < b.id ? -1 : 1);
}

/** Absent readings come last in either direction; equals by name. */
export function comparator(
  sort: SortKey,
  dir: 'asc' | 'desc',
): (a: ClientSummary, b: ClientSummary) => number {
  const sign = dir === 'asc' ? 1 : -1;
  if (sort === 'name') return (a, b) => sign * compareNames(a, b);
  const valueOf = VALUE_OF[sort];
  return (a, b) => {
    const x = valueOf(a);
    const y = valueOf(b);
    if (x === undefined || y === undefined)
      return Number(x === undefined) - Number(y === undefined) || compareNames(a, b);
    return sign * (x - y) || compareNames(a, b);
  };
}

export type Arrange = (
  clients: ReadonlyMap<string, ClientSummary>,
  search: FleetSearch,
  now: number,
) => readonly ClientSummary[];

/**
 * Filters at once; keeps an order for `REORDER_MS` unless the reader asks for another or clients come and go.
 */
export function createArrange(): Arrange {
  let order = new Map<string, number>();
  let orderedBy = '';
  let orderedAt = 0;

  return (clients, search, now) => {
    const words = wordsOf(search.q);
    const shown = [...clients.values()].filter(
      (client) => hasStatus(client, search.status) && matches(client, words),
    );
    const sort = search.sort ?? 'name';
    const dir = search.dir ?? naturalDirection(sort);
    const key = `${sort} ${dir}`;
    const settled =
      key === orderedBy && now - orderedAt < REORDER_MS && shown.every((client) => order.has(client.id));
    if (settled) return shown.toSorted((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
    const arranged = shown.toSorted(comparator(sort, dir));
    order = new Map(arranged.map((client, rank) => [client.id, rank]));
    orderedBy = key;
    orderedAt = now;
    return arranged;
  };
}
