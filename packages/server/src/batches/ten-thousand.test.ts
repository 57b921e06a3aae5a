/** The largest batch there may be. Times are printed, not judged: the machine is shared. */
import { MAX_TARGETS } from '@ops/protocol/http/batches.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { expect, it } from 'vitest';

import { idOf } from '../fleet/test-fleet.ts';
import { ALL, BY, testBatches } from './test-batches.ts';

it('runs on ten thousand hosts, and is looked at meanwhile', { timeout: 120_000 }, async () => {
  await using test = await testBatches({ clock: systemClock });
  for (let n = 1; n <= MAX_TARGETS; n++) test.connect(n);
  const figures: Record<string, number> = {};
  async function timed<T>(what: string, work: () => T | Promise<T>): Promise<T> {
    const start = systemClock.mono();
    const result = await work();
    figures[what] = Math.round(systemClock.mono() - start);
    return result;
  }
  let longestTurn = 0;
  let turnAt = systemClock.mono();
  const ticking = systemClock.every(1, () => {
    longestTurn = Math.max(longestTurn, systemClock.mono() - turnAt);
    turnAt = systemClock.mono();
  });

  const preview = await timed('preview', () => test.batches.preview(test.request()));
  expect(preview.hosts).toHaveLength(MAX_TARGETS);
  await timed('preview of a script', () =>
    test.batches.preview(test.request({ command: '/opt/ops-scripts/a/b.sh x y' })),
  );

  test.hosts.habit = (n) => ({ exitCode: n % 100 === 0 ? 1 : 0, stdout: `up ${n % 5000} days\n` });
  const whole = systemClock.mono();
  const { batchId } = await timed('create', () =>
    test.batches.create(test.request({ concurrency: MAX_TARGETS }), BY),
  );
  await test.reached(batchId, 'the first results', ({ counts }) => counts.succeeded > 0);
  await timed('look while it runs', () => test.batches.get(batchId));
  const batch = await test.reached(batchId, 'its end', ({ state }) => state === 'finished');
  figures['create to finished'] = Math.round(systemClock.mono() - whole);
  expect(batch.counts).toMatchObject({ succeeded: MAX_TARGETS - 100, nonzero: 100 });
  expect(test.hosts.started).toHaveLength(MAX_TARGETS);

  const turns = systemClock.mono();
  const second = await test.batches.create(test.request({ concurrency: 500 }), BY);
  await test.reached(second.batchId, 'its end', ({ state }) => state === 'finished');
  figures['create to finished, 500 at once'] = Math.round(systemClock.mono() - turns);

  const page = await timed('a page of hosts', () =>
    test.batches.hosts(batchId, { status: 'nonzero' }, { offset: 0, limit: 100 }),
  );
  expect(page).toMatchObject({ total: 100 });
  await timed('CSV', async () => {
    let rows = -1;
    for await (const piece of (await test.batches.export(batchId, 'csv'))!)
      rows += piece.split('\r\n').length - 1;
    expect(rows).toBe(MAX_TARGETS);
  });
  await timed('restart', () => test.restart());
  expect((await timed('first look after a restart', () => test.batches.get(batchId)))?.batch).toEqual(batch);
  await timed('list', () => test.batches.list({ limit: 50 }));
  ticking.cancel();
  figures['longest turn of the event loop'] = Math.round(longestTurn);
  // oxlint-disable-next-line no-console -- the figures are what this is run for
  console.info(
    Object.entries(figures)
      .map(([what, ms]) => `${what}: ${ms} ms`)
      .join(', '),
  );
});

it('takes ten thousand hosts and not one more', { timeout: 60_000 }, async () => {
  await using test = await testBatches({ clock: systemClock });
  for (let n = 1; n <= MAX_TARGETS + 1; n++) test.connect(n);
  for (const selection of [ALL, { kind: 'selector', selector: 'env=prod' }] as const) {
    expect(() => test.batches.preview(test.request({ selection }))).toThrow(/10001 hosts/);
    await expect(test.batches.create(test.request({ selection }), BY)).rejects.toMatchObject({
      code: 'invalid_request',
    });
  }
  test.disconnect(1);
  await test.fleet.forget(idOf(1), BY);
  expect(test.batches.preview(test.request()).hosts).toHaveLength(MAX_TARGETS);
});
