import { previewBatch } from '@ops/protocol/http/batches.ts';
import type { TargetVerdict } from '@ops/protocol/http/batches.ts';
import type { AnswerOf } from '@ops/protocol/http/endpoint.ts';

import { usePreviewOf } from '../../api/use-preview.ts';
import type { PreviewState } from '../../api/use-preview.ts';
import { previewBody } from '../../commands/order.ts';
import type { Order } from '../../commands/order.ts';
import { useConsole } from '../../console.ts';

export type Preview = AnswerOf<typeof previewBatch>;

const AGAIN_MS = 5000;
/** A question that names thousands of hosts is long, and asked less often. */
const LONG_QUESTION = 20_000;
const LONG_AGAIN_MS = 30_000;

/** What would happen if the command were run. */
export function usePreview(order: Order): PreviewState<Preview> {
  const { api } = useConsole();
  return usePreviewOf(
    'preview',
    previewBody(order),
    (body, signal) => api.call(previewBatch, { body, signal }),
    (length) => (length > LONG_QUESTION ? LONG_AGAIN_MS : AGAIN_MS),
  );
}

/** How many hosts something will be asked of. */
export function willAct(preview: Preview): number {
  const count = (verdict: TargetVerdict): number => preview.counts[verdict] ?? 0;
  return count('will_run') + count('queued');
}
