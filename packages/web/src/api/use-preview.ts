import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';

import { useSettled } from '../browser/use-settled.ts';
import { useText } from '../text/use-text.ts';
import { ApiError } from './api-error.ts';

const TYPING_MS = 250;

export interface PreviewState<T> {
  /** Undefined until it arrived. */
  readonly preview: T | undefined;
  /** It is not of what the form holds now. */
  readonly old: boolean;
  /** When it was asked for last. */
  readonly failed: boolean;
  /** Of what the form holds now. */
  readonly error: ApiError | undefined;
}

/**
 * What a form would do, asked again whenever it rests and, as hosts come and go, every so often. Nothing is sent to any
 * host.
 * @param name of what is asked
 * @param wanted undefined while something is missing: nothing is asked then
 * @param againMs after how long, by the length of the question in characters
 */
export function usePreviewOf<B, T>(
  name: string,
  wanted: B | undefined,
  ask: (body: B, signal: AbortSignal) => Promise<T>,
  againMs: (length: number) => number,
): PreviewState<T> {
  const { language } = useText();
  const key = JSON.stringify(wanted ?? null);
  const settled = useSettled(key, TYPING_MS);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written three lines above
  const body = useMemo(() => JSON.parse(settled) as B | null, [settled]);
  const query = useQuery({
    queryKey: [name, language, settled],
    queryFn: body === null ? skipToken : ({ signal }) => ask(body, signal),
    placeholderData: keepPreviousData,
    refetchInterval: againMs(settled.length),
    gcTime: 60_000,
  });
  const { error } = query;
  return {
    preview: body === null ? undefined : query.data,
    old: key !== settled || query.isPlaceholderData,
    failed: error !== null,
    error: key === settled && error instanceof ApiError ? error : undefined,
  };
}

/** An answer that names each host is long. */
const PLAN_AGAIN_MS = 15_000;

interface PlanState<T> extends Pick<PreviewState<T>, 'old' | 'error'> {
  readonly plan: T | undefined;
}

/** As `usePreviewOf`, for what is begun as it was shown: there is none once asking failed. */
export function usePlanOf<B, T>(
  name: string,
  wanted: B | undefined,
  ask: (body: B, signal: AbortSignal) => Promise<T>,
): PlanState<T> {
  const { preview, failed, old, error } = usePreviewOf(name, wanted, ask, () => PLAN_AGAIN_MS);
  return { plan: failed ? undefined : preview, old, error };
}
