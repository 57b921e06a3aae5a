import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { describe, expect, it } from 'vitest';

import { createLineQueue, MAX_BATCH_BYTES, MAX_QUEUED_BYTES, RETRY_MS } from './log-queue.ts';
import type { LogLine, Written } from './log-queue.ts';

const line = (bytes: number): LogLine => ({ day: '2026-11-23', bytes: Buffer.alloc(bytes) });

/** A queue whose writes end when the test says how. */
function start() {
  const clock = new ManualClock();
  const batches: (readonly LogLine[])[] = [];
  const ends: ((written: Written) => void)[] = [];
  const told: string[] = [];
  const queue = createLineQueue({
    clock,
    write: (lines) => {
      batches.push(lines);
      return new Promise((resolve) => {
        ends.push(resolve);
      });
    },
    onFault: (fault) => told.push(`fault ${String(fault)}`),
    onRecovered: (dropped) => told.push(`recovered ${dropped}`),
  });
  const end = async (written: Written): Promise<void> => {
    ends.shift()!(written);
    await clock.advanceAsync(0);
  };
  return { clock, batches, told, queue, end };
}

describe('lines on their way', () => {
  it('are written one batch after the other', async () => {
    const { batches, queue, end } = start();
    for (let i = 0; i < 3; i++) queue.push(line(1));
    expect(batches.map((batch) => batch.length)).toEqual([1]);
    await end({ lines: 1 });
    expect(batches.map((batch) => batch.length)).toEqual([1, 2]);
    await end({ lines: 2 });
    expect(batches).toHaveLength(2);
    queue.push(line(1));
    expect(batches).toHaveLength(3);
  });

  it('go in batches of bounded size, a longer line on its own', async () => {
    const { batches, queue, end } = start();
    queue.push(line(1));
    for (const bytes of [MAX_BATCH_BYTES - 1, 1, 1, MAX_BATCH_BYTES + 1]) queue.push(line(bytes));
    for (const lines of [1, 2, 1, 1]) await end({ lines });
    expect(batches.map((batch) => batch.length)).toEqual([1, 2, 1, 1]);
  });

  it('wait up to the limit; one byte past it is dropped and counted', () => {
    const { queue } = start();
    queue.push(line(MAX_QUEUED_BYTES));
    expect(queue.dropped).toBe(0);
    queue.push(line(1));
    expect(queue.dropped).toBe(1);
  });

  it('that were written before a fault are not written again; the rest is tried after a pause', async () => {
    const { clock, batches, told, queue, end } = start();
    const lines = [line(1), line(2), line(3)];
    queue.push(line(9));
    for (const one of lines) queue.push(one);
    await end({ lines: 1 });
    await end({ lines: 2, fault: 'full' });
    expect(told).toEqual(['fault full']);
    await clock.advanceAsync(RETRY_MS - 1);
    expect(batches).toHaveLength(2);
    await clock.advanceAsync(1);
    expect(batches[2]).toEqual([lines[2]]);
    await end({ lines: 0, fault: 'full' });
    await clock.advanceAsync(RETRY_MS);
    await end({ lines: 1 });
    expect(told).toEqual(['fault full', 'recovered 0']);
  });

  it('are flushed when none waits, and when those that wait cannot be written now', async () => {
    const { clock, queue, end } = start();
    await queue.flush();
    queue.push(line(1));
    let flushed = 0;
    const first = queue.flush().then(() => flushed++);
    await clock.advanceAsync(0);
    expect(flushed).toBe(0);
    await end({ lines: 0, fault: 'full' });
    await first;
    await queue.flush();
    expect(flushed).toBe(1);
  });

  it('count as dropped when the queue stops, also while a write hangs, and nothing goes on after that', async () => {
    const { clock, batches, queue, end } = start();
    queue.push(line(1));
    queue.push(line(1));
    const flushed = queue.flush();
    queue.stop();
    queue.stop();
    await flushed;
    expect(queue.dropped).toBe(2);
    await end({ lines: 1 });
    queue.push(line(1));
    await clock.advanceAsync(RETRY_MS);
    expect([queue.dropped, batches.length, clock.pending]).toEqual([3, 1, 0]);
  });
});
