/** Which clients a list shows, and in which order. */
import { naturalDirection } from '@ops/protocol/http/clients.ts';
import type { ClientSort } from '@ops/protocol/http/clients.ts';

import type { Entry } from './entry.ts';
import { createFilter } from './filter.ts';
import type { ClientFilter, ClientOrder } from './fleet.ts';
import type { Presence } from './presence.ts';

/** Those that answer first. */
const RANK: Readonly<Record<Presence, number>> = { online: 0, late: 1, offline: 2 };

/** NaN: there is none. What an offline client measured last is no load of now. */
function loadOf(of: 'cpu' | 'memory' | 'disk'): (entry: Entry) => number {
  return (entry) => (entry.presence === 'offline' ? NaN : entry.sample.share(of));
}

const VALUE_OF: Readonly<Record<Exclude<ClientSort, 'name'>, (entry: Entry) => number>> = {
  status: (entry) => RANK[entry.presence],
  cpu: loadOf('cpu'),
  memory: loadOf('memory'),
  disk: loadOf('disk'),
  seen: (entry) => entry.lastSeenMs,
};

/** Its order changes with every heartbeat, not only when a client comes, goes or changes its name. */
export function isRestless(sort: ClientSort): boolean {
  return sort !== 'name' && sort !== 'status';
}

/**
 * @param ordered by name, as the roster keeps them
 * @returns those that pass, in the order asked for; equals by name, those without the value last in either direction
 * @throws OpsError `invalid_request` for a malformed selector
 */
export function arrange(ordered: readonly Entry[], query: ClientFilter & ClientOrder): readonly Entry[] {
  const { sort = 'name' } = query;
  const dir = query.dir ?? naturalDirection(sort);
  const shown = ordered.filter(createFilter(query));
  if (sort === 'name') return dir === 'asc' ? shown : shown.toReversed();
  const valueOf = VALUE_OF[sort];
  const sign = dir === 'asc' ? 1 : -1;
  // Sorting is stable: equals stay in the order of their names.
  const valued = shown.map((entry) => ({ entry, value: valueOf(entry) }));
  valued.sort((a, b) => {
    if (Number.isNaN(a.value) || Number.isNaN(b.value))
      return Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value));
    return sign * (a.value - b.value);
  });
  return valued.map(({ entry }) => entry);
}
