/** The question how the server is, which one query asks for the whole console. */
import type { QueryClient } from '@tanstack/react-query';

export const HEALTH = ['health'] as const;

/** Asks at once, rather than at the next beat, unless that is under way. */
export function checkHealth(queries: QueryClient): void {
  if (queries.getQueryState(HEALTH)?.fetchStatus === 'idle')
    void queries.invalidateQueries({ queryKey: HEALTH });
}

/** Whether a query is about something else than the server's health. */
export function isNotHealth({ queryKey }: { readonly queryKey: readonly unknown[] }): boolean {
  return queryKey[0] !== HEALTH[0];
}
