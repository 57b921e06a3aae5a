/** Finished batches that were looked at last, and those being read. Holds a bounded number of hosts. */
import type { CommandChange } from '../commands/commands.ts';
import { applyChange, type BatchRecord } from './batch-record.ts';

/** Hosts in it, over all batches: some 10 MB. The newest is kept whatever its size. */
export const MAX_CACHED_MEMBERS = 50_000;

export interface BatchCache {
  get(id: string): BatchRecord | undefined;
  put(record: BatchRecord): void;
  /** Known already, or read once however many ask meanwhile. */
  load(id: string, read: () => Promise<BatchRecord | undefined>): Promise<BatchRecord | undefined>;
  /** Evidence came for a command of a finished batch. @returns whether a batch in here changed by it */
  apply(id: string, change: CommandChange): boolean;
}

export function createBatchCache(maxMembers = MAX_CACHED_MEMBERS): BatchCache {
  const records = new Map<string, BatchRecord>();
  const loading = new Map<string, Promise<BatchRecord | undefined>>();
  let members = 0;

  function get(id: string): BatchRecord | undefined {
    const record = records.get(id);
    if (!record) return undefined;
    records.delete(id);
    records.set(id, record);
    return record;
  }

  function remove(record: BatchRecord): void {
    records.delete(record.id);
    members -= record.members.list.length;
  }

  function put(record: BatchRecord): void {
    const known = records.get(record.id);
    if (known) remove(known);
    records.set(record.id, record);
    members += record.members.list.length;
    for (const oldest of records.values()) {
      if (members <= maxMembers || oldest === record) break;
      remove(oldest);
    }
  }

  async function read(
    id: string,
    from: () => Promise<BatchRecord | undefined>,
  ): Promise<BatchRecord | undefined> {
    try {
      const record = await from();
      if (record) put(record);
      return record;
    } finally {
      loading.delete(id);
    }
  }

  return {
    get,
    put,
    load(id, from) {
      const known = get(id);
      if (known) return Promise.resolve(known);
      const reading = loading.get(id) ?? read(id, from);
      loading.set(id, reading);
      return reading;
    },
    apply(id, change) {
      // What is being read may have been read before the change.
      void loading.get(id)?.then(
        (record) => record && applyChange(record, change),
        () => {},
      );
      const record = records.get(id);
      return record !== undefined && applyChange(record, change) !== undefined;
    },
  };
}
