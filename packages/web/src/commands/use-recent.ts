import { listCommands } from '@ops/protocol/http/commands.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

import { useVisible } from '../browser/use-visible.ts';
import { useConsole } from '../console.ts';
import { watchCommands } from '../live/commands-live.ts';

interface RecentQuery {
  readonly limit: number;
  readonly client_id?: string;
  readonly single?: 'true';
}

/** The newest commands, kept up to date while the page is in sight. Undefined until they arrived. */
export function useRecent(query: RecentQuery): {
  readonly commands: readonly CommandSummary[] | undefined;
  readonly error: Error | null;
} {
  const { api, streams, session } = useConsole();
  const queries = useQueryClient();
  const visible = useVisible();
  const key = JSON.stringify(query);
  const { data, error } = useQuery({
    queryKey: ['commands', 'recent', key],
    queryFn: ({ signal }) => api.call(listCommands, { query, signal }),
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  });
  useEffect(() => {
    if (!visible) return undefined;
    return watchCommands(streams, {
      onNews: () => void queries.invalidateQueries({ queryKey: ['commands'] }),
      onRefused: () => void session.check(),
    });
  }, [visible, streams, queries, session]);
  return { commands: data?.commands, error };
}
