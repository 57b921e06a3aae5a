/** Every host a query names, over all pages. */
import { clientSummary, fleetCounts, listClients, MAX_PAGE } from '@ops/protocol/http/clients.ts';
import type { ClientSummary } from '@ops/protocol/http/clients.ts';
import type { QueryOf } from '@ops/protocol/http/endpoint.ts';
import { uuid } from '@ops/protocol/domain/id.ts';
import { s } from '@ops/protocol/schema.ts';

import type { Server } from './server.ts';

const summaries = s.object({
  clients: s.record(uuid, clientSummary, MAX_PAGE),
  counts: fleetCounts,
  matched: s.integer({ min: 0 }),
  next_cursor: s.nullable(s.string({ max: 64 })),
});

/** By host name. @throws ApiFailure */
export async function listHosts(
  server: Server,
  query: Pick<QueryOf<typeof listClients>, 'selector' | 'search' | 'status'>,
): Promise<readonly ClientSummary[]> {
  const hosts: ClientSummary[] = [];
  let cursor: string | undefined;
  do {
    const page = await server.callAs(listClients, summaries, {
      query: { ...query, fields: 'summary', ...(cursor !== undefined && { cursor }) },
    });
    hosts.push(...Object.values(page.clients));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return hosts.toSorted((a, b) => (a.hostname < b.hostname ? -1 : a.hostname > b.hostname ? 1 : 0));
}
