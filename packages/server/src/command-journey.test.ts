/** A command on its whole way: HTTP, database, gateway, a client, and back. With every part of the server in place. */
import { describe, expect, it } from 'vitest';

import { systemClock } from '@ops/runtime/clock.ts';
import { exampleOutput, exampleResult } from '@ops/testkit/example-messages.ts';
import type { FakeClient } from '@ops/testkit/fake-client.ts';
import { until } from '@ops/testkit/until.ts';

import { startWholeServer } from './test-whole-server.ts';
import type { Reply, WholeServer } from './test-whole-server.ts';

async function send(server: WholeServer, client: FakeClient, more: object = {}): Promise<string> {
  const { status, body } = await server.ask('/api/send-command', {
    client_id: client.clientId,
    command: 'uptime',
    ...more,
  });
  expect([status, body['message']]).toEqual([200, '命令已发送到客户端']);
  return String(body['command_id']);
}

const resultOf = (server: WholeServer, id: string): Promise<Reply> =>
  server.ask(`/api/command-result?command_id=${id}`);

function becomes(server: WholeServer, id: string, state: string): Promise<Readonly<Record<string, unknown>>> {
  return until(
    async () => {
      const { body } = await resultOf(server, id);
      const fields: Record<string, unknown> = Object.fromEntries(Object.entries(body[state] ?? {}));
      return state in body ? fields : undefined;
    },
    { what: `${id} to be ${state}` },
  );
}

/** Asks several times, one after the other. */
async function timed<T>(
  times: number,
  ask: () => Promise<T>,
): Promise<{ readonly reply: T; readonly ms: number }[]> {
  const replies = [];
  for (let n = 0; n < times; n++) {
    const from = systemClock.mono();
    replies.push({ reply: await ask(), ms: systemClock.mono() - from });
  }
  return replies;
}

describe('a command', () => {
  it('reaches its client, is followed live, and its result is stored before it is acknowledged', async () => {
    await using server = await startWholeServer();
    const client = await server.enter();
    const id = await send(server, client);
    expect(Object.keys((await resultOf(server, id)).body)).toEqual(['Pending']);
    const events = await server.follow(`topics=command,output&command_id=${id}`);
    const command = await client.waitFor('command');
    expect(command).toMatchObject({ command_id: id, command: 'uptime', seq: 1, timeout_secs: 30 });
    client.accept(id);
    await becomes(server, id, 'Executing');
    const bytes = Buffer.from('up 3 天\n');
    const cut = { encoding: 'base64' as const };
    client.send(exampleOutput(id, 0, bytes.subarray(0, 4).toString('base64'), cut));
    client.send(exampleOutput(id, 1, bytes.subarray(4).toString('base64'), cut));
    client.send(exampleOutput(id, 2, 'a warning', { stream: 'stderr' }));
    client.send(exampleResult(id, { chunks: 3, stdout_bytes: bytes.length, stderr_bytes: 9 }));
    await client.waitFor('result_ack');
    expect((await resultOf(server, id)).body).toMatchObject({
      Completed: {
        command_id: id,
        client_id: client.clientId,
        command: 'uptime',
        ran: 'uptime',
        exit_code: 0,
        output: 'up 3 天\n',
        error_output: 'a warning',
        created_by: 'token',
        duration_ms: 12,
      },
    });
    await until(() => events.seen.at(-1)?.[1]['state'] === 'Completed', { what: 'the last event' });
    const outputs = events.seen.filter(([name]) => name === 'output').map(([, data]) => data);
    expect(outputs.map(({ text }) => text).join('')).toContain('up 3 天\n');
    expect(outputs).toContainEqual({
      command_id: id,
      stream: 'stderr',
      offset: 0,
      text: 'a warning',
      next_offset: 9,
    });
    const states = events.seen.filter(([name]) => name === 'command').map(([, data]) => data['state']);
    expect(states.at(-1)).toBe('Completed');
  });

  it('P4b to an offline client is refused within 100 ms; one that may wait runs when the client comes', async () => {
    await using server = await startWholeServer();
    const client = await server.enter();
    await client.close();
    await until(async () => (await server.ask('/api/clients?status=offline')).body['counts'], {
      what: 'offline',
    });
    const refusals = await timed(5, () =>
      server.ask('/api/send-command', { client_id: client.clientId, command: 'uptime' }),
    );
    for (const { reply } of refusals)
      expect([reply.status, reply.body['code']]).toEqual([409, 'client_offline']);
    // The quickest: others share this machine.
    expect(Math.min(...refusals.map(({ ms }) => ms))).toBeLessThan(100);
    const queued = await server.ask('/api/send-command', {
      client_id: client.clientId,
      command: 'uptime',
      queue_secs: 60,
    });
    const id = String(queued.body['command_id']);
    const again = await server.enter({ clientId: client.clientId, journalEpoch: client.journalEpoch });
    expect(await again.waitFor('command')).toMatchObject({ command_id: id });
    again.run(id, 'here');
    expect(await becomes(server, id, 'Completed')).toMatchObject({ output: 'here' });
  });

  it('is ended on its host when it is cancelled, and is what its result says', async () => {
    await using server = await startWholeServer();
    const client = await server.enter();
    const id = await send(server, client);
    await client.waitFor('command');
    client.accept(id);
    await becomes(server, id, 'Executing');
    const cancelled = await server.ask('/api/cancel-command', { command_id: id });
    expect([cancelled.status, cancelled.body['outcome']]).toEqual([200, 'requested']);
    expect(await client.waitFor('cancel')).toMatchObject({ command_id: id });
    client.send(exampleResult(id, { outcome: 'cancelled', exit_code: null }));
    await becomes(server, id, 'Cancelled');
    const late = await server.ask('/api/cancel-command', { command_id: id });
    expect([late.status, late.body['code']]).toEqual([409, 'command_over']);
  });

  it("S-6 of another client cannot be answered: that costs the liar's connection and changes nothing", async () => {
    await using server = await startWholeServer();
    const client = await server.enter();
    const liar = await server.enter();
    const id = await send(server, client);
    liar.send(exampleResult(id));
    expect((await liar.waitFor('error')).code).toBe('identity');
    await liar.expectClosed();
    expect(Object.keys((await resultOf(server, id)).body)).toEqual(['Pending']);
  });

  it('is not lost when its client replaces its own link, and not sent twice', async () => {
    await using server = await startWholeServer();
    const older = await server.enter();
    const id = await send(server, older);
    const { seq } = await older.waitFor('command');
    older.accept(id);
    await becomes(server, id, 'Executing');
    const { clientId, instanceId, journalEpoch } = older;
    const newer = await server.enter(
      { clientId, instanceId, journalEpoch },
      { last_seq: seq, commands: [{ command_id: id, state: 'running', chunks: 0 }] },
    );
    await older.expectClosed();
    newer.send(exampleOutput(id, 0, 'done'));
    newer.send(exampleResult(id, { chunks: 1, stdout_bytes: 4 }));
    await newer.waitFor('result_ack');
    expect((await resultOf(server, id)).body).toMatchObject({ Completed: { output: 'done' } });
    expect(newer.messages('command')).toEqual([]);
  });

  it('asked for twice with one key is one command', async () => {
    await using server = await startWholeServer();
    const client = await server.enter();
    const ask = (): Promise<Reply> =>
      server.ask(
        '/api/send-command',
        { client_id: client.clientId, command: 'uptime' },
        { 'idempotency-key': 'one' },
      );
    const replies = await Promise.all(Array.from({ length: 20 }, ask));
    expect(new Set(replies.map(({ body }) => body['command_id'])).size).toBe(1);
    await client.heartbeat();
    await client.heartbeat();
    expect(client.messages('command')).toHaveLength(1);
  });

  it('that the policy refuses never reaches anybody', async () => {
    await using server = await startWholeServer();
    const client = await server.enter();
    const { status, body } = await server.ask(
      '/api/send-command',
      { client_id: client.clientId, command: 'rm -rf /' },
      { 'accept-language': 'en' },
    );
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'command_rejected', rule: 'DANGEROUS', refused_by: 'server' });
    await client.heartbeat();
    expect(client.messages('command')).toEqual([]);
    expect((await server.ask('/api/commands')).body['commands']).toEqual([]);
  });
});

describe('a batch', () => {
  it('reaches its clients, is followed by its events, and puts alike endings together', async () => {
    await using server = await startWholeServer();
    const clients = await Promise.all([1, 2, 3].map(() => server.enter()));
    const order = { client_ids: clients.map(({ clientId }) => clientId), command: 'uptime' };
    const preview = await server.ask('/api/batch-commands/preview', order);
    expect(preview.body).toMatchObject({ targets: 3, counts: { will_run: 3, offline: 0 }, refusal: null });
    const everything = await server.follow('topics=command,batch');
    const { status, body } = await server.ask('/api/batch-commands', order);
    expect(status).toBe(200);
    const batchId = String(body['batch_id']);
    const events = await server.follow(`topics=command,batch&batch_id=${batchId}`);
    for (const [n, client] of clients.entries()) {
      const { command_id: id } = await client.waitFor('command');
      client.run(id, n === 0 ? 'odd' : 'even');
      await client.waitFor('result_ack');
    }
    await until(() => events.seen.some(([name, data]) => name === 'batch' && data['state'] === 'finished'), {
      what: 'the last event of the batch',
    });
    const members = events.seen.filter(([name, data]) => name === 'command' && data['state'] === 'Completed');
    expect(members).toHaveLength(3);
    expect(everything.seen.map(([name]) => name)).not.toContain('command');
    expect(everything.seen.map(([name]) => name)).toContain('batch');
    expect((await server.ask(`/api/batches/${batchId}`)).body).toMatchObject({
      batch: { state: 'finished', targets: 3, counts: { succeeded: 3 } },
      groups: [
        { hosts: 2, stdout: 'even' },
        { hosts: 1, stdout: 'odd' },
      ],
    });
  });

  it('may name ten thousand clients; those nobody knows are named, and nothing is made', async () => {
    await using server = await startWholeServer();
    const client_ids = Array.from(
      { length: 10_000 },
      (_, n) => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`,
    );
    const { status, body } = await server.ask('/api/batch-commands', { client_ids, command: 'uptime' });
    expect([status, body['code'], body['field']]).toEqual([404, 'client_not_found', 'body.client_ids']);
    expect((await server.ask('/api/batches')).body['batches']).toEqual([]);
  });

  it('S-3 never means every host unless it says so', async () => {
    await using server = await startWholeServer();
    const client = await server.enter();
    for (const targets of [
      {},
      { client_ids: [] },
      { selector: '' },
      { all: false },
      { client_ids: ['*'] },
      { all: true, selector: 'env=prod' },
    ]) {
      const { status } = await server.ask('/api/batch-commands', { ...targets, command: 'uptime' });
      expect([targets, status]).toEqual([targets, 400]);
    }
    await client.heartbeat();
    expect(client.messages('command')).toEqual([]);
  });
});

it('P13 an orderly stop says goodbye while commands run, and loses no result that came before it', async () => {
  const server = await startWholeServer();
  const client = await server.enter();
  const ids: string[] = [];
  for (let n = 0; n < 10; n++) ids.push(await send(server, client));
  for (const id of ids.slice(0, 5)) client.run(id, 'x'.repeat(1000));
  const stopping = server.running.stop();
  expect((await client.waitFor('goodbye')).code).toBe('restart');
  await stopping;
  await server[Symbol.asyncDispose]();
});
