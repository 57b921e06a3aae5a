import { describe, expect, it } from 'vitest';

import { OpsError } from '@ops/protocol/errors.ts';

import { idOf } from '../fleet/test-fleet.ts';
import { ChangeRefusedError } from '../storage/storage-error.ts';
import { CHUNK_ROWS, createClosedMinutes, MAX_WAITING } from './closed-minutes.ts';
import type { SampleStore } from './sample-store.ts';
import { testRollup } from './test-samples.ts';

const MINUTE = { minute: 5, samples: 2, averages: [10] };

describe('closed minutes', () => {
  it('merge when a minute is closed twice before it is written', async () => {
    await using test = await testRollup();
    const closed = createClosedMinutes(test);
    closed.add(idOf(1), MINUTE);
    closed.add(idOf(1), { ...MINUTE, samples: 6, averages: [30] });
    expect(closed.of(idOf(1))).toMatchObject([{ samples: 8, averages: [25] }]);
    await closed.write();
    expect(await test.store.list(idOf(1), 5, 5, 1)).toMatchObject([{ samples: 8 }]);
  });

  it('drop the oldest, and count it, when one more waits than may', async () => {
    await using test = await testRollup();
    const closed = createClosedMinutes(test);
    for (let n = 0; n < MAX_WAITING; n++) closed.add(idOf(n), MINUTE);
    expect([closed.waiting, closed.dropped]).toEqual([MAX_WAITING, 0]);
    closed.add(idOf(MAX_WAITING), MINUTE);
    expect([closed.waiting, closed.dropped]).toEqual([MAX_WAITING, 1]);
    expect([closed.of(idOf(0)), closed.of(idOf(1))]).toEqual([[], [expect.objectContaining(MINUTE)]]);
  });

  it('go on behind a chunk the database refuses, and stop before one it cannot store', async () => {
    await using test = await testRollup();
    const failures: Error[] = [
      new ChangeRefusedError('check', 'planted'),
      new OpsError('storage_unavailable'),
    ];
    const store: SampleStore = {
      ...test.store,
      async add(minutes) {
        const failure = failures.shift();
        if (failure) throw failure;
        await test.store.add(minutes);
      },
    };
    const closed = createClosedMinutes({ ...test, store });
    for (let n = 0; n < 3 * CHUNK_ROWS; n++) closed.add(idOf(n), MINUTE);
    await closed.write();
    expect([closed.waiting, closed.dropped]).toEqual([2 * CHUNK_ROWS, CHUNK_ROWS]);
    await closed.write();
    expect([closed.waiting, closed.dropped]).toEqual([0, CHUNK_ROWS]);
    expect(await test.store.list(idOf(2 * CHUNK_ROWS), 5, 5, 1)).toHaveLength(1);
  });
});
