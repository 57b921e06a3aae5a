/** Commands with the real programs: those that are predefined, those that are refused, and what is kept of them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { UUID_PATTERN } from '@ops/protocol/domain/id.ts';
import { startClient } from '@ops/testkit/start-client.ts';
import type { RunningClient } from '@ops/testkit/start-client.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { until } from '@ops/testkit/until.ts';

const TOKEN = 'token-for-scripts-0123456789abcdef';
const FINAL = ['Completed', 'Timeout', 'Failed', 'Cancelled'];

let server: RunningServer;
let client: RunningClient;
let clientId: string;

beforeAll(async () => {
  server = await startServer({ env: { OPS_AUTH_TOKEN: TOKEN } });
  client = await startClient({ server: { port: server.tcpPort }, env: { OPS_LABELS: 'env=prod' } });
  clientId = (await readFile(join(client.directory, 'client_id.txt'), 'utf8')).trim();
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

type Json = Record<string, unknown>;

async function ask(path: string, body?: object): Promise<{ readonly status: number; readonly body: Json }> {
  const response = await fetch(server.url + path, {
    headers: { authorization: `Bearer ${TOKEN}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Json };
}

/** The one key of a result, and what is in it, once the command is over. */
function ending(id: string): Promise<readonly [string, Json]> {
  return until(
    async () => {
      const { body } = await ask(`/api/command-result?command_id=${id}`);
      const entries = Object.entries(body) as [string, Json][];
      expect(entries).toHaveLength(1);
      return FINAL.includes(entries[0]![0]) ? entries[0] : undefined;
    },
    { within: 20_000, what: `${id} to end` },
  );
}

async function runs(command: string): Promise<readonly [string, Json]> {
  const { status, body } = await ask('/api/send-command', { client_id: clientId, command });
  expect([status, body]).toEqual([
    200,
    { command_id: expect.stringMatching(UUID_PATTERN), message: '命令已发送到客户端' },
  ]);
  return ending(String(body['command_id']));
}

/** A container has no systemd, and a small host not every program: then the answer says so. */
function worked(command: string, state: string, result: Json): boolean {
  const text = `${String(result['output'])}${String(result['error_output'])}`;
  if (state === 'Failed')
    return /^spawn_failed: .*(?:package|未安装|not installed)/.test(String(result['error']));
  if (state !== 'Completed' || text === '') return false;
  return result['exit_code'] === 0 || command.startsWith('systemctl');
}

describe('the predefined commands', () => {
  it('work on this host, each of them, or say what is missing', async () => {
    const { body } = await ask('/api/predefined-commands');
    const commands = JSON.stringify(body).match(/(?<="command":")[^"]+/g)!;
    expect(commands).toHaveLength(10);
    for (const command of commands) {
      const [state, result] = await runs(command);
      expect([command, worked(command, state, result), result]).toEqual([command, true, result]);
    }
  });

  it('top -n 1 works without a terminal', async () => {
    const [state, result] = await runs('top -n 1');
    expect([state, result['exit_code'], result['ran']]).toEqual(['Completed', 0, 'top -b -n 1']);
    expect(result['output']).toMatch(/load average/);
  });

  it('leave a line each in the command log of the host', async () => {
    const [, { command_id: id }] = await runs('whoami');
    const line = await until(
      async () =>
        (await readFile(join(client.directory, 'client_commands.log'), 'utf8'))
          .split('\n')
          .find((one) => one.includes(String(id))),
      { what: 'the line' },
    );
    expect(line).toContain('whoami');
  });
});

describe('refused', () => {
  it.each([
    'rm -rf /',
    'shutdown',
    'reboot',
    'mkfs',
    'fdisk',
    'dd if=/dev/zero',
    'curl x',
    'wget x',
    'nc -l',
  ])('%s is, before anything is recorded, and written into the audit trail', async (command) => {
    const before = await ask('/api/commands');
    const { status, body } = await ask('/api/send-command', { client_id: clientId, command });
    expect([status, body['code'], body['rule']]).toEqual([422, 'command_rejected', 'DANGEROUS']);
    expect(body['reason']).toMatch(/[一-龥]/);
    expect((await ask('/api/commands')).body).toEqual(before.body);
  });
});

describe('a history', () => {
  it('has the newest first, with host, time and outcome, and survives a restart of the server', async () => {
    const [, first] = await runs('date');
    const [, second] = await runs('pwd');
    const before = await ask('/api/commands?limit=10');
    const listed = before.body['commands'] as Json[];
    expect(listed.map(({ id }) => id).slice(0, 2)).toEqual([second['command_id'], first['command_id']]);
    expect(listed[0]).toMatchObject({
      command: 'pwd',
      state: 'Completed',
      exit_code: 0,
      client_id: clientId,
    });
    await server.program.kill9();
    server = await server.restart();
    expect((await ask('/api/commands?limit=10')).body).toEqual(before.body);
    await until(async () => ((await ask('/api/clients?status=online')).body['clients'] as Json)[clientId], {
      within: 20_000,
      what: 'the client to be back',
    });
  });
});

it('P4b an offline client answers at once', async () => {
  await using other = await startClient({ server: { port: server.tcpPort } });
  const id = (await readFile(join(other.directory, 'client_id.txt'), 'utf8')).trim();
  await other.program.kill9();
  await until(async () => ((await ask('/api/clients?status=offline')).body['clients'] as Json)[id], {
    what: 'the server to notice',
  });
  // The quickest of a few: others share this machine.
  let quickest = Infinity;
  for (let n = 0; n < 5; n++) {
    const startedAt = performance.now();
    const { status, body } = await ask('/api/send-command', { client_id: id, command: 'uptime' });
    expect([status, body['code']]).toEqual([409, 'client_offline']);
    quickest = Math.min(quickest, performance.now() - startedAt);
  }
  expect(quickest).toBeLessThan(100);
});
