import { listApps } from '@ops/protocol/http/apps.ts';
import type { ClientApps } from '@ops/protocol/http/apps.ts';
import { listCommands, MAX_COMMANDS_PAGE } from '@ops/protocol/http/commands.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { listRollouts } from '@ops/protocol/http/rollouts.ts';
import { useEffect, useState } from 'react';

import type { Api } from '../../api/client.ts';
import { useVisible } from '../../browser/use-visible.ts';
import { useConsole, useSignal } from '../../console.ts';
import { actionsOf, createAppsLive, LAST_ROLLOUTS } from '../../live/apps-live.ts';
import type { ActionsByApp, AppsByClient, AppsLive, AppsPicture, AppsState } from '../../live/apps-live.ts';

async function fetchClients(api: Api): Promise<AppsByClient> {
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

/** Those of batches are none: a batch acts on no application. */
async function fetchActions(api: Api): Promise<ActionsByApp> {
  const commands: CommandSummary[] = [];
  let cursor: string | undefined;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- a page names the next
    const page = await api.call(listCommands, {
      query: {
        status: 'active',
        single: 'true',
        limit: MAX_COMMANDS_PAGE,
        ...(cursor !== undefined && { cursor }),
      },
    });
    commands.push(...page.commands);
    if (page.next_cursor === null) return actionsOf(commands);
    cursor = page.next_cursor;
  }
}

async function fetchState(api: Api): Promise<AppsState> {
  const [clients, actions, { rollouts }] = await Promise.all([
    fetchClients(api),
    fetchActions(api),
    api.call(listRollouts, { query: { limit: LAST_ROLLOUTS } }),
  ]);
  return { clients, actions, rollouts };
}

/** The applications of all clients and what is done with them, kept up to date while the page is in sight. */
export function useApps(): AppsPicture & Pick<AppsLive, 'ask'> {
  const { api, streams, session } = useConsole();
  const visible = useVisible();
  const [live] = useState(() =>
    createAppsLive({
      ...streams,
      fetchState: () => fetchState(api),
      onRefused: () => void session.check(),
    }),
  );
  useEffect(() => (visible ? live.watch() : undefined), [live, visible]);
  return { ...useSignal(live.picture), ask: live.ask };
}
