import { getClient, listSamples } from '@ops/protocol/http/clients.ts';
import type { ClientView, MinuteSample } from '@ops/protocol/http/clients.ts';
import { fromTimestamp } from '@ops/protocol/http/endpoint.ts';
import { UUID_PATTERN } from '@ops/protocol/domain/id.ts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { ApiError } from '../../api/api-error.ts';
import { useVisible } from '../../browser/use-visible.ts';
import { useConsole } from '../../console.ts';
import type { StreamEvent } from '../../live/event-stream.ts';
import { watchNews } from '../../live/news-live.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

export type ClientState =
  | { readonly kind: 'loading' | 'missing' | 'forgotten' }
  | { readonly kind: 'failed'; readonly error: ApiError }
  | { readonly kind: 'known'; readonly client: ClientView; readonly stale: boolean; readonly asOf: number };

function isOfClient({ name }: StreamEvent): boolean {
  return name === 'client' || name === 'metrics';
}

/** One client, kept up to date while the page is in sight. */
export function useClient(id: string): ClientState {
  const { api, streams, session } = useConsole();
  const queries = useQueryClient();
  const visible = useVisible();
  const [stale, setStale] = useState(false);
  const [forgotten, setForgotten] = useState(false);
  const possible = UUID_PATTERN.test(id);

  const query = useQuery({
    queryKey: ['client', id],
    queryFn: ({ signal }) => api.call(getClient, { params: { id }, signal }),
    enabled: possible && !forgotten,
    staleTime: Infinity,
  });

  useEffect(() => {
    if (!possible || !visible || forgotten) return undefined;
    return watchNews(streams, { topics: 'client,metrics', client_id: id }, isOfClient, {
      onNews: () => void queries.invalidateQueries({ queryKey: ['client', id] }),
      onEvent: (event) => {
        if (event.name === 'forgotten' && event.data.id === id) setForgotten(true);
      },
      onStale: setStale,
      onRefused: () => void session.check(),
    });
  }, [possible, visible, forgotten, streams, id, queries, session]);

  if (forgotten) return { kind: 'forgotten' };
  const { error } = query;
  const gone = error instanceof ApiError && (error.code === 'client_not_found' || error.status === 400);
  if (!possible || gone) return { kind: 'missing' };
  if (query.data !== undefined)
    return { kind: 'known', client: query.data, stale, asOf: query.dataUpdatedAt };
  if (error instanceof ApiError) return { kind: 'failed', error };
  return { kind: 'loading' };
}

export interface History {
  readonly samples: readonly MinuteSample[];
  readonly from: number;
  readonly to: number;
  readonly gapMs: number;
}

/** The last hour of a client: up to now, or up to when it was last heard of. */
export function useHistory(id: string, client: ClientView): History | undefined {
  const { api, serverClock } = useConsole();
  const lastSeen = fromTimestamp(client.last_seen);
  const end = client.status === 'offline' ? Math.ceil(lastSeen / MINUTE_MS) * MINUTE_MS : undefined;
  const query = useQuery({
    queryKey: ['samples', id, end ?? 'now'],
    refetchInterval: end === undefined ? MINUTE_MS : false,
    async queryFn({ signal }): Promise<History> {
      const to = end ?? Math.ceil(serverClock.now());
      const from = to - HOUR_MS;
      const answer = await api.call(listSamples, { params: { id }, query: { from, to }, signal });
      return { samples: answer.samples, from, to, gapMs: answer.resolution_secs * 2500 };
    },
  });
  return query.data;
}
