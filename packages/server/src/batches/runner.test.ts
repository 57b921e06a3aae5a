import { OpsError } from '@ops/protocol/errors.ts';
import { describe, expect, it } from 'vitest';

import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { until } from '@ops/testkit/until.ts';

import { BY, testBatches } from './test-batches.ts';
import { RETRY_MS } from './runner.ts';

/** A clock that stands still, and a batch of three hosts, one at a time. */
async function three() {
  const clock = new ManualClock();
  const test = await testBatches({ clock });
  for (let n = 1; n <= 3; n++) test.connect(n);
  return { test, clock };
}

const unavailable = async (): Promise<never> => {
  throw new OpsError('storage_unavailable');
};

describe('when the disk takes nothing', () => {
  it('whose turn it is waits, and goes on when it can be written down', async () => {
    const { test: owned, clock } = await three();
    await using test = owned;
    const release = test.commands.release.bind(test.commands);
    const { batchId } = await test.batches.create(test.request({ concurrency: 1 }), BY);
    let tries = 0;
    test.commands.release = async () => {
      tries++;
      return unavailable();
    };
    test.hosts.finishAll();
    await until(() => tries === 1, { what: 'the first try' });
    await clock.advanceAsync(RETRY_MS);
    await until(() => tries === 2, { what: 'the second try' });
    test.commands.release = release;
    test.hosts.habit = () => ({});
    await clock.advanceAsync(RETRY_MS);
    expect((await test.finished(batchId)).counts.succeeded).toBe(3);
    expect(test.hosts.started.map(({ host }) => host)).toEqual([1, 2, 3]);
    expect(test.hosts.mostAtOnce).toBe(1);
  });

  it('what is to be cancelled is tried again, and nothing starts meanwhile', async () => {
    const { test: owned, clock } = await three();
    await using test = owned;
    const cancel = test.commands.cancel.bind(test.commands);
    const { batchId } = await test.batches.create(test.request({ concurrency: 1 }), BY);
    test.commands.cancel = unavailable;
    expect(await test.batches.stop(batchId, BY)).toMatchObject({ state: 'stopping', counts: { held: 2 } });
    test.hosts.finishAll();
    await test.reached(batchId, 'the first result', ({ counts }) => counts.succeeded === 1);
    test.commands.cancel = cancel;
    await clock.advanceAsync(RETRY_MS);
    expect((await test.finished(batchId)).counts).toMatchObject({ succeeded: 1, cancelled: 2 });
    expect(test.hosts.started).toHaveLength(1);
  });
});

describe('evidence that comes after the end', () => {
  it('is counted, and told of', async () => {
    const { test: owned, clock } = await three();
    await using test = owned;
    const { batchId } = await test.batches.create(
      test.request({ selection: { kind: 'selector', selector: 'env' } }),
      BY,
    );
    test.disconnect(1);
    test.hosts.habit = () => ({});
    for (const { host, commandId } of test.hosts.started) if (host > 1) test.hosts.finish(commandId);
    await test.reached(batchId, 'two results', ({ counts }) => counts.succeeded === 2);
    await clock.advanceAsync(100_000);
    const before = await test.finished(batchId);
    expect(before.counts).toMatchObject({ succeeded: 2, failed: 1 });
    test.connect(1);
    const after = await test.reached(batchId, 'the evidence', ({ counts }) => counts.failed === 0);
    expect(after).toMatchObject({ state: 'finished', counts: { succeeded: 2, cancelled: 1 } });
    expect(after.version).toBeGreaterThan(before.version);
    await clock.advanceAsync(1000);
    expect(test.told.at(-1)).toEqual(after);
    await test.restart();
    expect(await test.batch(batchId)).toEqual(after);
  });
});
