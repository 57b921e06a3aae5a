/** One batch in memory: its row, its commands, and what is kept of them so that looking costs little. */
import type { BatchSummary } from '@ops/protocol/http/batches.ts';

import type { CommandChange } from '../commands/commands.ts';
import type { BatchFacts } from './batch-store.ts';
import type { Groups } from './groups.ts';
import { createMembers, standingOf, type Member, type Members, type Tally } from './members.ts';

export interface BatchRecord {
  readonly id: string;
  /** Replaced, never changed. */
  facts: BatchFacts;
  readonly members: Members;
  /** Groups as they were at a version, and what is shown of each. */
  groups: Groups | undefined;
}

export function batchRecord(facts: BatchFacts, list: readonly Member[]): BatchRecord {
  return { id: facts.id, facts, members: createMembers(list), groups: undefined };
}

export interface Counted {
  readonly facts: BatchFacts;
  readonly members: Tally;
}

const STOPPED = { none: 0, failures: 1, user: 2 } as const;
const FINISHED = 3;

/** Grows with every change of the batch or of any of its commands, over restarts as well. */
export function versionOf({ facts, members }: Counted): number {
  return members.progress + STOPPED[facts.stopped ?? 'none'] + (facts.state === 'finished' ? FINISHED : 0);
}

export function summaryOfBatch(counted: Counted): BatchSummary {
  return { ...counted.facts, counts: counted.members.counts, version: versionOf(counted) };
}

/** @returns the member when this was news */
export function applyChange(record: BatchRecord, change: CommandChange): Member | undefined {
  return record.members.apply(change.summary.id, standingOf(change));
}
