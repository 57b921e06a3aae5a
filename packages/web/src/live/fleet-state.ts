/**
 * Every host by its names, and who is there: what hosts are chosen by. A snapshot, and what happened since. Readings are
 * not in it, so a fleet of ten thousand changes only when somebody comes, goes or is named anew. Pure; fleet-live.ts
 * feeds it.
 */
import type { ClientName, ClientNames, FleetCounts } from '@ops/protocol/http/clients.ts';
import type { EventData } from '@ops/protocol/http/events.ts';

export interface FleetState {
  readonly clients: ReadonlyMap<string, ClientName>;
  readonly counts: FleetCounts;
}

/** The events that change the fleet, as data. */
export type FleetEvent =
  | { readonly name: 'client'; readonly data: EventData['client'] }
  | { readonly name: 'forgotten'; readonly data: EventData['forgotten'] }
  | { readonly name: 'counts'; readonly data: EventData['counts'] };

export function fromSnapshot(snapshot: ClientNames): FleetState {
  return { clients: new Map(Object.entries(snapshot.clients)), counts: snapshot.counts };
}

/** What is kept of a summary. */
function nameOf({ id, hostname, ip_addresses, labels, status, late }: ClientName): ClientName {
  return { id, hostname, ip_addresses, labels, status, late };
}

/**
 * Applies a batch of events in order. Clients that did not change keep their object, and when none did all of them keep
 * theirs: lists are not sorted again for a change that is not told here.
 */
export function applyEvents(state: FleetState, events: readonly FleetEvent[]): FleetState {
  let { clients, counts } = state;
  let copy: Map<string, ClientName> | undefined;
  const changing = (): Map<string, ClientName> => (clients = copy ??= new Map(clients));
  for (const event of events) {
    switch (event.name) {
      case 'client': {
        const next = nameOf(event.data);
        const known = clients.get(next.id);
        if (known && JSON.stringify(nameOf(known)) === JSON.stringify(next)) break;
        changing().set(next.id, next);
        break;
      }
      case 'forgotten':
        if (clients.has(event.data.id)) changing().delete(event.data.id);
        break;
      case 'counts':
        counts = event.data;
        break;
    }
  }
  return clients === state.clients && counts === state.counts ? state : { clients, counts };
}
