import { UUID_PATTERN } from '@ops/protocol/domain/id.ts';
import { getUpgrade } from '@ops/protocol/http/upgrades.ts';
import type { UpgradeSummary } from '@ops/protocol/http/upgrades.ts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { ApiError } from '../../api/api-error.ts';
import { useVisible } from '../../browser/use-visible.ts';
import { useConsole } from '../../console.ts';
import { watchNews } from '../../live/news-live.ts';

export type UpgradeView =
  | { readonly kind: 'loading' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly error: ApiError }
  | { readonly kind: 'known'; readonly upgrade: UpgradeSummary; readonly stale: boolean };

/** Key of everything that is asked about one upgrade. */
export function upgradeKey(id: string): readonly unknown[] {
  return ['upgrade', id];
}

/** One upgrade: as events tell it, its hosts asked for again at most once a second. */
export function useUpgrade(id: string): UpgradeView {
  const { api, streams, session } = useConsole();
  const queries = useQueryClient();
  const visible = useVisible();
  const possible = UUID_PATTERN.test(id);
  const [told, setTold] = useState<UpgradeSummary>();
  const [stale, setStale] = useState(false);

  const query = useQuery({
    queryKey: [...upgradeKey(id), 'whole'],
    queryFn: ({ signal }) => api.call(getUpgrade, { params: { id }, signal }),
    enabled: possible,
    staleTime: Infinity,
  });
  const { error } = query;
  const gone = error instanceof ApiError && error.code === 'upgrade_not_found';

  useEffect(() => {
    if (!possible || !visible || gone) return undefined;
    return watchNews(
      streams,
      { topics: 'upgrade' },
      (event) => event.name === 'upgrade' && event.data.id === id,
      {
        // Also the hosts in sight: their keys begin alike.
        onNews: () => void queries.invalidateQueries({ queryKey: upgradeKey(id) }),
        onEvent: (event) => {
          if (event.name === 'upgrade' && event.data.id === id) setTold(event.data);
        },
        onStale: setStale,
        onRefused: () => void session.check(),
      },
    );
  }, [possible, visible, gone, streams, id, queries, session]);

  if (!possible || gone) return { kind: 'missing' };
  if (query.data !== undefined) {
    const { upgrade } = query.data;
    const newer = told !== undefined && told.revision >= upgrade.revision ? told : upgrade;
    return { kind: 'known', upgrade: newer, stale };
  }
  if (error instanceof ApiError) return { kind: 'failed', error };
  return { kind: 'loading' };
}
