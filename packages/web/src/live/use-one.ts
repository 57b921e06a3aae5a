import { UUID_PATTERN } from '@ops/protocol/domain/id.ts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { ApiError } from '../api/api-error.ts';
import type { Api } from '../api/client.ts';
import { useVisible } from '../browser/use-visible.ts';
import { useConsole } from '../console.ts';
import type { EventStreamQuery, StreamEvent } from './event-stream.ts';
import { watchNews } from './news-live.ts';

/** What has a page of its own: a batch, a rollout, an upgrade. */
export interface Kind<Whole, Told> {
  /** Begins the keys of everything that is asked about one. */
  readonly name: string;
  /** Code of the answer when there is none of that id. */
  readonly gone: string;
  readonly ask: (api: Api, id: string, signal: AbortSignal) => Promise<Whole>;
  readonly events: (id: string) => EventStreamQuery;
  /** What an event says of it; undefined when it is about something else. */
  readonly told: (event: StreamEvent, id: string) => Told | undefined;
  /** The newer of both. */
  readonly newer: (whole: Whole, told: Told) => Whole;
}

export type OneView<Whole> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly error: ApiError }
  | { readonly kind: 'known'; readonly whole: Whole; readonly stale: boolean };

/**
 * One of a kind: as events tell it, and what is asked about it besides (keys that begin with its name and id) asked for
 * again at most once a second.
 * @param of the same at each call
 */
export function useOne<Whole, Told>(of: Kind<Whole, Told>, id: string): OneView<Whole> {
  const { api, streams, session } = useConsole();
  const queries = useQueryClient();
  const visible = useVisible();
  const possible = UUID_PATTERN.test(id);
  const [told, setTold] = useState<Told>();
  const [stale, setStale] = useState(false);

  const query = useQuery({
    queryKey: [of.name, id, 'whole'],
    queryFn: ({ signal }) => of.ask(api, id, signal),
    enabled: possible,
    staleTime: Infinity,
  });
  const { error } = query;
  const gone = error instanceof ApiError && error.code === of.gone;

  useEffect(() => {
    if (!possible || !visible || gone) return undefined;
    return watchNews(streams, of.events(id), (event) => of.told(event, id) !== undefined, {
      // Also the hosts in sight: their keys begin alike.
      onNews: () => void queries.invalidateQueries({ queryKey: [of.name, id] }),
      onEvent: (event) => {
        const said = of.told(event, id);
        if (said !== undefined) setTold(() => said);
      },
      onStale: setStale,
      onRefused: () => void session.check(),
    });
  }, [possible, visible, gone, streams, id, of, queries, session]);

  if (!possible || gone) return { kind: 'missing' };
  if (query.data !== undefined) {
    const whole = told === undefined ? query.data : of.newer(query.data, told);
    return { kind: 'known', whole, stale };
  }
  if (error instanceof ApiError) return { kind: 'failed', error };
  return { kind: 'loading' };
}
