/** Follows a batch until it is finished. */
import { batchSummary, getBatch } from '@ops/protocol/http/batches.ts';
import type { BatchSummary } from '@ops/protocol/http/batches.ts';
import { decodeKnown } from '@ops/protocol/schema.ts';

import { watch } from './watch.ts';
import type { Watch } from './watch.ts';

/** @returns the finished batch, or undefined when aborted. @throws ApiFailure when the batch cannot be read */
export function watchBatch(id: string, watching: Watch<BatchSummary>): Promise<BatchSummary | undefined> {
  const { server } = watching;
  return watch(
    {
      topics: ['batch'],
      of: { batch_id: id },
      ask: async () => (await server.call(getBatch, { params: { id } })).batch,
      read: (data) => decodeKnown(batchSummary, data),
      revision: ({ version }) => version,
      isOver: ({ state }) => state === 'finished',
    },
    watching,
  );
}
