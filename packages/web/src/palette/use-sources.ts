/** Where the entries of the palette come from: pages and commands are here, hosts, applications and runs are asked for. */
import { listApps } from '@ops/protocol/http/apps.ts';
import { listBatches } from '@ops/protocol/http/batches.ts';
import type { BatchSummary } from '@ops/protocol/http/batches.ts';
import { listClients } from '@ops/protocol/http/clients.ts';
import type { ClientSummaries, ClientSummary } from '@ops/protocol/http/clients.ts';
import { listCommands } from '@ops/protocol/http/commands.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { listRollouts } from '@ops/protocol/http/rollouts.ts';
import type { RolloutSummary } from '@ops/protocol/http/rollouts.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';

import { ApiError } from '../api/api-error.ts';
import type { Api } from '../api/client.ts';
import { useSettled } from '../browser/use-settled.ts';
import { useConsole } from '../console.ts';
import { askedFor } from './items.ts';
import type { GroupName } from './items.ts';

/** The server is asked this long after the last key. */
const TYPING_MS = 150;
/** Of these the six best are shown: the server finds by one word, the others narrow here. */
const MAX_FOUND = 50;
/** Hosts whose applications are looked through for one name. */
const MAX_APP_HOSTS = 100;
/** Without words: the newest. */
const RECENT = 5;
const FRESH_MS = 5000;

export type Run =
  | { readonly kind: 'command'; readonly run: CommandSummary }
  | { readonly kind: 'batch'; readonly run: BatchSummary }
  | { readonly kind: 'rollout'; readonly run: RolloutSummary };

interface FoundApp {
  readonly name: string;
  /** How many hosts have it, of those that were looked through. */
  readonly hosts: number;
}

async function findHosts(api: Api, word: string, signal: AbortSignal): Promise<readonly ClientSummary[]> {
  const query = { fields: 'summary', search: word, limit: MAX_FOUND } as const;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- summaries have their own form
  const page = (await api.call(listClients, { query, signal })) as unknown as ClientSummaries;
  return Object.values(page.clients);
}

async function findApps(api: Api, word: string, signal: AbortSignal): Promise<readonly FoundApp[]> {
  const page = await api.call(listApps, { query: { name: word, limit: MAX_APP_HOSTS }, signal });
  const counts = new Map<string, number>();
  for (const { apps } of Object.values(page.client_apps))
    for (const { name } of apps) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, hosts]) => ({ name, hosts }));
}

async function findRuns(api: Api, word: string, signal: AbortSignal): Promise<readonly Run[]> {
  const limit = word === '' ? RECENT : MAX_FOUND;
  const [{ commands }, { batches }, { rollouts }] = await Promise.all([
    api.call(listCommands, {
      query: { limit, single: 'true', ...(word !== '' && { search: word }) },
      signal,
    }),
    api.call(listBatches, { query: { limit }, signal }),
    api.call(listRollouts, { query: { limit }, signal }),
  ]);
  const runs: Run[] = [
    ...commands.map((run) => ({ kind: 'command' as const, run })),
    ...batches.map((run) => ({ kind: 'batch' as const, run })),
    ...rollouts.map((run) => ({ kind: 'rollout' as const, run })),
  ];
  return runs
    .toSorted((a, b) => b.run.created_at_ms - a.run.created_at_ms)
    .slice(0, word === '' ? RECENT : undefined);
}

interface Source<T> {
  /** By the word of `found`; of an earlier word while the answer for this one is out. */
  readonly data: readonly T[];
  /** The word that the server was asked for, when this is its answer. */
  readonly found: string | undefined;
}

export interface Sources {
  readonly hosts: Source<ClientSummary>;
  readonly apps: Source<FoundApp>;
  readonly runs: Source<Run>;
  /** What is typed has not been answered yet. */
  readonly pending: boolean;
  readonly failures: readonly { readonly group: GroupName; readonly error: ApiError }[];
}

/** An answer for what was typed before is aborted, and dropped if it comes all the same. */
function useFound<T>(
  group: GroupName,
  word: string,
  find: (api: Api, word: string, signal: AbortSignal) => Promise<readonly T[]>,
  enabled: boolean,
) {
  const { api } = useConsole();
  return useQuery({
    queryKey: ['palette', group, word],
    queryFn: ({ signal }) => find(api, word, signal),
    enabled,
    staleTime: FRESH_MS,
    retry: false,
    placeholderData: keepPreviousData,
  });
}

export function useSources(typed: string): Sources {
  const wanted = askedFor(typed);
  const word = useSettled(wanted, TYPING_MS);
  const settled = word === wanted;
  const asked = word !== '';
  const hosts = useFound('hosts', word, findHosts, asked);
  const apps = useFound('apps', word, findApps, asked);
  const runs = useFound('runs', word, findRuns, true);

  function sourceOf<T>(
    query: { readonly data: readonly T[] | undefined; readonly isPlaceholderData: boolean },
    needed: boolean,
  ): Source<T> {
    if (query.data === undefined || !needed) return { data: [], found: undefined };
    return { data: query.data, found: settled && asked && !query.isPlaceholderData ? word : undefined };
  }
  const answered = { hosts, apps, runs };
  // Without words hosts and applications are not asked for.
  const out = asked ? [hosts, apps, runs] : [runs];
  return {
    hosts: sourceOf(hosts, wanted !== ''),
    apps: sourceOf(apps, wanted !== ''),
    runs: sourceOf(runs, true),
    pending: !settled || out.some(({ isLoading, isPlaceholderData }) => isLoading || isPlaceholderData),
    failures: (['hosts', 'apps', 'runs'] as const).flatMap((group) => {
      const { error } = answered[group];
      return error instanceof ApiError ? [{ group, error }] : [];
    }),
  };
}
