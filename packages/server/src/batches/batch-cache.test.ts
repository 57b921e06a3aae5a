import { describe, expect, it } from 'vitest';

import { idOf } from '../fleet/test-fleet.ts';
import { createBatchCache } from './batch-cache.ts';
import { batchRecord, type BatchRecord } from './batch-record.ts';
import { memberOf } from './members.ts';

function recordOf(n: number, hosts: number): BatchRecord {
  const standing = {
    state: 'Completed',
    held: false,
    exitCode: 0,
    sent: true,
    cancelAsked: false,
    late: false,
  } as const;
  const members = Array.from({ length: hosts }, (_, at) =>
    memberOf(
      { commandId: idOf(n * 1000 + at), clientId: idOf(at), hostname: 'host' },
      { ...standing, groupKey: 'a' },
    ),
  );
  const facts = {
    id: idOf(n),
    command: 'uptime',
    ran: 'uptime',
    state: 'finished',
    stopped: null,
    stopped_by: null,
    created_by: 'alice',
    created_at_ms: 1,
    finished_at_ms: 2,
    targets: hosts,
    concurrency: 1000,
    stop_after_failures: null,
    timeout_secs: 30,
    queue_secs: null,
    selection: { kind: 'all', selector: null },
    rerun_of: null,
  } as const;
  return batchRecord(facts, members);
}

describe('finished batches in memory', () => {
  it('hold so many hosts, and with one more the batch that was not looked at longest is let go', () => {
    const cache = createBatchCache(10);
    cache.put(recordOf(1, 4));
    cache.put(recordOf(2, 6));
    expect(cache.get(idOf(1))).toBeDefined();
    cache.put(recordOf(3, 1));
    expect([1, 2, 3].map((n) => cache.get(idOf(n)) !== undefined)).toEqual([true, false, true]);
  });

  it('keep the newest whatever its size', () => {
    const cache = createBatchCache(10);
    cache.put(recordOf(1, 5));
    cache.put(recordOf(2, 11));
    expect([1, 2].map((n) => cache.get(idOf(n)) !== undefined)).toEqual([false, true]);
  });

  it('are read once however many ask, and again when reading failed', async () => {
    const cache = createBatchCache();
    let reads = 0;
    const read = async () => {
      reads++;
      if (reads === 1) throw new Error('not now');
      return recordOf(1, 1);
    };
    await expect(Promise.all([cache.load(idOf(1), read), cache.load(idOf(1), read)])).rejects.toThrow(
      'not now',
    );
    const [first, second] = await Promise.all([cache.load(idOf(1), read), cache.load(idOf(1), read)]);
    expect(first).toBe(second);
    expect(reads).toBe(2);
  });
});
