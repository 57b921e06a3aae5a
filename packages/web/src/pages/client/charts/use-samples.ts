import { listSamples } from '@ops/protocol/http/clients.ts';
import type { ClientView } from '@ops/protocol/http/clients.ts';
import { fromTimestamp } from '@ops/protocol/http/endpoint.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';

import { useNow } from '../../../browser/use-now.ts';
import { useConsole } from '../../../console.ts';
import { DEFAULT_RANGE, RANGES, windowOf } from '../host-search.ts';
import type { HostSearch, TimeWindow } from '../host-search.ts';
import { readingOf, rowsOf, withReading } from './rows.ts';
import type { Reading, Row, Samples } from './rows.ts';

const MINUTE_MS = 60_000;
/** Points of a chart: about two pixels each on a large screen, and 30 days by the hour. */
const CHART_POINTS = 750;
/** A new average comes each minute. */
const REFRESH_MS = MINUTE_MS;
/** A window moves on in so many steps, not with every clock tick. */
const WINDOW_STEPS = 1000;
/** As late as this a reading may be before its place is empty, in heartbeats; and never less than so long. */
const LATE_BEATS = 3.5;
const LEAST_GAP_MS = 5000;

export interface History {
  /** Undefined until they arrived. */
  readonly rows: readonly Row[] | undefined;
  readonly stepMs: number;
  readonly window: TimeWindow;
  /** The newest moment there can be, by the clock of the host. */
  readonly newest: number;
  readonly error: unknown;
  readonly isFetching: boolean;
}

/** Readings as they come, since the page shows this host; by the clock of the host. */
function useLive(client: ClientView, offsetMs: number): readonly Reading[] {
  const [kept, setKept] = useState<readonly Reading[]>([]);
  const at = fromTimestamp(client.last_seen) + offsetMs;
  const last = kept.at(-1);
  // What an offline host is shown with is from before.
  if (client.status === 'online' && (last === undefined || at > last.at))
    setKept(withReading(kept, { at, values: readingOf(client.system_info) }));
  return kept;
}

/** What the charts show: averages of the time in the address, and readings as they come at its end. */
export function useSamples(id: string, client: ClientView, search: HostSearch): History {
  const { api, serverClock } = useConsole();
  const offsetMs = client.clock_offset_ms ?? 0;
  const online = client.status === 'online';
  const fixed = windowOf(search);
  const range = search.range ?? DEFAULT_RANGE;
  const now = useNow(online) + offsetMs;
  const lastSeen = Math.ceil((fromTimestamp(client.last_seen) + offsetMs) / MINUTE_MS) * MINUTE_MS;
  const live = useLive(client, offsetMs);

  const quantum = Math.max(1000, RANGES[range] / WINDOW_STEPS);
  const end = online ? Math.ceil(now / quantum) * quantum : lastSeen;
  const window = fixed ?? { from: end - RANGES[range], to: end };
  const isPast = fixed !== undefined && fixed.to < now - 2 * MINUTE_MS;

  const query = useQuery({
    queryKey: ['samples', id, fixed ?? range, online ? 'now' : lastSeen],
    refetchInterval: online && !isPast ? REFRESH_MS : false,
    placeholderData: keepPreviousData,
    async queryFn({ signal }): Promise<Samples> {
      const to = fixed?.to ?? (online ? Math.ceil(serverClock.now() + offsetMs) : lastSeen);
      const from = fixed?.from ?? to - RANGES[range];
      const answer = await api.call(listSamples, {
        params: { id },
        // One average more, so that the lines come in from the edge.
        query: { from: Math.max(0, from - MINUTE_MS), to, points: CHART_POINTS },
        signal,
      });
      return { samples: answer.samples, stepMs: answer.resolution_secs * 1000 };
    },
  });

  const { data } = query;
  const gapMs = Math.max(LEAST_GAP_MS, (client.heartbeat_interval_secs ?? 0) * 1000 * LATE_BEATS);
  const rows = useMemo(
    () => data && rowsOf(data, data.stepMs > MINUTE_MS ? [] : live, gapMs, end),
    [data, live, gapMs, end],
  );
  return {
    rows,
    stepMs: data?.stepMs ?? MINUTE_MS,
    window,
    newest: online ? now : lastSeen,
    error: query.error,
    isFetching: query.isFetching,
  };
}
