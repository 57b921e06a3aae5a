import { describe, expect, it } from 'vitest';

import { idOf } from '../fleet/test-fleet.ts';
import type { Tables } from '../storage/tables.ts';
import type { TestDatabase } from '../storage/test-database.ts';
import { MAX_WITH_CLIENT } from './dispatch.ts';
import {
  accepted,
  batchOf,
  BY,
  connectTo,
  EPOCH,
  eventually,
  OTHER_EPOCH,
  outputOf,
  resultOf,
  testCommands,
  uptimeOn,
} from './test-commands.ts';

const KEY = { key: 'a-key', bodySha256: 'a'.repeat(64) };

async function auditOf(main: TestDatabase<Tables>): Promise<string[]> {
  const rows = await main.database.query.selectFrom('audit').selectAll().orderBy('seq').execute();
  return rows.map(({ actor, action }) => `${actor} ${action}`);
}

describe('P2c a request that is repeated with its key', () => {
  it('makes one command, however many come at once, and also after a restart', async () => {
    await using test = await testCommands();
    const link = test.connect(1);
    const request = uptimeOn(1, { idempotency: KEY });
    const made = await Promise.all(Array.from({ length: 100 }, () => test.commands.create(request, BY)));
    const [id] = made[0]!.commandIds;
    expect(new Set(made.map(({ commandIds }) => commandIds.join()))).toEqual(new Set([id]));
    expect(made.filter(({ repeated }) => !repeated)).toHaveLength(1);
    expect(link.all('command')).toHaveLength(1);

    const later = await test.restarted();
    expect(await later.create(request, BY)).toEqual({ commandIds: [id], batchId: null, repeated: true });
    expect(await later.repeated(KEY, BY)).toEqual({ commandIds: [id], batchId: null });
  });

  it('is refused with another body, is nobody else’s, and is forgotten after 24 hours', async () => {
    await using test = await testCommands();
    const { commands, clock } = test;
    const first = await commands.create(uptimeOn(1, { idempotency: KEY }), BY);
    const other = { ...KEY, bodySha256: 'b'.repeat(64) };
    await expect(commands.create(uptimeOn(1, { idempotency: other }), BY)).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    await expect(commands.repeated(other, BY)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    const bob = await commands.create(uptimeOn(1, { idempotency: other }), { ...BY, actor: 'bob' });
    expect(bob.repeated).toBe(false);
    clock.setWall(clock.wall() + 24 * 3_600_000 - 1);
    expect((await commands.create(uptimeOn(1, { idempotency: KEY }), BY)).commandIds).toEqual(
      first.commandIds,
    );
    clock.setWall(clock.wall() + 1);
    expect((await commands.create(uptimeOn(1, { idempotency: KEY }), BY)).repeated).toBe(false);
  });
});

describe('a batch', () => {
  it('is one transaction with one audit entry; some are over before they began, some are held', async () => {
    await using test = await testCommands();
    const { commands, changes } = test;
    const links = [1, 2, 3].map((n) => test.connect(n));
    const request = batchOf([1, 2, 3, 4], { heldFrom: 1 });
    const targets = request.targets.map((target, n) =>
      n === 3 ? { ...target, failed: 'expired: the client was offline' } : target,
    );
    const { commandIds, batchId } = await commands.create({ ...request, targets }, BY);
    expect(batchId).toBe(request.batch!.id);
    expect(changes.map(({ summary, held }) => [summary.state, held])).toEqual([
      ['Pending', false],
      ['Pending', true],
      ['Pending', true],
      ['Failed', false],
    ]);
    expect(changes[3]!.groupKey).toMatch(/^[0-9a-f]{64}$/);
    expect(links.map((link) => link.all('command').length)).toEqual([1, 0, 0]);
    expect(await auditOf(test.main)).toEqual(['alice batch_create']);

    // Held ones wait for ever.
    await test.clock.advanceAsync(20_000);
    await commands.release([commandIds[1]!, 'unknown']);
    expect(links.map((link) => link.all('command').length)).toEqual([1, 1, 0]);
    expect(await commands.summary(commandIds[1]!)).toMatchObject({
      sent_at_ms: test.clock.wall(),
      expires_at_ms: test.clock.wall() + 30_000,
    });
    const audit = await test.main.database.query.selectFrom('batches').selectAll().execute();
    expect(audit).toMatchObject([{ id: batchId, targets: 4, state: 'running' }]);
  });

  it('ends at once what is released for a client that is offline and that nobody waits for', async () => {
    await using test = await testCommands();
    const { commands } = test;
    const { commandIds } = await commands.create(batchOf([1], { heldFrom: 0 }), BY);
    const kept = await commands.create(batchOf([2], { heldFrom: 0, queueSecs: 60 }), BY);
    await commands.release([...commandIds, ...kept.commandIds]);
    await eventually('the end', () => test.changes.some(({ summary }) => summary.state === 'Failed'));
    expect(await commands.summary(commandIds[0]!)).toMatchObject({
      error: 'expired: the client was offline',
    });
    expect(await commands.summary(kept.commandIds[0]!)).toMatchObject({ state: 'Pending' });
    const link = test.connect(2);
    await eventually('the frame', () => link.all('command').length === 1);
  });

  it('of more commands than may be at once is refused whole', async () => {
    await using test = await testCommands({ maxUnfinished: 3 });
    await test.commands.create(batchOf([1, 2, 3]), BY);
    await expect(test.commands.create(uptimeOn(4), BY)).rejects.toMatchObject({ code: 'server_busy' });
    expect(test.commands.stats().dropped['command_over_limit']).toBe(1);
  });
});

describe('cancelling', () => {
  it('ends what was not sent, asks for the end of what was, and says what is over or unknown', async () => {
    await using test = await testCommands();
    const { commands, changes } = test;
    const link = test.connect(1);
    const [sent = ''] = (await commands.create(uptimeOn(1), BY)).commandIds;
    const [waiting = ''] = (await commands.create(uptimeOn(2, { queueSecs: 60 }), BY)).commandIds;
    const [held = ''] = (await commands.create(batchOf([1], { heldFrom: 0 }), BY)).commandIds;
    const nobody = '00000000-0000-4000-8000-000000000000';
    expect(await commands.cancel([sent, waiting, held, nobody], BY)).toEqual([
      'requested',
      'cancelled',
      'cancelled',
      'unknown',
    ]);
    expect(link.all('cancel')).toEqual([{ type: 'cancel', command_id: sent }]);
    expect(await commands.summary(sent)).toMatchObject({ state: 'Pending', cancel_requested: true });
    for (const id of [waiting, held])
      expect(await commands.summary(id)).toMatchObject({ state: 'Cancelled' });
    expect(changes.at(-1)?.summary).toMatchObject({ id: sent, cancel_requested: true });
    expect(await auditOf(test.main)).toContain('alice command_cancel');

    commands.inbox.result(idOf(1), resultOf(sent, { outcome: 'cancelled', exit_code: null }));
    await eventually('the result', () => link.all('result_ack').length === 1);
    expect(await commands.cancel([sent, waiting], BY)).toEqual(['over', 'over']);
    // Not sent to a client that comes later.
    expect(test.connect(2).all('command')).toEqual([]);
  });

  it('is told again to a client that comes back, and given up with the command', async () => {
    await using test = await testCommands();
    const { commands } = test;
    test.connect(1);
    const [id = ''] = (await commands.create(uptimeOn(1), BY)).commandIds;
    await commands.cancel([id], BY);
    const { known } = connectTo(commands, 1, {
      lastSeq: 1,
      commands: [{ command_id: id, state: 'running', chunks: 0 }],
    });
    expect(known).toEqual([{ command_id: id, next_seq: 0, cancel: true }]);
    await test.clock.advanceAsync(92_000);
    await eventually('the end', () => test.changes.at(-1)?.summary.state === 'Failed');
    expect((await commands.summary(id))?.error).toMatch(/^interrupted/);
  });
});

describe('after a reconnect', () => {
  it('a command its client never had is sent again with its number, and once', async () => {
    await using test = await testCommands();
    const { commands } = test;
    test.connect(1);
    await commands.create(uptimeOn(1), BY);
    await test.clock.advanceAsync(10_000);
    const link = test.connect(1);
    expect(link.all('command')).toMatchObject([{ seq: 1, start_within_ms: 20_000 }]);
  });

  it.each([
    ['its journal is another', { epoch: OTHER_EPOCH }, false],
    ['its client had acknowledged it', {}, true],
  ])('a command is interrupted when %s', async (_why, options, acknowledged) => {
    await using test = await testCommands();
    const { commands } = test;
    test.connect(1);
    const [id = ''] = (await commands.create(uptimeOn(1), BY)).commandIds;
    if (acknowledged) commands.inbox.accepted(idOf(1), accepted(id));
    const link = test.connect(1, { lastSeq: 0, ...options });
    await eventually('the end', () => test.changes.at(-1)?.summary.state === 'Failed');
    // Never sent again; what is left of it there is to be ended.
    expect(link.told).toEqual([{ type: 'cancel', command_id: id }]);
    expect((await commands.summary(id))?.error).toMatch(/^interrupted/);
    await eventually('the loss in the trail', async () => (await auditOf(test.main)).length === 3);
    expect((await auditOf(test.main)).toSorted()).toEqual([
      'alice command_create',
      `client:${idOf(1)} client_journal_lost`,
      'system command_result',
    ]);
    expect(commands.journalLostAtMs(idOf(1))).toBe(test.clock.wall());
  });

  it('a journal that is lost is told of, also after the server was restarted; a whole one is not', async () => {
    await using test = await testCommands();
    const { commands } = test;
    test.connect(1, { epoch: OTHER_EPOCH });
    test.connect(1);
    expect(commands.journalLostAtMs(idOf(1))).toBeNull();
    await commands.create(uptimeOn(1), BY);
    test.connect(1);
    expect(commands.journalLostAtMs(idOf(1))).toBeNull();
    test.connect(1, { epoch: OTHER_EPOCH });
    const lostAtMs = test.clock.wall();
    expect(commands.journalLostAtMs(idOf(1))).toBe(lostAtMs);
    await eventually('the loss on disk', async () =>
      (await auditOf(test.main)).includes(`client:${idOf(1)} client_journal_lost`),
    );
    const later = await test.restarted();
    connectTo(later, 1, { epoch: OTHER_EPOCH });
    expect(later.journalLostAtMs(idOf(1))).toBe(lostAtMs);
  });

  it('a journal that went back gets nothing again, also after the server was restarted', async () => {
    await using test = await testCommands();
    const link = test.connect(1);
    const [first = ''] = (await test.commands.create(uptimeOn(1), BY)).commandIds;
    test.commands.inbox.result(idOf(1), resultOf(first));
    await eventually('the result', () => link.all('result_ack').length === 1);
    const [second = ''] = (await test.commands.create(uptimeOn(1), BY)).commandIds;
    const later = await test.restarted();
    // The journal has not even the first one, which it had acknowledged.
    const { link: again } = connectTo(later, 1, { lastSeq: 0 });
    await eventually('the end', () => later.stats().finished.Failed === 1);
    expect(again.all('command')).toEqual([]);
    expect((await later.summary(second))?.error).toMatch(/^interrupted/);
  });

  it('evidence replaces `interrupted` once, with its output, and says that it was late', async () => {
    await using test = await testCommands();
    const { commands, changes } = test;
    test.connect(1);
    const [id = ''] = (await commands.create(uptimeOn(1), BY)).commandIds;
    commands.inbox.accepted(idOf(1), accepted(id));
    void commands.inbox.output(idOf(1), outputOf(id, 0, 'one '));
    await test.clock.advanceAsync(91_000);
    await eventually('the end', () => changes.at(-1)?.summary.state === 'Failed');
    expect((await commands.output(id, 'stdout', 0, 99))?.bytes.toString()).toBe('one ');

    const { link, known } = connectTo(commands, 1, {
      lastSeq: 1,
      commands: [{ command_id: id, state: 'finished', chunks: 2 }],
    });
    expect(known).toEqual([{ command_id: id, next_seq: 0, cancel: false }]);
    for (const [seq, text] of ['one ', 'two'].entries())
      await commands.inbox.output(idOf(1), outputOf(id, seq, text));
    const result = resultOf(id, { exit_code: 3, chunks: 2, stdout_bytes: 7 });
    commands.inbox.result(idOf(1), result);
    await eventually('the acknowledgement', () => link.all('result_ack').length === 1);
    expect(changes.at(-1)).toMatchObject({
      before: 'Failed',
      summary: { state: 'Completed', exit_code: 3, error: null, late: true, stdout_bytes: 7 },
    });
    expect((await commands.output(id, 'stdout', 0, 99))?.bytes.toString()).toBe('one two');
    expect(await commands.summary(id)).toEqual(changes.at(-1)?.summary);
    expect(await auditOf(test.main)).toEqual([
      'alice command_create',
      'system command_result',
      `client:${idOf(1)} command_result`,
    ]);

    // Known now: acknowledged again, nothing changes.
    commands.inbox.result(idOf(1), { ...result, exit_code: 4 });
    await eventually('another acknowledgement', () => link.all('result_ack').length === 2);
    expect((await commands.summary(id))?.exit_code).toBe(3);
  });
});

describe('what a client says', () => {
  it('S-6 about a command that was not sent to it costs its connection', async () => {
    await using test = await testCommands();
    const { commands } = test;
    test.connect(1);
    const two = test.connect(2);
    const [id = ''] = (await commands.create(uptimeOn(1), BY)).commandIds;
    const [held = ''] = (await commands.create(batchOf([2], { heldFrom: 0 }), BY)).commandIds;
    const identity = expect.objectContaining({ code: 'identity' });
    for (const target of [id, held]) {
      expect(() => commands.inbox.accepted(idOf(2), accepted(target))).toThrow(identity);
      expect(() => void commands.inbox.output(idOf(2), outputOf(target, 0, 'x'))).toThrow(identity);
      expect(() => commands.inbox.result(idOf(2), resultOf(target))).toThrow(identity);
    }
    expect(() =>
      connectTo(commands, 2, { commands: [{ command_id: id, state: 'finished', chunks: 0 }] }),
    ).toThrow(identity);
    // Over already, so it is looked up.
    commands.inbox.result(idOf(1), resultOf(id));
    await eventually('the result', () => commands.stats().finished.Completed === 1);
    const again = connectTo(commands, 2).link;
    commands.inbox.result(idOf(2), resultOf(id));
    await eventually('the close', () => again.closedWith.length === 1);
    expect(two.closedWith).toEqual([]);
  });

  it('about a command nobody knows is acknowledged and counted', async () => {
    await using test = await testCommands();
    const link = test.connect(1);
    test.commands.inbox.result(idOf(1), resultOf('00000000-0000-4000-8000-00000000ffff'));
    await eventually('the acknowledgement', () => link.all('result_ack').length === 1);
    expect(test.commands.stats().dropped['command_result_unknown']).toBe(1);
  });

  it('without all its output is asked for the rest, and taken without it when the client has none', async () => {
    await using test = await testCommands();
    const { commands } = test;
    const link = test.connect(1);
    const [id = ''] = (await commands.create(uptimeOn(1), BY)).commandIds;
    void commands.inbox.output(idOf(1), outputOf(id, 0, 'a'));
    void commands.inbox.output(idOf(1), outputOf(id, 2, 'c'));
    const result = resultOf(id, { chunks: 3, stdout_bytes: 3 });
    commands.inbox.result(idOf(1), result);
    expect(link.all('output_missing')).toEqual([{ type: 'output_missing', command_id: id, from_seq: 1 }]);
    for (let n = 0; n < 3; n++) commands.inbox.result(idOf(1), result);
    await eventually('the acknowledgement', () => link.all('result_ack').length === 1);
    expect(link.all('output_missing')).toHaveLength(3);
    expect(await commands.summary(id)).toMatchObject({ state: 'Completed', output_truncated: true });
    expect(await commands.output(id, 'stdout', 0, 9)).toMatchObject({
      keptBytes: 1,
      gap: { at: 1, bytes: 2 },
    });
  });
});

describe('what is sent', () => {
  it('to one client is bounded, and goes on when it has a hand free', async () => {
    await using test = await testCommands();
    const { commands } = test;
    const link = test.connect(1);
    const many = await Promise.all(
      Array.from({ length: MAX_WITH_CLIENT + 2 }, () => commands.create(uptimeOn(1), BY)),
    );
    expect(link.all('command')).toHaveLength(MAX_WITH_CLIENT);
    const first = link.all('command')[0]!.command_id;
    commands.inbox.result(idOf(1), resultOf(first));
    await eventually('the next', () => link.all('command').length === MAX_WITH_CLIENT + 1);
    expect(new Set(link.all('command').map(({ seq }) => seq)).size).toBe(MAX_WITH_CLIENT + 1);
    expect(many).toHaveLength(MAX_WITH_CLIENT + 2);
  });

  it('that is kept for its client comes when it is there, or is expired', async () => {
    await using test = await testCommands();
    const { commands } = test;
    const [id = ''] = (await commands.create(uptimeOn(1, { queueSecs: 60 }), BY)).commandIds;
    const later = await commands.create(uptimeOn(2, { queueSecs: 60 }), BY);
    await test.clock.advanceAsync(50_000);
    const link = test.connect(1);
    await eventually('the frame', () => link.all('command').length === 1);
    expect(link.all('command')).toMatchObject([{ command_id: id, start_within_ms: 10_000 }]);
    await test.clock.advanceAsync(10_000);
    await eventually('the end', () => test.changes.at(-1)?.summary.state === 'Failed');
    expect((await commands.summary(later.commandIds[0]!))?.error).toMatch(/^expired/);
  });

  it('by a server that was killed is compared when the client comes, and given up in its time', async () => {
    await using test = await testCommands();
    test.connect(1);
    const [listed = ''] = (await test.commands.create(uptimeOn(1), BY)).commandIds;
    const [lost = ''] = (await test.commands.create(uptimeOn(2, { queueSecs: 5 }), BY)).commandIds;
    const later = await test.restarted();
    const { link, known } = connectTo(later, 1, {
      epoch: EPOCH,
      lastSeq: 1,
      commands: [{ command_id: listed, state: 'finished', chunks: 1 }],
    });
    expect(known).toEqual([{ command_id: listed, next_seq: 0, cancel: false }]);
    void later.inbox.output(idOf(1), outputOf(listed, 0, 'out'));
    later.inbox.result(idOf(1), resultOf(listed, { chunks: 1, stdout_bytes: 3 }));
    await eventually('the acknowledgement', () => link.all('result_ack').length === 1);
    await test.clock.advanceAsync(6_000);
    await eventually('the end', () => later.stats().finished.Failed === 1);
    expect((await later.summary(lost))?.error).toMatch(/^expired/);
  });
});
