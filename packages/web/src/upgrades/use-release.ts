import { getClientRelease } from '@ops/protocol/http/upgrades.ts';
import type { ClientReleaseAnswer } from '@ops/protocol/http/upgrades.ts';
import { useQuery } from '@tanstack/react-query';

import { ApiError } from '../api/api-error.ts';
import { useConsole } from '../console.ts';
import { useText } from '../text/use-text.ts';

/** Hosts come with other versions while the page stands open. */
const AGAIN_MS = 30_000;

/** The release on the server, and which hosts run what. */
export function useRelease(): {
  readonly found: ClientReleaseAnswer | undefined;
  readonly error: ApiError | undefined;
  readonly busy: boolean;
  readonly again: () => void;
} {
  const { api } = useConsole();
  const { language } = useText();
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['client-release', language],
    queryFn: ({ signal }) => api.call(getClientRelease, { signal }),
    refetchInterval: AGAIN_MS,
    staleTime: 5000,
  });
  return {
    found: data,
    error: data === undefined && error instanceof ApiError ? error : undefined,
    busy: isFetching,
    again: () => void refetch(),
  };
}
