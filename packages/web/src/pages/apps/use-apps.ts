import { listApps } from '@ops/protocol/http/apps.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';
import { useEffect, useState } from 'react';

import type { Api } from '../../api/client.ts';
import { useVisible } from '../../browser/use-visible.ts';
import { useConsole, useSignal } from '../../console.ts';
import { createAppsLive } from '../../live/apps-live.ts';
import type { AppsByClient, AppsPicture } from '../../live/apps-live.ts';

/** Page by page. */
async function fetchApps(api: Api): Promise<AppsByClient> {
  const clients = new Map<string, ClientApps>();
  let cursor: string | undefined;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- a page names the next
    const page = await api.call(listApps, { query: { ...(cursor !== undefined && { cursor }) } });
    for (const [id, client] of Object.entries(page.client_apps)) clients.set(id, client);
    if (page.next_cursor === null) return clients;
    cursor = page.next_cursor;
  }
}

/** The applications of all clients, kept up to date while the page is in sight. */
export function useApps(): AppsPicture {
  const { api, streams, session } = useConsole();
  const visible = useVisible();
  const [live] = useState(() =>
    createAppsLive({
      ...streams,
      fetchApps: () => fetchApps(api),
      onRefused: () => void session.check(),
    }),
  );
  useEffect(() => (visible ? live.watch() : undefined), [live, visible]);
  return useSignal(live.picture);
}
