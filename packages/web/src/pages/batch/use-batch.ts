import { getBatch } from '@ops/protocol/http/batches.ts';
import type { BatchSummary } from '@ops/protocol/http/batches.ts';
import type { AnswerOf } from '@ops/protocol/http/endpoint.ts';

import { useOne } from '../../live/use-one.ts';
import type { Kind, OneView } from '../../live/use-one.ts';

export type BatchView = AnswerOf<typeof getBatch>;

/** Its counts are as events tell them; its groups are asked for again. */
const KIND: Kind<BatchView, BatchSummary> = {
  name: 'batch',
  gone: 'batch_not_found',
  ask: (api, id, signal) => api.call(getBatch, { params: { id }, signal }),
  events: (id) => ({ topics: 'batch', batch_id: id }),
  told: (event, id) => (event.name === 'batch' && event.data.id === id ? event.data : undefined),
  newer: (whole, told) => (told.version >= whole.batch.version ? { ...whole, batch: told } : whole),
};

export function useBatch(id: string): OneView<BatchView> {
  return useOne(KIND, id);
}
