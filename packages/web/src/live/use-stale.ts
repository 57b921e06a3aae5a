import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';

import { checkHealth } from '../api/health-check.ts';
import { useConsole } from '../console.ts';

/**
 * A page says that its picture is not kept up to date: the banner above it tells, and the picture loses its colour.
 * Whether the server is away is asked at once, rather than at the next beat, when that changes.
 */
export function useStale(stale: boolean): void {
  const { freshness } = useConsole();
  const queries = useQueryClient();
  const before = useRef(stale);
  useEffect(() => (stale ? freshness.lost() : undefined), [stale, freshness]);
  useEffect(() => {
    if (before.current === stale) return;
    before.current = stale;
    checkHealth(queries);
  }, [stale, queries]);
}
