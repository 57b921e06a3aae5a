import { createToken, getEnrolment, listTokens, revokeToken } from '@ops/protocol/http/enrolment.ts';
import type { CreatedToken, EnrolmentFacts, TokenView } from '@ops/protocol/http/enrolment.ts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import { ApiError } from '../../api/api-error.ts';
import { useConsole, useSignal } from '../../console.ts';

const TOKENS = ['enrolment-tokens'];

export function useIsAdmin(): boolean {
  const { session } = useConsole();
  const state = useSignal(session.state);
  return 'user' in state && state.user.role === 'admin';
}

const asApiError = (error: unknown): ApiError | undefined => (error instanceof ApiError ? error : undefined);

/** What a host has to be told. Asked once: `server_time_ms` says from when on a host counts as new here. */
export function useEnrolmentFacts(): {
  readonly facts: EnrolmentFacts | undefined;
  readonly error: ApiError | undefined;
} {
  const { api } = useConsole();
  const query = useQuery({
    queryKey: ['enrolment'],
    queryFn: ({ signal }) => api.call(getEnrolment, { signal }),
    staleTime: Infinity,
    gcTime: 0,
  });
  return { facts: query.data, error: asApiError(query.error) };
}

export interface TokenWish {
  readonly uses?: number | undefined;
  readonly expiresInSecs?: number | undefined;
  readonly clientId?: string | undefined;
}

/** Makes a token; what it is is known to whoever asked, and to nobody behind them. */
export function useMakeToken(): {
  readonly make: (wish: TokenWish) => void;
  readonly made: CreatedToken | undefined;
  readonly busy: boolean;
  readonly error: ApiError | undefined;
  readonly forget: () => void;
} {
  const { api } = useConsole();
  const queries = useQueryClient();
  const { mutate, data, isPending, error, reset } = useMutation({
    gcTime: 0,
    mutationFn: ({ uses, expiresInSecs, clientId }: TokenWish) =>
      api.call(createToken, {
        body: {
          ...(uses !== undefined && { uses }),
          ...(expiresInSecs !== undefined && { expires_in_secs: expiresInSecs }),
          ...(clientId !== undefined && { client_id: clientId }),
        },
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: TOKENS }),
  });
  return { make: mutate, made: data, busy: isPending, error: asApiError(error), forget: reset };
}

/** @param arrivals asked again when this changes: a host that came has used a token */
export function useTokens(arrivals: number): {
  readonly tokens: readonly TokenView[] | undefined;
  readonly error: ApiError | undefined;
  readonly revoke: (id: string) => void;
} {
  const { api } = useConsole();
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: [...TOKENS, arrivals],
    queryFn: ({ signal }) => api.call(listTokens, { signal }),
    placeholderData: (before) => before,
  });
  const revoke = useMutation({
    mutationFn: (id: string) => api.call(revokeToken, { params: { id } }),
    onSettled: () => queries.invalidateQueries({ queryKey: TOKENS }),
  });
  return {
    tokens: query.data?.tokens,
    error: asApiError(query.error ?? revoke.error),
    revoke: revoke.mutate,
  };
}
