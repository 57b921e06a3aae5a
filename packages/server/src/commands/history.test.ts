import { describe, expect, it } from 'vitest';

import { idOf } from '../fleet/test-fleet.ts';
import { batchOf, BY, eventually, resultOf, testCommands, uptimeOn } from './test-commands.ts';
import { createCommandRetention } from './retention.ts';

describe('the history', () => {
  it('is newest first, page by page, and every filter holds', async () => {
    await using test = await testCommands();
    const { commands, clock } = test;
    const link = test.connect(1);
    const made: string[] = [];
    for (let n = 0; n < 5; n++) {
      made.push(...(await commands.create(uptimeOn(1), BY)).commandIds);
      clock.setWall(clock.wall() + 1000);
    }
    const batch = batchOf([2, 3], { heldFrom: 0 });
    made.push(...(await commands.create(batch, { ...BY, actor: 'bob' })).commandIds);
    const df = uptimeOn(4, { work: { kind: 'command', command: 'df -h 100%' }, queueSecs: 60 });
    made.push(...(await commands.create(df, BY)).commandIds);
    commands.inbox.result(idOf(1), resultOf(made[0]!));
    await eventually('the result', () => link.all('result_ack').length === 1);

    const ids = async (filter: Parameters<typeof commands.list>[0]): Promise<string[]> =>
      (await commands.list(filter, { limit: 50 })).commands.map(({ id }) => id);
    const newestFirst = made.toReversed();
    expect(await ids({})).toEqual(newestFirst);
    expect(await ids({ clientId: idOf(1) })).toEqual(made.slice(0, 5).toReversed());
    expect(await ids({ batchId: batch.batch!.id })).toEqual([made[6], made[5]]);
    expect(await ids({ state: 'active' })).toEqual(newestFirst.slice(0, -1));
    expect(await ids({ state: 'Completed' })).toEqual([made[0]]);
    expect(await ids({ search: 'DF -h 100%' })).toEqual([made[7]]);
    expect(await ids({ search: 'host-3' })).toEqual([made[6]]);
    expect(await ids({ search: '%' })).toEqual([made[7]]);
    expect(await ids({ search: '_' })).toEqual([]);
    expect(await ids({ createdBy: 'bob' })).toEqual([made[6], made[5]]);
    expect(await ids({ single: true })).toHaveLength(6);
    const from = (await commands.summary(made[1]!))!.created_at_ms;
    expect(await ids({ fromMs: from, toMs: from + 1000 })).toEqual([made[2], made[1]]);

    const pages: string[][] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await commands.list({}, { limit: 3, cursor });
      pages.push(page.commands.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(pages.map(({ length }) => length)).toEqual([3, 3, 2]);
    expect(pages.flat()).toEqual(newestFirst);
  });
});

describe('retention', () => {
  it('deletes what is over and old, with its output, batch and key, and nothing else', async () => {
    await using test = await testCommands();
    const { commands, clock, main, log } = test;
    test.connect(1);
    const { query } = main.database;
    const [old = ''] = (
      await commands.create(uptimeOn(1, { idempotency: { key: 'k', bodySha256: 'a'.repeat(64) } }), BY)
    ).commandIds;
    void commands.inbox.output(idOf(1), {
      type: 'command_output',
      command_id: old,
      seq: 0,
      stream: 'stdout',
      data: 'x',
      encoding: 'utf8',
    });
    commands.inbox.result(idOf(1), resultOf(old, { chunks: 1, stdout_bytes: 1 }));
    await eventually('the result', () => commands.stats().finished.Completed === 1);
    const waiting = await commands.create(batchOf([2], { heldFrom: 0 }), BY);
    const over = batchOf([3]);
    await commands.create(
      { ...over, targets: over.targets.map((each) => ({ ...each, failed: 'expired' })) },
      BY,
    );
    await main.database.write({
      statements: [query.updateTable('batches').set({ state: 'finished' }).where('id', '=', over.batch!.id)],
    });
    const retention = createCommandRetention({ database: main.database, clock, log, retentionDays: 30 });
    clock.setWall(clock.wall() + 30 * 86_400_000);
    expect(await retention.run()).toBe(0);
    clock.setWall(clock.wall() + 1);
    const [young = ''] = (await commands.create(uptimeOn(4, { queueSecs: 60 }), BY)).commandIds;
    expect(await retention.run()).toBe(2);

    const left = await query.selectFrom('commands').select('id').orderBy('number').execute();
    expect(left.map(({ id }) => id)).toEqual([...waiting.commandIds, young]);
    expect(await query.selectFrom('command_output').selectAll().execute()).toEqual([]);
    expect(await query.selectFrom('idempotency_keys').selectAll().execute()).toEqual([]);
    expect(await query.selectFrom('batches').select('id').execute()).toEqual([{ id: waiting.batchId }]);
    await retention.stop();
  });
});
