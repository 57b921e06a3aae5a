/** The batches that are not finished: counted as their commands change, and each brought to its end by its runner. */
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { CommandChange, Commands } from '../commands/commands.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { applyChange, batchRecord, type BatchRecord } from './batch-record.ts';
import type { BatchFacts, BatchStore } from './batch-store.ts';
import type { Member } from './members.ts';
import { createRunner, type Runner } from './runner.ts';

export interface ActiveBatch {
  readonly id: string;
  /** Undefined while its commands are being made. */
  readonly record: BatchRecord | undefined;
  readonly runner: Runner | undefined;
}

export interface ActiveBatches {
  readonly size: number;
  /** Hosts of all of them. */
  readonly targets: number;
  get(id: string): ActiveBatch | undefined;
  /** Its commands are about to be made: what is told of them is kept until `begin`. */
  reserve(id: string, targets: number): void;
  /** It will not be. */
  giveUp(id: string): void;
  begin(facts: BatchFacts, list: readonly Member[]): BatchRecord;
  /** @returns whether the command belongs to one of these */
  apply(batchId: string, change: CommandChange): boolean;
  online(clientId: string): void;
  close(): Promise<void>;
}

interface Entry {
  readonly id: string;
  readonly targets: number;
  record: BatchRecord | undefined;
  runner: Runner | undefined;
  readonly early: CommandChange[];
}

export function createActiveBatches(needs: {
  readonly store: BatchStore;
  readonly commands: Commands;
  readonly fleet: Pick<Fleet, 'summary'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly onChange: (id: string) => void;
  readonly onFinished: (record: BatchRecord) => void;
}): ActiveBatches {
  const { onChange, onFinished } = needs;
  const entries = new Map<string, Entry>();
  let targets = 0;

  function reserve(id: string, count: number): Entry {
    const entry: Entry = { id, targets: count, record: undefined, runner: undefined, early: [] };
    entries.set(id, entry);
    targets += count;
    return entry;
  }

  function remove(id: string): void {
    targets -= entries.get(id)?.targets ?? 0;
    entries.delete(id);
  }

  return {
    get size() {
      return entries.size;
    },
    get targets() {
      return targets;
    },
    get: (id) => entries.get(id),
    reserve,
    giveUp: remove,

    begin(facts, list) {
      const { id } = facts;
      const entry = entries.get(id) ?? reserve(id, list.length);
      const record = batchRecord(facts, list);
      entry.record = record;
      for (const change of entry.early.splice(0)) applyChange(record, change);
      entry.runner = createRunner({
        ...needs,
        record,
        onChange: () => onChange(id),
        onFinished() {
          remove(id);
          onFinished(record);
        },
      });
      onChange(id);
      entry.runner.wake();
      return record;
    },

    apply(batchId, change) {
      const entry = entries.get(batchId);
      if (!entry) return false;
      if (!entry.record) {
        entry.early.push(change);
      } else if (applyChange(entry.record, change)) {
        onChange(batchId);
        entry.runner?.wake();
      }
      return true;
    },

    online(clientId) {
      for (const { runner } of entries.values()) runner?.online(clientId);
    },

    async close() {
      const runners = [...entries.values()].flatMap(({ runner }) => runner ?? []);
      await Promise.all(runners.map((runner) => runner.close()));
    },
  };
}
