import { describe, expect, it } from 'vitest';

import { until } from '@ops/testkit/until.ts';

import { BY, testBatches, type TestBatches } from './test-batches.ts';

const HOSTS = 6;

async function withHosts(): Promise<TestBatches> {
  const test = await testBatches();
  connectAll(test);
  return test;
}

function connectAll(test: TestBatches): void {
  for (let n = 1; n <= HOSTS; n++) test.connect(n);
}

const startedOn = ({ hosts }: TestBatches): number[] => hosts.started.map(({ host }) => host);

/** Lets what runs end, one by one, until the batch is over. */
async function runOut(test: TestBatches, batchId: string): Promise<void> {
  await until(
    async () => {
      for (const commandId of test.hosts.running.keys()) test.hosts.finish(commandId);
      return (await test.batch(batchId)).state === 'finished';
    },
    { what: 'the end of the batch' },
  );
}

describe('a batch, when the server is restarted', () => {
  it('right after it was made, goes on and runs on each host once', async () => {
    await using test = await withHosts();
    const { batchId } = await test.batches.create(test.request({ concurrency: 2 }), BY);
    const before = await test.batch(batchId);
    await test.restart();
    const after = await test.batch(batchId);
    expect(after.counts).toMatchObject({ held: 4 });
    expect(after.version).toBeGreaterThanOrEqual(before.version);
    connectAll(test);
    await runOut(test, batchId);
    expect(startedOn(test).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(test.hosts.mostAtOnce).toBe(2);
    expect((await test.batch(batchId)).counts.succeeded).toBe(HOSTS);
  });

  it('again and again in the middle, loses nothing and runs nothing twice', async () => {
    await using test = await withHosts();
    const { batchId } = await test.batches.create(test.request({ concurrency: 2 }), BY);
    let version = 0;
    for (let round = 0; round < HOSTS; round++) {
      await until(() => test.hosts.running.size > 0, { what: 'something to run' });
      test.hosts.finish([...test.hosts.running.keys()][0]!);
      await test.reached(batchId, 'its result', ({ counts }) => counts.succeeded === round + 1);
      const before = await test.batch(batchId);
      expect(before.version).toBeGreaterThan(version);
      await test.restart();
      const after = await test.batch(batchId);
      expect(after.counts.succeeded).toBe(round + 1);
      expect(after.version).toBeGreaterThanOrEqual(before.version);
      version = before.version;
      connectAll(test);
    }
    await test.finished(batchId);
    expect(startedOn(test).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(test.hosts.mostAtOnce).toBe(2);
  });

  it('while it stops, is stopped afterwards: nothing starts, and each host confirms', async () => {
    await using test = await withHosts();
    const { batchId } = await test.batches.create(test.request({ concurrency: 2 }), BY);
    for (let n = 1; n <= HOSTS; n++) test.disconnect(n);
    await test.batches.stop(batchId, BY);
    await test.restart();
    expect(await test.batch(batchId)).toMatchObject({
      state: 'stopping',
      stopped: 'user',
      stopped_by: 'alice',
      counts: { cancelled: 4 },
    });
    connectAll(test);
    expect((await test.finished(batchId)).counts.cancelled).toBe(HOSTS);
    expect(startedOn(test)).toEqual([1, 2]);
    expect(test.hosts.running.size).toBe(0);
  });

  it('between being stopped and anything being cancelled, cancels afterwards', async () => {
    await using test = await withHosts();
    const { batchId } = await test.batches.create(test.request({ concurrency: 2 }), BY);
    const { query } = test.database;
    await test.batches.stopAll();
    const stopped = query
      .updateTable('batches')
      .set({ state: 'stopping', stopped: 'user', stopped_by: 'alice' });
    await test.database.write({ statements: [stopped] });
    await test.restart();
    connectAll(test);
    expect((await test.finished(batchId)).counts.cancelled).toBe(HOSTS);
    expect(startedOn(test)).toEqual([1, 2]);
  });

  it('after too many failures, starts nothing more', async () => {
    await using test = await withHosts();
    const { batchId } = await test.batches.create(test.request({ concurrency: 2, stopAfterFailures: 1 }), BY);
    const [first] = [...test.hosts.running.keys()];
    await test.batches.stopAll();
    test.hosts.finish(first!, { exitCode: 2 });
    await until(async () => (await test.commands.summary(first!))?.state === 'Completed', {
      what: 'its result',
    });
    await test.restart();
    connectAll(test);
    await test.reached(batchId, 'the rest cancelled', ({ counts }) => counts.cancelled === 4);
    test.hosts.finishAll();
    expect(await test.finished(batchId)).toMatchObject({
      stopped: 'failures',
      counts: { nonzero: 1, succeeded: 1 },
    });
    expect(startedOn(test)).toEqual([1, 2]);
  });

  it('between the last result and its end, ends', async () => {
    await using test = await withHosts();
    const { batchId } = await test.batches.create(test.request(), BY);
    await test.batches.stopAll();
    const ids = [...test.hosts.running.keys()];
    test.hosts.finishAll();
    for (const id of ids)
      await until(async () => (await test.commands.summary(id))?.state === 'Completed', {
        what: 'its result',
      });
    await test.restart();
    const batch = await test.finished(batchId);
    expect(batch.counts.succeeded).toBe(HOSTS);
    expect(test.batches.unfinished).toBe(0);
  });

  it('when it is over, stays as it was, to the version', async () => {
    await using test = await withHosts();
    test.hosts.habit = (n) => ({ exitCode: n % 2, stdout: `${n % 2}\n` });
    const { batchId } = await test.batches.create(test.request(), BY);
    await test.finished(batchId);
    const before = await test.batches.get(batchId);
    const listed = await test.batches.list({ limit: 10 });
    await test.restart();
    expect(await test.batches.list({ limit: 10 })).toEqual(listed);
    expect(await test.batches.get(batchId)).toEqual(before);
  });

  it('still waits for hosts that are offline', async () => {
    await using test = await withHosts();
    test.disconnect(6);
    test.hosts.habit = () => ({});
    const { batchId } = await test.batches.create(test.request({ concurrency: 1, queueSecs: 3600 }), BY);
    await test.reached(batchId, 'the others', ({ counts }) => counts.succeeded === 5);
    await test.restart();
    for (let n = 1; n < HOSTS; n++) test.connect(n);
    expect((await test.batch(batchId)).counts).toMatchObject({ held: 1, succeeded: 5 });
    test.connect(6);
    expect((await test.finished(batchId)).counts.succeeded).toBe(HOSTS);
  });
});
