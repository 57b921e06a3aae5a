import { previewUpgrade } from '@ops/protocol/http/upgrades.ts';
import type { UpgradePreview } from '@ops/protocol/http/upgrades.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';

import { ApiError } from '../../api/api-error.ts';
import { useSettled } from '../../browser/use-settled.ts';
import { useConsole } from '../../console.ts';
import { useText } from '../../text/use-text.ts';
import { previewBody } from './upgrade-draft.ts';
import type { PreviewBody, UpgradeDraft } from './upgrade-draft.ts';

const TYPING_MS = 250;
/** Hosts come and go while the form stands open; an answer names each of them. */
const AGAIN_MS = 15_000;

export interface UpgradePlanState {
  /** Undefined until it arrived. */
  readonly plan: UpgradePreview | undefined;
  /** It is not of what the form holds now. */
  readonly old: boolean;
  readonly error: ApiError | undefined;
}

/** What would happen, asked again whenever the form rests. Nothing is sent to any host. */
export function useUpgradePlan(draft: UpgradeDraft): UpgradePlanState {
  const { api } = useConsole();
  const { language } = useText();
  const key = JSON.stringify(previewBody(draft) ?? null);
  const settled = useSettled(key, TYPING_MS);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written three lines above
  const body = useMemo(() => JSON.parse(settled) as PreviewBody | null, [settled]);
  const query = useQuery({
    queryKey: ['upgrade-plan', language, settled],
    queryFn: ({ signal }) => api.call(previewUpgrade, { body: body ?? {}, signal }),
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
