/** Hosts that came for the first time while this page is open, from the live stream, in the order they came. */
import type { ClientSummary } from '@ops/protocol/http/clients.ts';
import { useEffect, useState } from 'react';

import { useConsole } from '../../console.ts';
import { watchNews } from '../../live/news-live.ts';

export interface NewHost {
  readonly id: string;
  readonly hostname: string;
}

/** Pure. @param since milliseconds of the server's clock */
export function withNewHost(
  known: readonly NewHost[],
  { id, hostname, status, first_seen_ms: firstSeen }: ClientSummary,
  since: number,
): readonly NewHost[] {
  if (status !== 'online' || firstSeen < since || known.some((host) => host.id === id)) return known;
  return [...known, { id, hostname }];
}

/** @param since milliseconds of the server's clock; undefined while it is not known */
export function useNewHosts(since: number | undefined): readonly NewHost[] {
  const { streams, session } = useConsole();
  const [hosts, setHosts] = useState<readonly NewHost[]>([]);
  // The page stays open in the background while somebody works in a terminal, so it listens there as well.
  useEffect(() => {
    if (since === undefined) return undefined;
    return watchNews(streams, { topics: 'client' }, () => false, {
      onNews: () => {},
      onEvent(event) {
        if (event.name === 'client') setHosts((known) => withNewHost(known, event.data, since));
      },
      onRefused: () => void session.check(),
    });
  }, [since, streams, session]);
  return hosts;
}
