import { UUID_PATTERN } from '@ops/protocol/domain/id.ts';
import { getBatch } from '@ops/protocol/http/batches.ts';
import type { BatchSummary } from '@ops/protocol/http/batches.ts';
import type { AnswerOf } from '@ops/protocol/http/endpoint.ts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { ApiError } from '../../api/api-error.ts';
import { useVisible } from '../../browser/use-visible.ts';
import { useConsole } from '../../console.ts';
import { watchNews } from '../../live/news-live.ts';

export type BatchView = AnswerOf<typeof getBatch>;

export type BatchState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly error: ApiError }
  | { readonly kind: 'known'; readonly view: BatchView; readonly stale: boolean };

/** One batch: its counts as events tell them, its groups asked for again at most once a second. */
export function useBatch(id: string): BatchState {
  const { api, streams, session } = useConsole();
  const queries = useQueryClient();
  const visible = useVisible();
  const possible = UUID_PATTERN.test(id);
  const [told, setTold] = useState<BatchSummary>();
  const [stale, setStale] = useState(false);

  const query = useQuery({
    queryKey: ['batch', id, 'whole'],
    queryFn: ({ signal }) => api.call(getBatch, { params: { id }, signal }),
    enabled: possible,
    staleTime: Infinity,
  });
  const { error } = query;
  const gone = error instanceof ApiError && error.code === 'batch_not_found';

  useEffect(() => {
    if (!possible || !visible || gone) return undefined;
    return watchNews(streams, { topics: 'batch', batch_id: id }, ({ name }) => name === 'batch', {
      // Also the hosts in sight: their keys begin alike.
      onNews: () => void queries.invalidateQueries({ queryKey: ['batch', id] }),
      onEvent: (event) => {
        if (event.name === 'batch' && event.data.id === id) setTold(event.data);
      },
      onStale: setStale,
      onRefused: () => void session.check(),
    });
  }, [possible, visible, gone, streams, id, queries, session]);

  if (!possible || gone) return { kind: 'missing' };
  if (query.data !== undefined) {
    const { batch } = query.data;
    const newer = told !== undefined && told.version >= batch.version ? told : batch;
    return { kind: 'known', view: { ...query.data, batch: newer }, stale };
  }
  if (error instanceof ApiError) return { kind: 'failed', error };
  return { kind: 'loading' };
}
