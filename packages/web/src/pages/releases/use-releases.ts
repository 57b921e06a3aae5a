import { UUID_PATTERN } from '@ops/protocol/domain/id.ts';
import { getClient } from '@ops/protocol/http/clients.ts';
import { listReleases } from '@ops/protocol/http/releases.ts';
import type { Release } from '@ops/protocol/http/releases.ts';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { ApiError } from '../../api/api-error.ts';
import { useVisible } from '../../browser/use-visible.ts';
import { useConsole } from '../../console.ts';
import { watchNews } from '../../live/news-live.ts';

const FIRST = '';

/** The releases of an application on a host, newest first, kept up to date while the page is in sight. */
export function useReleases(client: string, name: string) {
  const { api, streams, session } = useConsole();
  const queries = useQueryClient();
  const visible = useVisible();
  const [stale, setStale] = useState(false);
  const possible = UUID_PATTERN.test(client);
  const query = useInfiniteQuery({
    queryKey: ['releases', client, name],
    initialPageParam: FIRST,
    queryFn: ({ pageParam, signal }) =>
      api.call(listReleases, {
        query: { client_id: client, app_name: name, ...(pageParam !== FIRST && { cursor: pageParam }) },
        signal,
      }),
    getNextPageParam: (page) => page.next_cursor,
    staleTime: Infinity,
  });
  // A release tells the name its host had then; without any, the host tells.
  const pages = query.data?.pages;
  const releases: readonly Release[] | undefined = pages?.flatMap((page) => page.releases);
  const host = useQuery({
    queryKey: ['client', client],
    queryFn: ({ signal }) => api.call(getClient, { params: { id: client }, signal }),
    enabled: possible && releases?.length === 0,
    staleTime: Infinity,
  });

  useEffect(() => {
    if (!possible || !visible) return undefined;
    return watchNews(
      streams,
      { topics: 'command,app', client_id: client },
      (event) => event.name === 'app' || (event.name === 'command' && event.data.app_name === name),
      {
        onNews: () => void queries.invalidateQueries({ queryKey: ['releases', client, name] }),
        onStale: setStale,
        onRefused: () => void session.check(),
      },
    );
  }, [possible, visible, streams, client, name, queries, session]);

  return {
    releases,
    hostname: releases?.[0]?.hostname ?? host.data?.system_info.hostname,
    rollbackVersion: pages?.[0]?.rollback_version ?? null,
    error: query.error instanceof ApiError ? query.error : undefined,
    stale,
    more: query.hasNextPage,
    loadMore: () => void query.fetchNextPage(),
  };
}
