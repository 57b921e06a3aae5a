import { previewBatch } from '@ops/protocol/http/batches.ts';
import type { TargetVerdict } from '@ops/protocol/http/batches.ts';
import type { AnswerOf } from '@ops/protocol/http/endpoint.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';

import { ApiError } from '../../api/api-error.ts';
import { useSettled } from '../../browser/use-settled.ts';
import { previewBody } from '../../commands/order.ts';
import type { Order, PreviewBody } from '../../commands/order.ts';
import { useConsole } from '../../console.ts';
import { useText } from '../../text/use-text.ts';

export type Preview = AnswerOf<typeof previewBatch>;

const TYPING_MS = 250;
/** Hosts come and go while the form stands open. */
const AGAIN_MS = 5000;
/** A question that names thousands of hosts is long, and asked less often. */
const LONG_QUESTION = 20_000;
const LONG_AGAIN_MS = 30_000;

export interface PreviewState {
  /** Undefined until it arrived. */
  readonly preview: Preview | undefined;
  /** It is not of what the form holds now. */
  readonly old: boolean;
  readonly error: ApiError | undefined;
}

/** What would happen, asked again whenever the form rests. Nothing is sent to any host. */
export function usePreview(order: Order): PreviewState {
  const { api } = useConsole();
  const { language } = useText();
  const key = JSON.stringify(previewBody(order) ?? null);
  const settled = useSettled(key, TYPING_MS);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written three lines above
  const body = useMemo(() => JSON.parse(settled) as PreviewBody | null, [settled]);
  const query = useQuery({
    queryKey: ['preview', language, settled],
    queryFn: ({ signal }) => api.call(previewBatch, { body: body ?? { all: true, command: '' }, signal }),
    enabled: body !== null,
    placeholderData: keepPreviousData,
    refetchInterval: settled.length > LONG_QUESTION ? LONG_AGAIN_MS : AGAIN_MS,
    gcTime: 60_000,
  });
  const { error } = query;
  return {
    preview: body === null ? undefined : query.data,
    old: key !== settled || query.isPlaceholderData,
    error: key === settled && error instanceof ApiError ? error : undefined,
  };
}

/** How many hosts something will be asked of. */
export function willAct(preview: Preview): number {
  const count = (verdict: TargetVerdict): number => preview.counts[verdict] ?? 0;
  return count('will_run') + count('queued');
}
