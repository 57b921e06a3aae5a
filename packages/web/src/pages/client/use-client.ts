import { getClient } from '@ops/protocol/http/clients.ts';
import type { ClientView } from '@ops/protocol/http/clients.ts';
import { UUID_PATTERN } from '@ops/protocol/domain/id.ts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { ApiError } from '../../api/api-error.ts';
import { useVisible } from '../../browser/use-visible.ts';
import { useConsole } from '../../console.ts';
import type { StreamEvent } from '../../live/event-stream.ts';
import { watchNews } from '../../live/news-live.ts';

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
