/** Applications, host by host, over all pages. */
import { listApps as listPage } from '@ops/protocol/http/apps.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';
import type { QueryOf } from '@ops/protocol/http/endpoint.ts';

import type { Server } from './server.ts';

/** By host name. @throws ApiFailure */
export async function listApps(
  server: Server,
  query: Pick<QueryOf<typeof listPage>, 'client_id' | 'name' | 'status'>,
): Promise<readonly ClientApps[]> {
  const hosts: ClientApps[] = [];
  let cursor: string | undefined;
  do {
    const page = await server.call(listPage, {
      query: { ...query, ...(cursor !== undefined && { cursor }) },
    });
    hosts.push(...Object.values(page.client_apps));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return hosts.toSorted((a, b) => (a.hostname < b.hostname ? -1 : a.hostname > b.hostname ? 1 : 0));
}
