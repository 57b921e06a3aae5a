import { UUID_PATTERN } from '@ops/protocol/domain/id.ts';
import { getRollout } from '@ops/protocol/http/rollouts.ts';
import type { RolloutSummary } from '@ops/protocol/http/rollouts.ts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { ApiError } from '../../api/api-error.ts';
import { useVisible } from '../../browser/use-visible.ts';
import { useConsole } from '../../console.ts';
import { watchNews } from '../../live/news-live.ts';

export type RolloutView =
  | { readonly kind: 'loading' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly error: ApiError }
  | { readonly kind: 'known'; readonly rollout: RolloutSummary; readonly stale: boolean };

/** Key of everything that is asked about one rollout. */
export function rolloutKey(id: string): readonly unknown[] {
  return ['rollout', id];
}

/** One rollout: as events tell it, its hosts asked for again at most once a second. */
export function useRollout(id: string): RolloutView {
  const { api, streams, session } = useConsole();
  const queries = useQueryClient();
  const visible = useVisible();
  const possible = UUID_PATTERN.test(id);
  const [told, setTold] = useState<RolloutSummary>();
  const [stale, setStale] = useState(false);

  const query = useQuery({
    queryKey: [...rolloutKey(id), 'whole'],
    queryFn: ({ signal }) => api.call(getRollout, { params: { id }, signal }),
    enabled: possible,
    staleTime: Infinity,
  });
  const { error } = query;
  const gone = error instanceof ApiError && error.code === 'rollout_not_found';

  useEffect(() => {
    if (!possible || !visible || gone) return undefined;
    return watchNews(
      streams,
      { topics: 'rollout' },
      (event) => event.name === 'rollout' && event.data.id === id,
      {
        // Also the hosts in sight: their keys begin alike.
        onNews: () => void queries.invalidateQueries({ queryKey: rolloutKey(id) }),
        onEvent: (event) => {
          if (event.name === 'rollout' && event.data.id === id) setTold(event.data);
        },
        onStale: setStale,
        onRefused: () => void session.check(),
      },
    );
  }, [possible, visible, gone, streams, id, queries, session]);

  if (!possible || gone) return { kind: 'missing' };
  if (query.data !== undefined) {
    const { rollout } = query.data;
    const newer = told !== undefined && told.revision >= rollout.revision ? told : rollout;
    return { kind: 'known', rollout: newer, stale };
  }
  if (error instanceof ApiError) return { kind: 'failed', error };
  return { kind: 'loading' };
}
