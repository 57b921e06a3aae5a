import { previewRollout } from '@ops/protocol/http/rollouts.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';

import { ApiError } from '../../api/api-error.ts';
import { useSettled } from '../../browser/use-settled.ts';
import { useConsole } from '../../console.ts';
import { useText } from '../../text/use-text.ts';
import { previewBody } from './rollout-draft.ts';
import type { Draft, PreviewBody } from './rollout-draft.ts';
import type { Plan } from './rollout-plan.ts';

const TYPING_MS = 250;
/** Hosts come and go while the form stands open; an answer names each of them. */
const AGAIN_MS = 15_000;

export interface PlanState {
  /** Undefined until it arrived. */
  readonly plan: Plan | undefined;
  /** It is not of what the form holds now. */
  readonly old: boolean;
  readonly error: ApiError | undefined;
}

/** What would happen, asked again whenever the form rests. Nothing is sent to any host. */
export function usePlan(appName: string, draft: Draft): PlanState {
  const { api } = useConsole();
  const { language } = useText();
  const key = JSON.stringify(previewBody(appName, draft) ?? null);
  const settled = useSettled(key, TYPING_MS);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written three lines above
  const body = useMemo(() => JSON.parse(settled) as PreviewBody | null, [settled]);
  const query = useQuery({
    queryKey: ['rollout-plan', language, settled],
    queryFn: ({ signal }) => api.call(previewRollout, { body: body ?? { app_name: appName }, signal }),
    enabled: body !== null,
    placeholderData: keepPreviousData,
    refetchInterval: AGAIN_MS,
    gcTime: 60_000,
  });
  const { error } = query;
  return {
    plan: body === null || error !== null ? undefined : query.data,
    old: key !== settled || query.isPlaceholderData,
    error: key === settled && error instanceof ApiError ? error : undefined,
  };
}
