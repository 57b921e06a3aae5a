import { listRollouts } from '@ops/protocol/http/rollouts.ts';
import type { RolloutSummary } from '@ops/protocol/http/rollouts.ts';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { ApiError } from '../../api/api-error.ts';
import { useVisible } from '../../browser/use-visible.ts';
import { useConsole } from '../../console.ts';
import { watchNews } from '../../live/news-live.ts';

const FIRST = '';
const PAGE = 50;

/** Rollouts, newest first, kept up to date while the page is in sight. */
export function useRollouts(app: string | undefined) {
  const { api, streams, session } = useConsole();
  const queries = useQueryClient();
  const visible = useVisible();
  const [stale, setStale] = useState(false);
  const query = useInfiniteQuery({
    queryKey: ['rollouts', app ?? null],
    initialPageParam: FIRST,
    queryFn: ({ pageParam, signal }) =>
      api.call(listRollouts, {
        query: {
          limit: PAGE,
          ...(app !== undefined && { app_name: app }),
          ...(pageParam !== FIRST && { cursor: pageParam }),
        },
        signal,
      }),
    getNextPageParam: (page) => page.next_cursor,
    staleTime: Infinity,
  });
  useEffect(() => {
    if (!visible) return undefined;
    return watchNews(streams, { topics: 'rollout' }, ({ name }) => name === 'rollout', {
      onNews: () => void queries.invalidateQueries({ queryKey: ['rollouts'] }),
      onStale: setStale,
      onRefused: () => void session.check(),
    });
  }, [visible, streams, queries, session]);
  const rollouts: readonly RolloutSummary[] | undefined = query.data?.pages.flatMap((page) => page.rollouts);
  return {
    rollouts,
    error: query.error instanceof ApiError ? query.error : undefined,
    stale,
    more: query.hasNextPage,
    loadMore: () => void query.fetchNextPage(),
  };
}
