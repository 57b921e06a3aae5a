/** The fleet as this page knows it: a snapshot, and what happened since. Pure; fleet-live.ts feeds it. */
import type { ClientSummaries, ClientSummary, FleetCounts } from '@ops/protocol/http/clients.ts';
import type { EventData } from '@ops/protocol/http/events.ts';

export interface FleetState {
  readonly clients: ReadonlyMap<string, ClientSummary>;
  readonly counts: FleetCounts;
}

/** The events that change the fleet, as data. */
export type FleetEvent =
  | { readonly name: 'client'; readonly data: EventData['client'] }
  | { readonly name: 'forgotten'; readonly data: EventData['forgotten'] }
  | { readonly name: 'counts'; readonly data: EventData['counts'] }
  | { readonly name: 'metrics'; readonly data: EventData['metrics'] };

export function fromSnapshot(snapshot: ClientSummaries): FleetState {
  return { clients: new Map(Object.entries(snapshot.clients)), counts: snapshot.counts };
}

/**
 * Applies a batch of events in order. Clients that did not change keep their object, so that only what changed is
 * drawn again; the map is copied once for the batch.
 */
export function applyEvents(state: FleetState, events: readonly FleetEvent[]): FleetState {
  if (events.length === 0) return state;
  const clients = new Map(state.clients);
  let counts = state.counts;
  for (const event of events) {
    switch (event.name) {
      case 'client':
        clients.set(event.data.id, event.data);
        break;
      case 'forgotten':
        clients.delete(event.data.id);
        break;
      case 'counts':
        counts = event.data;
        break;
      case 'metrics':
        applyMetrics(clients, event.data);
        break;
    }
  }
  return { clients, counts };
}

/** Readings never bring a client into being, and never replace newer ones. */
function applyMetrics(
  clients: Map<string, ClientSummary>,
  { clients: readings }: EventData['metrics'],
): void {
  for (const [id, { last_seen_ms, ...metrics }] of Object.entries(readings)) {
    const known = clients.get(id);
    if (known === undefined || known.last_seen_ms > last_seen_ms) continue;
    clients.set(id, { ...known, last_seen_ms, metrics });
  }
}
