import { describe, expect, it } from 'vitest';

import { until } from '@ops/testkit/until.ts';

import { idOf } from '../fleet/test-fleet.ts';
import { BY, ids, testBatches, type TestBatches } from './test-batches.ts';

async function withHosts(count: number): Promise<TestBatches> {
  const test = await testBatches();
  for (let n = 1; n <= count; n++) test.connect(n);
  return test;
}

const startedOn = ({ hosts }: TestBatches): number[] => hosts.started.map(({ host }) => host);

describe('a batch', () => {
  it('runs on every host it names and counts how each ended', async () => {
    await using test = await withHosts(4);
    test.hosts.habit = (n) =>
      [undefined, {}, { exitCode: 3 }, { outcome: 'timeout' as const }, { outcome: 'failed' as const }][n];
    const { batchId, commandIds } = await test.batches.create(test.request(), BY);
    expect(Object.keys(commandIds)).toEqual([1, 2, 3, 4].map(idOf));
    const batch = await test.finished(batchId);
    expect(batch).toMatchObject({
      state: 'finished',
      stopped: null,
      created_by: 'alice',
      targets: 4,
      selection: { kind: 'all', selector: null },
      counts: {
        held: 0,
        pending: 0,
        executing: 0,
        succeeded: 1,
        nonzero: 1,
        timeout: 1,
        failed: 1,
        cancelled: 0,
      },
    });
    expect(startedOn(test).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4]);
  });

  it('writes one entry into the audit trail, with the number and a hash of its targets', async () => {
    await using test = await withHosts(3);
    const { batchId } = await test.batches.create(test.request(), BY);
    const entries = (await test.audited()).filter(({ action }) => action === 'batch_create');
    expect(entries).toMatchObject([{ actor: 'alice', target: batchId }]);
    expect(JSON.parse(entries[0]!.detail)).toMatchObject({
      command: 'uptime',
      targets: 3,
      targets_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('never runs on more hosts at once than it may, and on each in its turn', async () => {
    await using test = await withHosts(9);
    const { batchId } = await test.batches.create(test.request({ concurrency: 2 }), BY);
    for (let done = 0; done < 9; done++) {
      await until(() => test.hosts.running.size > 0 && test.hosts.started.length >= Math.min(9, done + 2), {
        what: `turn ${done}`,
      });
      expect(test.hosts.running.size).toBeLessThanOrEqual(2);
      test.hosts.finish([...test.hosts.running.keys()][0]!);
    }
    const batch = await test.finished(batchId);
    expect(batch.counts.succeeded).toBe(9);
    expect(test.hosts.mostAtOnce).toBe(2);
    expect(startedOn(test)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('keeps to its number at once when hosts answer at once', async () => {
    await using test = await withHosts(60);
    test.hosts.habit = () => ({});
    const { batchId } = await test.batches.create(test.request({ concurrency: 7 }), BY);
    await test.finished(batchId);
    expect(test.hosts.started).toHaveLength(60);
    expect(test.hosts.mostAtOnce).toBeLessThanOrEqual(7);
  });

  it('goes on when a host whose turn comes has gone offline', async () => {
    await using test = await withHosts(3);
    const { batchId } = await test.batches.create(test.request({ concurrency: 1 }), BY);
    test.disconnect(2);
    test.hosts.finishAll();
    await until(() => startedOn(test).includes(3), { what: 'the third host' });
    test.hosts.finishAll();
    const batch = await test.finished(batchId);
    expect(batch.counts).toMatchObject({ succeeded: 2, failed: 1 });
    const page = await test.batches.hosts(batchId, { status: 'failed' }, { offset: 0, limit: 10 });
    expect(page?.hosts.map(({ error }) => error)).toEqual(['expired: the client was offline']);
  });

  it('is told of at once, then four times a second at most, and its end at once', async () => {
    await using test = await withHosts(20);
    const { clock } = test;
    if (!('advance' in clock) || typeof clock.advance !== 'function') throw new Error('not by hand');
    const { batchId, commandIds } = await test.batches.create(test.request(), BY);
    expect(test.told).toHaveLength(1);
    await until(() => test.hosts.running.size === 20, { what: 'all to run' });
    const [first = '', second = '', ...others] = Object.values(commandIds);
    for (const id of [first, second]) test.hosts.finish(id, {});
    await until(async () => (await test.batches.get(batchId))?.batch.counts.succeeded === 2, {
      what: 'two results',
    });
    expect(test.told).toHaveLength(1);
    clock.advance(250);
    expect(test.told).toHaveLength(2);
    expect(test.told[1]).toMatchObject({ state: 'running', counts: { succeeded: 2 } });
    for (const id of others) test.hosts.finish(id, {});
    await test.finished(batchId);
    expect(test.told).toHaveLength(3);
    clock.advance(10_000);
    expect(test.told).toHaveLength(3);
    expect(test.told[2]).toMatchObject({ state: 'finished', counts: { succeeded: 20 } });
    expect(test.told[2]!.version).toBeGreaterThan(test.told[1]!.version);
  });

  it('answers a request that is repeated with its key with the same batch, whatever has become of the hosts', async () => {
    await using test = await withHosts(3);
    const request = test.request({ idempotency: { key: 'k', bodySha256: 'a'.repeat(64) } });
    const first = await test.batches.create(request, BY);
    test.connect(4);
    test.disconnect(1);
    expect(await test.batches.create(request, BY)).toEqual(first);
    await test.restart();
    expect(await test.batches.create(request, BY)).toEqual(first);
    const other = { ...request, idempotency: { key: 'k', bodySha256: 'b'.repeat(64) } };
    await expect(test.batches.create(other, BY)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    expect(test.hosts.started).toHaveLength(3);
  });

  it('is made once when the same request comes many times at once', async () => {
    await using test = await withHosts(2);
    const request = test.request({ idempotency: { key: 'k', bodySha256: 'a'.repeat(64) } });
    const made = await Promise.all(Array.from({ length: 10 }, () => test.batches.create(request, BY)));
    expect(new Set(made.map(({ batchId }) => batchId)).size).toBe(1);
    expect(test.hosts.started).toHaveLength(2);
    expect(test.batches.unfinished).toBe(1);
  });
});

describe('a batch that stops after failures', () => {
  it('starts nothing more once so many were reached, and lets end what runs', async () => {
    await using test = await withHosts(6);
    const { batchId } = await test.batches.create(test.request({ concurrency: 2, stopAfterFailures: 2 }), BY);
    const [first, second] = [...test.hosts.running.keys()];
    test.hosts.finish(first!, { exitCode: 1 });
    await until(() => startedOn(test).length === 3, { what: 'the third host' });
    test.hosts.finish(second!, { outcome: 'timeout' });
    const batch = await test.reached(batchId, 'stopping', ({ state }) => state === 'stopping');
    expect(batch).toMatchObject({ stopped: 'failures', stopped_by: null });
    await test.reached(batchId, 'the rest cancelled', ({ counts }) => counts.cancelled === 3);
    expect(test.hosts.cancels).toEqual([]);
    test.hosts.finishAll();
    expect((await test.finished(batchId)).counts).toMatchObject({
      nonzero: 1,
      timeout: 1,
      succeeded: 1,
      cancelled: 3,
    });
    expect(startedOn(test)).toEqual([1, 2, 3]);
    expect((await test.audited()).filter(({ action }) => action === 'batch_stop')).toMatchObject([
      { actor: 'system' },
    ]);
  });

  it('runs on with one failure less', async () => {
    await using test = await withHosts(4);
    test.hosts.habit = (n) => ({ exitCode: n <= 2 ? 1 : 0 });
    const { batchId } = await test.batches.create(test.request({ concurrency: 1, stopAfterFailures: 3 }), BY);
    expect(await test.finished(batchId)).toMatchObject({
      stopped: null,
      counts: { nonzero: 2, succeeded: 2 },
    });
  });

  it('does not count hosts that were sent nothing', async () => {
    await using test = await withHosts(3);
    test.disconnect(1);
    test.hosts.habit = () => ({});
    const { batchId } = await test.batches.create(test.request({ concurrency: 1, stopAfterFailures: 1 }), BY);
    expect(await test.finished(batchId)).toMatchObject({
      stopped: null,
      counts: { failed: 1, succeeded: 2 },
    });
  });

  it('can be stopped whole while the rest still runs', async () => {
    await using test = await withHosts(4);
    const { batchId } = await test.batches.create(test.request({ concurrency: 2, stopAfterFailures: 1 }), BY);
    test.hosts.finish([...test.hosts.running.keys()][0]!, { exitCode: 1 });
    await test.reached(batchId, 'stopping', ({ state }) => state === 'stopping');
    await test.batches.stop(batchId, BY);
    expect(await test.finished(batchId)).toMatchObject({
      stopped: 'user',
      stopped_by: 'alice',
      counts: { cancelled: 3 },
    });
    expect(test.hosts.cancels).toHaveLength(1);
  });
});

describe('stopping a batch', () => {
  it('starts nothing more and ends what runs, as each host confirms', async () => {
    await using test = await withHosts(6);
    const { batchId } = await test.batches.create(test.request({ concurrency: 2 }), BY);
    const stopped = await test.batches.stop(batchId, BY);
    expect(stopped).toMatchObject({ state: 'stopping', stopped: 'user', stopped_by: 'alice' });
    const batch = await test.finished(batchId);
    expect(batch.counts).toMatchObject({ cancelled: 6 });
    expect(test.hosts.cancels.toSorted()).toEqual(
      test.hosts.started.map(({ commandId }) => commandId).toSorted(),
    );
    expect(startedOn(test)).toEqual([1, 2]);
    expect((await test.audited()).filter(({ action }) => action === 'batch_stop')).toMatchObject([
      { actor: 'alice', target: batchId },
    ]);
  });

  it('may be asked for twice, and is over when the batch is', async () => {
    await using test = await withHosts(2);
    const { batchId } = await test.batches.create(test.request(), BY);
    test.disconnect(1);
    await test.batches.stop(batchId, BY);
    expect(await test.batches.stop(batchId, BY)).toMatchObject({ state: 'stopping' });
    test.connect(1);
    await test.finished(batchId);
    await expect(test.batches.stop(batchId, BY)).rejects.toMatchObject({ code: 'command_over' });
    await expect(test.batches.stop(idOf(9), BY)).rejects.toMatchObject({ code: 'batch_not_found' });
    expect((await test.audited()).filter(({ action }) => action === 'batch_stop')).toHaveLength(1);
  });
});

describe('hosts that are offline', () => {
  it('are waited for without holding others up, and run when they come', async () => {
    await using test = await withHosts(4);
    test.disconnect(1);
    test.disconnect(2);
    const { batchId } = await test.batches.create(test.request({ concurrency: 1, queueSecs: 3600 }), BY);
    for (const host of [3, 4]) {
      await until(() => startedOn(test).at(-1) === host, { what: `host ${host}` });
      test.hosts.finishAll();
    }
    await test.reached(batchId, 'two done', ({ counts }) => counts.succeeded === 2);
    test.connect(2);
    await until(() => startedOn(test).at(-1) === 2, { what: 'the host that came' });
    test.connect(1);
    expect(test.hosts.running.size).toBe(1);
    test.hosts.finishAll();
    await until(() => startedOn(test).at(-1) === 1, { what: 'the last host' });
    test.hosts.finishAll();
    expect((await test.finished(batchId)).counts.succeeded).toBe(4);
    expect(test.hosts.mostAtOnce).toBe(1);
  });

  it('are given up when the time they are waited for is over', async () => {
    await using test = await withHosts(3);
    const { clock } = test;
    if (!('advanceAsync' in clock) || typeof clock.advanceAsync !== 'function')
      throw new Error('not by hand');
    test.disconnect(3);
    test.hosts.habit = () => ({});
    const { batchId } = await test.batches.create(test.request({ concurrency: 1, queueSecs: 600 }), BY);
    await test.reached(batchId, 'two done', ({ counts }) => counts.succeeded === 2 && counts.held === 1);
    await clock.advanceAsync(600_000);
    await test.reached(batchId, 'its turn', ({ counts }) => counts.held === 0);
    await clock.advanceAsync(31_000);
    expect((await test.finished(batchId)).counts).toMatchObject({ succeeded: 2, failed: 1 });
    const page = await test.batches.hosts(batchId, { status: 'failed' }, { offset: 0, limit: 10 });
    expect(page?.hosts[0]?.error).toMatch(/^expired/);
  });
});

describe('more hosts than batches may have at a time', () => {
  it('are refused, one past the limit', async () => {
    await using test = await testBatches({ maxUnfinishedTargets: 3 });
    for (let n = 1; n <= 3; n++) test.connect(n);
    const { batchId } = await test.batches.create(test.request({ selection: ids(1, 2) }), BY);
    await expect(test.batches.create(test.request({ selection: ids(1, 2) }), BY)).rejects.toMatchObject({
      code: 'server_busy',
    });
    await test.batches.create(test.request({ selection: ids(3) }), BY);
    test.hosts.finishAll();
    await test.finished(batchId);
  });
});
