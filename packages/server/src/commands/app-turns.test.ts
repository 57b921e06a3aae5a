/** One action at a time on an application of a client, over a real database. */
import { describe, expect, it } from 'vitest';

import { idOf } from '../fleet/test-fleet.ts';
import type { Work } from './commands.ts';
import {
  accepted,
  batchOf,
  BY,
  connectTo,
  eventually,
  resultOf,
  testCommands,
  uptimeOn,
} from './test-commands.ts';

const START: Work = { kind: 'service', appName: 'shop', action: 'Start' };
const UPDATE: Work = { kind: 'update', appName: 'shop', version: 'v2' };
const startOn = (n: number, work: Work = START) => uptimeOn(n, { work, ran: null });
const updateAll = () => batchOf([1, 2, 3], { work: UPDATE, ran: null });
const IN_PROGRESS = { code: 'operation_in_progress' };

describe('an action on an application', () => {
  it('goes out as what it is', async () => {
    await using test = await testCommands();
    const link = test.connect(1);
    const { commandIds } = await test.commands.create(startOn(1), BY);
    expect(link.all('service')).toMatchObject([
      { command_id: commandIds[0], app_name: 'shop', action: 'Start', seq: 1, timeout_secs: 30 },
    ]);
    await expect(test.commands.summary(commandIds[0]!)).resolves.toMatchObject({
      kind: 'service',
      command: 'Start shop',
      ran: null,
      state: 'Pending',
    });
  });

  it('is one of fifty that come at once', async () => {
    await using test = await testCommands();
    const link = test.connect(1);
    const tries = await Promise.allSettled(
      Array.from({ length: 50 }, (_, n) =>
        test.commands.create(startOn(1, n % 2 === 0 ? START : UPDATE), BY),
      ),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = tries.filter((each) => each.status === 'rejected').map(({ reason }): unknown => reason);
    expect(refused).toMatchObject(Array.from({ length: 49 }, () => IN_PROGRESS));
    expect(link.told).toHaveLength(1);
    const rows = await test.main.database.query.selectFrom('commands').select('id').execute();
    expect(rows).toHaveLength(1);
    const made = test.main.database.query
      .selectFrom('audit')
      .select('detail')
      .where('action', '=', 'command_create');
    expect((await made.execute()).map(({ detail }) => JSON.parse(detail))).toMatchObject([
      { kind: 'service', command: 'Start shop', client_id: idOf(1) },
    ]);
  });

  it('sent fifty times at once with one key is told the same each time', async () => {
    await using test = await testCommands();
    const link = test.connect(1);
    const idempotency = { key: 'one', bodySha256: 'a'.repeat(64) };
    const made = await Promise.all(
      Array.from({ length: 50 }, () => test.commands.create({ ...startOn(1), idempotency }, BY)),
    );
    expect(new Set(made.flatMap(({ commandIds }) => commandIds)).size).toBe(1);
    expect(made.filter(({ repeated }) => !repeated)).toHaveLength(1);
    expect(link.told).toHaveLength(1);
  });

  it('holds up neither other apps, nor other clients, nor commands', async () => {
    await using test = await testCommands();
    for (const n of [1, 2]) test.connect(n);
    await test.commands.create(startOn(1), BY);
    await test.commands.create(startOn(1, { kind: 'service', appName: 'shop2', action: 'Stop' }), BY);
    await test.commands.create(startOn(2), BY);
    await test.commands.create(uptimeOn(1), BY);
    await expect(test.commands.create(startOn(1, UPDATE), BY)).rejects.toMatchObject(IN_PROGRESS);
  });

  it('is followed by the next once its result is stored', async () => {
    await using test = await testCommands();
    const link = test.connect(1);
    const { commandIds } = await test.commands.create(startOn(1), BY);
    test.commands.inbox.accepted(idOf(1), accepted(commandIds[0]!));
    await expect(test.commands.create(startOn(1), BY)).rejects.toMatchObject(IN_PROGRESS);
    test.commands.inbox.result(idOf(1), resultOf(commandIds[0]!));
    await eventually('the acknowledgement', () => link.all('result_ack').length === 1);
    await test.commands.create(startOn(1), BY);
    expect(link.all('service')).toHaveLength(2);
  });

  it('is not made, and in nobody’s way, while the disk takes nothing', async () => {
    await using test = await testCommands();
    test.connect(1);
    test.disk.full = true;
    await expect(test.commands.create(startOn(1), BY)).rejects.toMatchObject({ code: 'storage_unavailable' });
    test.disk.full = false;
    await test.commands.create(startOn(1), BY);
  });

  it('is still in the way after a restart, until it is over', async () => {
    await using test = await testCommands();
    test.connect(1);
    const { commandIds } = await test.commands.create(startOn(1), BY);
    const again = await test.restarted();
    const { link } = connectTo(again, 1, {
      lastSeq: 1,
      commands: [{ command_id: commandIds[0]!, state: 'running', chunks: 0 }],
    });
    await expect(again.create(startOn(1, UPDATE), BY)).rejects.toMatchObject(IN_PROGRESS);
    again.inbox.result(idOf(1), resultOf(commandIds[0]!));
    await eventually('the acknowledgement', () => link.all('result_ack').length === 1);
    await again.create(startOn(1, UPDATE), BY);
    expect(link.all('update')).toMatchObject([{ app_name: 'shop', version: 'v2' }]);
  });

  it('on many clients is refused whole when one of them is busy with it', async () => {
    await using test = await testCommands();
    for (const n of [1, 2, 3]) test.connect(n);
    const { commandIds } = await test.commands.create(startOn(2), BY);
    await expect(test.commands.create(updateAll(), BY)).rejects.toMatchObject(IN_PROGRESS);
    await test.commands.cancel(commandIds, BY);
    test.commands.inbox.result(idOf(2), resultOf(commandIds[0]!, { outcome: 'cancelled', exit_code: null }));
    await eventually(
      'the end',
      async () => (await test.commands.summary(commandIds[0]!))?.state === 'Cancelled',
    );
    const { commandIds: made } = await test.commands.create(updateAll(), BY);
    expect(made).toHaveLength(3);
    await expect(test.commands.create(startOn(3), BY)).rejects.toMatchObject(IN_PROGRESS);
  });
});
