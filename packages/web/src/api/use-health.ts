import { health } from '@ops/protocol/http/health.ts';
import { useQuery } from '@tanstack/react-query';
import type { Query } from '@tanstack/react-query';

import { useConsole } from '../console.ts';
import { ApiError } from './api-error.ts';
import { HEALTH } from './health-check.ts';

const PERIOD_MS = 10_000;
/** While the server is away. */
const AWAY_PERIOD_MS = 2000;

export type ServerHealth =
  | { readonly state: 'unknown' | 'unreachable' }
  | { readonly state: 'healthy'; readonly version: string; readonly uptimeSecs: number }
  | { readonly state: 'unhealthy'; readonly failing: readonly string[] };

/** The failing parts a 503 names, believing nothing of its shape. */
export function failingParts(body: unknown): readonly string[] {
  const parts = typeof body === 'object' && body !== null && 'parts' in body ? body.parts : undefined;
  if (typeof parts !== 'object' || parts === null) return [];
  return Object.entries(parts).flatMap(([name, state]) => (state === 'ok' ? [] : [name]));
}

/** How the server says it is, asked every ten seconds, and more often while it does not answer. */
export function useHealth(): ServerHealth {
  const { api } = useConsole();
  const query = useQuery({
    queryKey: HEALTH,
    refetchInterval: ({ state }: Query<ServerHealth>) =>
      state.status === 'error' || state.data?.state === 'unreachable' ? AWAY_PERIOD_MS : PERIOD_MS,
    retry: 1,
    retryDelay: 1000,
    async queryFn({ signal }): Promise<ServerHealth> {
      try {
        const { version, uptime_secs: uptimeSecs } = await api.call(health, { signal });
        return { state: 'healthy', version, uptimeSecs };
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 503) throw error;
        // A 503 of someone else (a proxy whose server is away) names no part.
        if (error.body === undefined) return { state: 'unreachable' };
        return { state: 'unhealthy', failing: failingParts(error.body) };
      }
    },
  });
  if (query.isError) return { state: 'unreachable' };
  return query.data ?? { state: 'unknown' };
}

/** Whether the server gives no answer. */
export function useServerAway(): boolean {
  return useHealth().state === 'unreachable';
}
