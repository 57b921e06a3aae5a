/** Batches in memory, for tests of the HTTP side: those a test puts there. */
import { OpsError } from '@ops/protocol/errors.ts';
import type { BatchSummary } from '@ops/protocol/http/batches.ts';

import type { Batches, BatchRequest } from '../batches/batches.ts';
import { exampleBatch, exampleCommand, exampleId } from '../events/test-feeds.ts';
import type { StandInFeeds } from '../events/test-feeds.ts';

export interface StandInBatches extends Batches {
  /** Every `create`, in order. */
  readonly asked: BatchRequest[];
  put(batch: BatchSummary): void;
}

async function* pieces(): AsyncGenerator<string> {
  yield 'one\n';
  yield 'two\n';
}

export function createStandInBatches(feeds: StandInFeeds): StandInBatches {
  const known = new Map<string, BatchSummary>();
  const asked: BatchRequest[] = [];

  function get(id: string): BatchSummary {
    const batch = known.get(id);
    if (!batch) throw new OpsError('batch_not_found');
    return batch;
  }

  function make(): { readonly batchId: string; readonly commandIds: Record<string, string> } {
    const batch = exampleBatch(1000 + known.size);
    known.set(batch.id, batch);
    return { batchId: batch.id, commandIds: { [exampleId(1)]: exampleId(2) } };
  }

  return {
    asked,
    put: (batch) => void known.set(batch.id, batch),
    preview: () => ({ refusal: undefined, ran: 'uptime', hosts: [], unknownIds: [] }),
    async create(request) {
      asked.push(request);
      return make();
    },
    async rerun(id) {
      if (get(id).state !== 'finished') throw new OpsError('batch_running');
      return make();
    },
    stop: async (id) => get(id),
    async get(id) {
      const batch = known.get(id);
      return batch && { batch, groups: [], moreGroups: 0, moreHosts: 0 };
    },
    list: async () => ({ batches: [...known.values()], nextCursor: null }),
    hosts: async (id) =>
      known.has(id) ? { hosts: [exampleCommand(1, { batch_id: id })], total: 1, version: 1 } : undefined,
    export: async (id) => (known.has(id) ? pieces() : undefined),
    onChange: feeds.batches.onChange,
  };
}
