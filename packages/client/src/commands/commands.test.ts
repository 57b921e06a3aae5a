/** What a host does with orders: table of a command's life, with fake processes and a clock turned by hand. */
import { MAX_RUNNING_COMMANDS, MAX_WAITING_COMMANDS } from '@ops/protocol/domain/command.ts';
import { until } from '@ops/testkit/until.ts';
import { describe, expect, test } from 'vitest';

import { idOf } from '../journal/test-journal.ts';
import { NOTE_STORED_MS } from './commands.ts';
import { MAX_UNACKNOWLEDGED } from './intake.ts';
import { MAX_LEFTOVERS } from './leftovers.ts';
import { hostFor } from './test-commands.ts';
import type { Host } from './test-commands.ts';

/** `outcome error` of the result of a command. */
async function endOf(host: Host, n: number): Promise<string> {
  const { outcome, error } = await host.result(n);
  return error === null ? outcome : `${outcome} ${error}`;
}

const states = (host: Host): string[] =>
  host.commands.report().commands.map(({ command_id, state }) => `${Number(command_id.slice(-12))} ${state}`);

describe('an order', () => {
  test('is journalled, accepted, run and answered', async () => {
    const host = await hostFor();
    host.command(1);
    const process = await host.started(1);
    expect(host.of('command_accepted')).toEqual([
      { type: 'command_accepted', command_id: idOf(1), started_at: host.clock.wall() },
    ]);
    expect(states(host)).toEqual(['1 running']);
    process.output.write('stdout', Buffer.from('up\n'));
    process.end({ exitCode: 3 });
    expect(await host.result(1)).toMatchObject({
      outcome: 'completed',
      exit_code: 3,
      chunks: 1,
      stdout_bytes: 3,
    });
    expect(states(host)).toEqual(['1 finished']);
    expect(host.commands.report().last_seq).toBe(1);
    host.commands.acknowledged(idOf(1));
    await until(() => states(host).length === 0, { what: 'the command to be forgotten' });
  });

  test('is noted as stored together with others, in one write, and at the latest at the end', async () => {
    const host = await hostFor();
    for (const n of [1, 2, 3]) {
      host.command(n);
      (await host.started(n)).end();
      await host.result(n);
    }
    host.on.calls.length = 0;
    host.commands.acknowledged(idOf(1));
    host.commands.acknowledged(idOf(2));
    expect(host.on.calls).toEqual([]);
    await host.clock.advanceAsync(NOTE_STORED_MS);
    await until(() => host.on.calls.length > 0, { what: 'the note' });
    expect(host.on.calls).toEqual(['write']);
    host.commands.acknowledged(idOf(3));
    await host.commands.close();
    const again = await hostFor({ on: host.on, up: false });
    expect(states(again)).toEqual([]);
  });

  test.each([
    ['refused by the policy', 'rejected: NOT_ALLOWED'],
    ['not to be found', 'spawn_failed: no such program'],
  ])('%s is answered, and known from then on', async (_, error) => {
    const host = await hostFor();
    host.prepare = () => Promise.resolve({ error });
    host.command(1);
    expect(await endOf(host, 1)).toBe(`failed ${error}`);
    host.prepare = () => Promise.resolve(undefined);
    host.command(1);
    await until(() => host.of('command_result').length === 2, { what: 'the answer again' });
    expect(host.processes).toEqual([]);
  });

  test('that comes again is never started again, whatever became of it', async () => {
    const host = await hostFor();
    host.command(1);
    const process = await host.started(1);
    host.command(1);
    process.end();
    await host.result(1);
    host.command(1);
    await until(() => host.of('command_result').length === 2, { what: 'the answer again' });
    host.commands.acknowledged(idOf(1));
    host.command(1);
    await until(() => host.of('command_result').length === 3, { what: 'an answer' });
    expect(await endOf(host, 1)).toMatch(/^failed interrupted: this host was asked before/);
    expect(host.processes).toHaveLength(1);
  });

  test.each(['service', 'update'] as const)('%s is not supported', async (type) => {
    const host = await hostFor();
    const head = {
      command_id: idOf(1),
      seq: 1,
      timeout_secs: 5,
      sent_at: host.clock.wall(),
      start_within_ms: 1,
    };
    if (type === 'service') host.commands.take({ type, ...head, app_name: 'shop', action: 'Stop' });
    else host.commands.take({ type, ...head, app_name: 'shop', version: '1' });
    expect(await endOf(host, 1)).toMatch(/^failed unsupported: /);
  });
});

describe('its time', () => {
  test.each([
    [29_999, 'completed'],
    [30_001, 'failed expired: it came or got its turn too late'],
  ])('on arrival: %d ms old is %s', async (age, end) => {
    const host = await hostFor();
    host.command(1, { sent_at: host.clock.wall() - age });
    if (end === 'completed') (await host.started(1)).end();
    expect(await endOf(host, 1)).toBe(end);
  });

  test('over while it is prepared: nothing is started', async () => {
    const host = await hostFor();
    const gate = Promise.withResolvers<undefined>();
    host.prepare = () => gate.promise;
    host.command(1);
    host.clock.advance(30_001);
    gate.resolve(undefined);
    expect(await endOf(host, 1)).toMatch(/^failed expired: /);
    expect(host.processes).toEqual([]);
  });

  test('over while it waits: it is answered at once, not when a place is free', async () => {
    const host = await hostFor();
    for (let n = 1; n <= MAX_RUNNING_COMMANDS + 1; n++) host.command(n);
    host.clock.advance(30_001);
    expect(await endOf(host, MAX_RUNNING_COMMANDS + 1)).toMatch(/^failed expired: /);
  });
});

describe('places', () => {
  test(`${MAX_RUNNING_COMMANDS} run, ${MAX_WAITING_COMMANDS} wait, one more is refused; a free place is taken`, async () => {
    const host = await hostFor();
    const all = MAX_RUNNING_COMMANDS + MAX_WAITING_COMMANDS;
    for (let n = 1; n <= all + 1; n++) host.command(n);
    expect(await endOf(host, all + 1)).toMatch(/^failed rejected: busy: /);
    await host.started(MAX_RUNNING_COMMANDS);
    expect(host.processes).toHaveLength(MAX_RUNNING_COMMANDS);
    expect(states(host).filter((state) => state.endsWith('waiting'))).toHaveLength(MAX_WAITING_COMMANDS);
    host.processes[0]!.end();
    await host.started(MAX_RUNNING_COMMANDS + 1);
  });

  test(`${MAX_UNACKNOWLEDGED} results wait for the server at most: then orders are refused, and known`, async () => {
    const host = await hostFor();
    for (let n = 1; n <= MAX_UNACKNOWLEDGED; n++) host.command(n, { sent_at: 0 });
    await until(() => host.of('command_result').length === MAX_UNACKNOWLEDGED, { what: 'the answers' });
    host.command(5_000);
    expect(await endOf(host, 5_000)).toMatch(/^failed rejected: busy: .*results/);
    await until(() => host.commands.report().commands.length === MAX_UNACKNOWLEDGED, {
      what: 'the refusal to be remembered only',
    });
    host.commands.acknowledged(idOf(1));
    host.command(5_000);
    expect(host.processes).toEqual([]);
  });
});

describe('cancel', () => {
  test('what waits never runs, what runs is ended, what nobody knows is let alone', async () => {
    const host = await hostFor();
    for (let n = 1; n <= MAX_RUNNING_COMMANDS + 1; n++) host.command(n);
    await host.started(MAX_RUNNING_COMMANDS);
    host.commands.cancel(idOf(MAX_RUNNING_COMMANDS + 1));
    host.commands.cancel(idOf(1));
    host.commands.cancel(idOf(99));
    expect(await endOf(host, MAX_RUNNING_COMMANDS + 1)).toBe('cancelled');
    expect(await endOf(host, 1)).toBe('cancelled');
    expect((await host.result(1)).started_at).not.toBeNull();
    expect((await host.result(MAX_RUNNING_COMMANDS + 1)).started_at).toBeNull();
    expect(host.processes).toHaveLength(MAX_RUNNING_COMMANDS);
  });

  test('while it is prepared: it never runs', async () => {
    const host = await hostFor();
    const gate = Promise.withResolvers<undefined>();
    host.prepare = () => gate.promise;
    host.command(1);
    host.commands.cancel(idOf(1));
    gate.resolve(undefined);
    expect(await endOf(host, 1)).toBe('cancelled');
    expect(host.processes).toEqual([]);
  });

  test('told with the registration', async () => {
    const host = await hostFor();
    host.command(1);
    const process = await host.started(1);
    host.down();
    host.up([{ command_id: idOf(1), next_seq: 0, cancel: true }]);
    expect(await endOf(host, 1)).toBe('cancelled');
    expect(process.wasCancelled).toBe(true);
  });
});

describe('a journal that cannot be written', () => {
  test('nothing is started, and the answer says why; it works again when there is room', async () => {
    const host = await hostFor();
    host.on.isFull = true;
    host.command(1);
    expect(await endOf(host, 1)).toMatch(/^failed rejected: journal: .*ENOSPC/);
    expect(host.processes).toEqual([]);
    host.on.isFull = false;
    await host.clock.advanceAsync(5_000);
    host.command(2);
    await host.started(2);
  });

  test('what ran meanwhile is answered all the same', async () => {
    const host = await hostFor();
    host.command(1);
    const process = await host.started(1);
    host.on.isFull = true;
    process.end();
    expect(await endOf(host, 1)).toBe('completed');
  });
});

describe('the end of the program', () => {
  test('in order: what runs is ended and told, what waits is left to the server', async () => {
    const host = await hostFor();
    for (let n = 1; n <= MAX_RUNNING_COMMANDS + 1; n++) host.command(n);
    await host.started(MAX_RUNNING_COMMANDS);
    await host.commands.stop();
    expect(await endOf(host, 1)).toBe('failed interrupted: the client was stopped');
    host.command(50);
    await host.commands.close();
    const again = await hostFor({ on: host.on });
    expect(states(again)).toEqual([1, 2, 3, 4].map((n) => `${n} finished`));
  });

  test('by a crash: what ran is swept and told as interrupted, what ended is delivered', async () => {
    const host = await hostFor();
    for (const n of [1, 2]) host.command(n);
    (await host.started(1)).output.write('stdout', Buffer.from('up\n'));
    (await host.started(1)).end();
    await host.result(1);
    (await host.started(2)).output.write('stdout', Buffer.alloc(20_000, 'x'));
    await until(() => host.of('command_output').length === 2, { what: 'the output so far' });

    const again = await hostFor({ on: host.on });
    expect(await endOf(again, 1)).toBe('completed');
    expect(again.of('command_output')[0]).toMatchObject({ command_id: idOf(1), data: 'up\n' });
    expect(await again.result(2)).toMatchObject({
      error: 'interrupted: the client ended while it ran',
      stdout_bytes: 16_384,
      chunks: 1,
    });
    expect(again.swept).toEqual([idOf(2)]);
    again.command(2);
    expect(again.processes).toEqual([]);
  });
});

describe('a cancel', () => {
  test('of what the journal does not know ends what runs under that id, each once', async () => {
    const host = await hostFor();
    for (const n of [7, 8, 7]) host.commands.cancel(idOf(n));
    await until(() => host.swept.length === 2, { what: 'both to be looked for' });
    expect(host.swept).toEqual([idOf(7), idOf(8)]);
    expect(host.sent).toEqual([]);
  });

  test('of what is over ends nothing', async () => {
    const host = await hostFor();
    host.command(1);
    (await host.started(1)).end();
    await host.result(1);
    host.commands.cancel(idOf(1));
    await host.commands.stop();
    expect(host.swept).toEqual([]);
  });

  test('of more than MAX_LEFTOVERS unknown ones at once is not looked into', async () => {
    const host = await hostFor();
    for (let n = 1; n <= MAX_LEFTOVERS + 1; n++) host.commands.cancel(idOf(n));
    await host.commands.stop();
    expect(host.swept).toHaveLength(MAX_LEFTOVERS);
    host.commands.cancel(idOf(MAX_LEFTOVERS + 1));
    await host.commands.stop();
    expect(host.swept).toHaveLength(MAX_LEFTOVERS + 1);
  });
});

describe('rest', () => {
  test('comes when nothing runs, waits or is being written, and then no order is taken', async () => {
    const host = await hostFor();
    host.command(1);
    const process = await host.started(1);
    expect(host.commands.rest()).toBe(false);
    const { idles } = host;
    process.end();
    await host.result(1);
    await until(() => host.idles > idles, { what: 'idle' });
    expect(host.commands.rest()).toBe(true);
    host.command(2);
    await host.clock.advanceAsync(0);
    expect(host.processes).toHaveLength(1);
    // Unknown to the journal: the server sends it again to whoever registers next.
    expect(states(host)).toEqual(['1 finished']);
    expect(host.commands.report().last_seq).toBe(1);
  });

  test('does not come in between: what is refused is written first', async () => {
    const host = await hostFor();
    host.prepare = () => Promise.resolve({ error: 'rejected: no' });
    host.command(1);
    expect(host.commands.rest()).toBe(false);
    await host.result(1);
    await until(() => host.commands.rest(), { what: 'rest' });
  });

  test('waits for what an earlier process left', async () => {
    const before = await hostFor();
    before.command(1);
    await before.started(1);
    const host = await hostFor({ on: before.on, clock: before.clock });
    expect(host.commands.rest()).toBe(false);
    await until(() => host.idles > 0, { what: 'idle' });
    expect(host.swept).toEqual([idOf(1)]);
    expect(host.commands.rest()).toBe(true);
  });
});
