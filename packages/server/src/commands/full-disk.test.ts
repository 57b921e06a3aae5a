import { describe, expect, it } from 'vitest';

import { idOf } from '../fleet/test-fleet.ts';
import { RETRY_MS } from './endings.ts';
import { MAX_UNSTORED_OF_ONE } from './output-store.ts';
import {
  accepted,
  batchOf,
  BY,
  eventually,
  outputOf,
  resultOf,
  testCommands,
  uptimeOn,
} from './test-commands.ts';

const unavailable = expect.objectContaining({ code: 'storage_unavailable' });

describe('P9 while the disk is full', () => {
  it('nothing is made, released or cancelled, and nothing is left behind', async () => {
    await using test = await testCommands();
    const { commands, disk } = test;
    const link = test.connect(1);
    const [held = ''] = (await commands.create(batchOf([1], { heldFrom: 0 }), BY)).commandIds;
    const [sent = ''] = (await commands.create(uptimeOn(1), BY)).commandIds;
    const before = test.changes.length;
    disk.full = true;
    await expect(commands.create(uptimeOn(1), BY)).rejects.toThrow(unavailable);
    await expect(commands.release([held])).rejects.toThrow(unavailable);
    await expect(commands.cancel([held, sent], BY)).rejects.toThrow(unavailable);
    expect(link.told).toHaveLength(1);
    expect(test.changes).toHaveLength(before);
    expect(await commands.summary(sent)).toMatchObject({ state: 'Pending', cancel_requested: false });

    disk.full = false;
    await commands.release([held]);
    expect(await commands.cancel([held, sent], BY)).toEqual(['requested', 'requested']);
    expect(link.told.map(({ type }) => type)).toEqual(['command', 'command', 'cancel', 'cancel']);
  });

  it('what clients say is shown but not acknowledged, and stored when there is room again', async () => {
    await using test = await testCommands();
    const { commands, clock, disk } = test;
    const link = test.connect(1);
    const [id = ''] = (await commands.create(uptimeOn(1), BY)).commandIds;
    disk.full = true;
    commands.inbox.accepted(idOf(1), accepted(id));
    await clock.advanceAsync(20);
    expect(await commands.summary(id)).toMatchObject({ state: 'Executing' });
    void commands.inbox.output(idOf(1), outputOf(id, 0, 'out'));
    commands.inbox.result(idOf(1), resultOf(id, { chunks: 1, stdout_bytes: 3 }));
    await clock.advanceAsync(5 * RETRY_MS);
    expect(link.all('result_ack')).toEqual([]);
    expect(await commands.summary(id)).toMatchObject({ state: 'Executing' });

    disk.full = false;
    await clock.advanceAsync(RETRY_MS);
    await eventually('the acknowledgement', () => link.all('result_ack').length === 1);
    expect(await commands.summary(id)).toMatchObject({ state: 'Completed', stdout_bytes: 3 });
    expect((await commands.output(id, 'stdout', 0, 9))?.bytes.toString()).toBe('out');
  });

  it('output beyond what may wait is not taken, and asked for when its result comes', async () => {
    await using test = await testCommands();
    const { commands, disk } = test;
    const link = test.connect(1);
    const [id = ''] = (await commands.create(uptimeOn(1), BY)).commandIds;
    disk.full = true;
    const chunk = 'x'.repeat(32 * 1024);
    for (let seq = 0; seq < 8; seq++) await commands.inbox.output(idOf(1), outputOf(id, seq, chunk));
    expect(commands.stats().unstoredBytes).toBeLessThanOrEqual(2 * MAX_UNSTORED_OF_ONE + chunk.length);
    expect(commands.stats().dropped['command_output_unstored']).toBeGreaterThan(0);
    const result = resultOf(id, { chunks: 8, stdout_bytes: 8 * chunk.length });
    for (let n = 0; n < 5; n++) commands.inbox.result(idOf(1), result);
    await test.clock.advanceAsync(3_000);
    expect(link.all('output_missing')).toEqual([]);

    disk.full = false;
    await eventually('the question', async () => {
      await test.clock.advanceAsync(1_000);
      return link.all('output_missing').length === 1;
    });
    for (let seq = link.all('output_missing')[0]!.from_seq; seq < 8; seq++)
      await commands.inbox.output(idOf(1), outputOf(id, seq, chunk));
    commands.inbox.result(idOf(1), result);
    await eventually('the acknowledgement', () => link.all('result_ack').length === 1);
    expect(await commands.output(id, 'stdout', 0, 1)).toMatchObject({
      keptBytes: 8 * chunk.length,
      gap: null,
    });
    expect(commands.stats().unstoredBytes).toBe(0);
  });
});
