import { describe, expect, it } from 'vitest';

import { OpsError } from '@ops/protocol/errors.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';

import { ChangeRefusedError } from '../storage/storage-error.ts';
import { createGather, MAX_GATHERED } from './gather.ts';

const RETRY_MS = 1_000;

function gathering(write: (items: readonly number[]) => Promise<void>, retryMs?: number) {
  const clock = new ManualClock();
  const groups: (readonly number[])[] = [];
  const gather = createGather<number>({
    clock,
    ...(retryMs !== undefined && { retryMs }),
    write(items) {
      groups.push(items);
      return write(items);
    },
  });
  return { clock, gather, groups };
}

const outcome = (added: Promise<void>): Promise<string> =>
  added.then(
    () => 'stored',
    (cause: unknown) => (cause instanceof ChangeRefusedError ? 'refused' : 'unavailable'),
  );

describe('what is written together', () => {
  it('is all that one turn brings, and all that waits while two changes are under way', async () => {
    const writes: PromiseWithResolvers<void>[] = [];
    const { gather, groups } = gathering(() => {
      const write = Promise.withResolvers<void>();
      writes.push(write);
      return write.promise;
    });
    const first = [gather.add(1), gather.add(2)];
    await Promise.resolve();
    void gather.add(3);
    await Promise.resolve();
    const rest = [gather.add(4), gather.add(5)];
    await Promise.resolve();
    expect(groups).toEqual([[1, 2], [3]]);
    expect(gather.waiting).toBe(2);
    writes[0]!.resolve();
    await Promise.all(first);
    await Promise.resolve();
    expect(groups).toEqual([[1, 2], [3], [4, 5]]);
    for (const { resolve } of writes) resolve();
    await Promise.all(rest);
  });

  it(`is ${MAX_GATHERED} at most, one more goes with the next`, async () => {
    const { gather, groups } = gathering(() => Promise.resolve());
    await Promise.all(Array.from({ length: MAX_GATHERED + 1 }, (_, n) => gather.add(n)));
    expect(groups.map(({ length }) => length)).toEqual([MAX_GATHERED, 1]);
  });

  it('goes on one by one when one of it is refused', async () => {
    const { gather } = gathering((items) =>
      items.includes(2) ? Promise.reject(new ChangeRefusedError('check', 'no')) : Promise.resolve(),
    );
    const outcomes = await Promise.all([1, 2, 3].map((n) => outcome(gather.add(n))));
    expect(outcomes).toEqual(['stored', 'refused', 'stored']);
  });

  it('stays in its order while the disk takes nothing, and is told so when it may not wait', async () => {
    let full = true;
    const write = (): Promise<void> =>
      full ? Promise.reject(new OpsError('storage_unavailable')) : Promise.resolve();
    const impatient = gathering(write);
    expect(await outcome(impatient.gather.add(1))).toBe('unavailable');

    const { clock, gather, groups } = gathering(write, RETRY_MS);
    const added = [gather.add(1), gather.add(2)];
    await clock.advanceAsync(RETRY_MS);
    added.push(gather.add(3));
    await clock.advanceAsync(RETRY_MS - 1);
    expect(groups).toHaveLength(2);
    full = false;
    await clock.advanceAsync(1);
    await Promise.all(added);
    expect(groups.at(-1)).toEqual([1, 2, 3]);
  });

  it('is tried once more at the end, and given up when that fails', async () => {
    const { clock, gather, groups } = gathering(
      () => Promise.reject(new OpsError('storage_unavailable')),
      RETRY_MS,
    );
    const added = outcome(gather.add(1));
    await clock.advanceAsync(1);
    await gather.close();
    expect(await added).toBe('unavailable');
    expect(groups).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });
});
