import { listUpgrades } from '@ops/protocol/http/upgrades.ts';
import type { UpgradeSummary } from '@ops/protocol/http/upgrades.ts';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { ApiError } from '../api/api-error.ts';
import { useVisible } from '../browser/use-visible.ts';
import { useConsole } from '../console.ts';
import { watchNews } from '../live/news-live.ts';

const FIRST = '';
const PAGE = 20;

/** Upgrades, newest first, kept up to date while the page is in sight. */
export function useUpgrades() {
  const { api, streams, session } = useConsole();
  const queries = useQueryClient();
  const visible = useVisible();
  const [stale, setStale] = useState(false);
  const query = useInfiniteQuery({
    queryKey: ['upgrades'],
    initialPageParam: FIRST,
    queryFn: ({ pageParam, signal }) =>
      api.call(listUpgrades, {
        query: { limit: PAGE, ...(pageParam !== FIRST && { cursor: pageParam }) },
        signal,
      }),
    getNextPageParam: (page) => page.next_cursor,
    staleTime: Infinity,
  });
  useEffect(() => {
    if (!visible) return undefined;
    return watchNews(streams, { topics: 'upgrade' }, ({ name }) => name === 'upgrade', {
      onNews: () => {
        void queries.invalidateQueries({ queryKey: ['upgrades'] });
        void queries.invalidateQueries({ queryKey: ['client-release'] });
      },
      onStale: setStale,
      onRefused: () => void session.check(),
    });
  }, [visible, streams, queries, session]);
  const upgrades: readonly UpgradeSummary[] | undefined = query.data?.pages.flatMap((page) => page.upgrades);
  return {
    upgrades,
    error: query.error instanceof ApiError ? query.error : undefined,
    stale,
    more: query.hasNextPage,
    loadMore: () => void query.fetchNextPage(),
  };
}
