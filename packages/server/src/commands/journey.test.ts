import { describe, expect, it } from 'vitest';

import { idOf } from '../fleet/test-fleet.ts';
import { accepted, BY, eventually, outputOf, resultOf, testCommands, uptimeOn } from './test-commands.ts';

describe('a command', () => {
  it('goes from its maker to its client and back, and every step is on disk before it is shown', async () => {
    await using test = await testCommands();
    const { commands, clock, changes } = test;
    const link = test.connect(1);
    const { commandIds, repeated } = await commands.create(uptimeOn(1), BY);
    const [id = ''] = commandIds;
    expect(repeated).toBe(false);

    expect(link.told).toEqual([
      {
        type: 'command',
        command_id: id,
        seq: 1,
        command: 'uptime',
        timeout_secs: 30,
        sent_at: clock.wall(),
        start_within_ms: 30_000,
      },
    ]);
    expect(await commands.summary(id)).toMatchObject({ state: 'Pending', sent_at_ms: clock.wall() });

    commands.inbox.accepted(idOf(1), accepted(id));
    clock.advance(20);
    await eventually('executing', () => changes.at(-1)?.summary.state === 'Executing');

    expect(commands.inbox.output(idOf(1), outputOf(id, 0, 'up 3 days'))).toBeUndefined();
    void commands.inbox.output(idOf(1), outputOf(id, 1, 'warning\n', 'stderr'));
    expect((await commands.output(id, 'stdout', 0, 100))?.bytes.toString()).toBe('up 3 days');

    commands.inbox.result(idOf(1), resultOf(id, { chunks: 2, stdout_bytes: 9, stderr_bytes: 8 }));
    await eventually('the acknowledgement', () => link.all('result_ack').length === 1);
    expect(changes.map(({ before, summary }) => [before, summary.state])).toEqual([
      [undefined, 'Pending'],
      ['Pending', 'Executing'],
      ['Executing', 'Completed'],
    ]);
    expect(await commands.summary(id)).toEqual(changes.at(-1)?.summary);
    expect(await commands.summary(id)).toMatchObject({
      state: 'Completed',
      exit_code: 0,
      stdout_bytes: 9,
      duration_ms: 5,
    });
    expect((await commands.output(id, 'stdout', 3, 1))?.bytes.toString()).toBe('3');
    expect((await commands.output(id, 'stderr', 0, 100))?.bytes.toString()).toBe('warning\n');

    const audit = await test.main.database.query.selectFrom('audit').selectAll().orderBy('seq').execute();
    expect(audit.map(({ actor, action, target }) => [actor, action, target])).toEqual([
      ['alice', 'command_create', id],
      [`client:${idOf(1)}`, 'command_result', id],
    ]);
    expect(commands.stats()).toMatchObject({ pending: 0, executing: 0, unstoredBytes: 0 });
    expect((await commands.list({}, { limit: 10 })).commands).toEqual([changes.at(-1)?.summary]);
  });
});
