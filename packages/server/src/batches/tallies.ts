/** Counts of finished batches for a list of them, where reading every command would be too much. */
import type { BatchSummary } from '@ops/protocol/http/batches.ts';
import { sleep, type Clock } from '@ops/runtime/clock.ts';

import { summaryOfBatch } from './batch-record.ts';
import type { BatchFacts, BatchStore } from './batch-store.ts';
import { tally, type Tally } from './members.ts';

/** Hosts of a batch that takes some milliseconds to count: then others have their turn. */
const LARGE = 500;
/** Batches whose counts are kept. */
const MAX_KEPT = 1000;

export interface Tallies {
  summary(facts: BatchFacts): Promise<BatchSummary>;
  forget(id: string): void;
}

export function createTallies(store: Pick<BatchStore, 'standings'>, clock: Clock): Tallies {
  const kept = new Map<string, Tally>();
  return {
    async summary(facts) {
      const known = kept.get(facts.id);
      if (known) return summaryOfBatch({ facts, members: known });
      const members = tally(await store.standings(facts.id));
      if (facts.state === 'finished') {
        kept.set(facts.id, members);
        if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value!);
      }
      if (facts.targets >= LARGE) await sleep(clock, 0);
      return summaryOfBatch({ facts, members });
    },
    forget: (id) => void kept.delete(id),
  };
}
