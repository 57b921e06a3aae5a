import { listApps } from '@ops/protocol/http/apps.ts';
import { useQuery } from '@tanstack/react-query';

import type { Api } from '../../api/client.ts';
import { useConsole } from '../../console.ts';

/** Version by client id, of the clients that have the application; undefined: it tells none. */
export type VersionsByHost = ReadonlyMap<string, string | undefined>;

async function fetchHosts(api: Api, name: string, signal: AbortSignal): Promise<VersionsByHost> {
  const versions = new Map<string, string | undefined>();
  let cursor: string | undefined;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- a page names the next
    const page = await api.call(listApps, {
      query: { name, ...(cursor !== undefined && { cursor }) },
      signal,
    });
    for (const { client_id: id, apps } of Object.values(page.client_apps)) {
      // The filter takes a part of a name.
      const app = apps.find((each) => each.name === name);
      if (app !== undefined) versions.set(id, app.version);
    }
    if (page.next_cursor === null) return versions;
    cursor = page.next_cursor;
  }
}

/** Where the application is, and in which versions. */
export function useAppHosts(name: string): {
  /** Undefined until that is known. */
  readonly hosts: VersionsByHost | undefined;
  readonly failure: Error | undefined;
} {
  const { api } = useConsole();
  const { data, error } = useQuery({
    queryKey: ['app-hosts', name],
    queryFn: ({ signal }) => fetchHosts(api, name, signal),
    staleTime: 10_000,
  });
  return { hosts: data, failure: error ?? undefined };
}
