import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { until } from '@ops/testkit/until.ts';
import { describe, expect, test } from 'vitest';

import {
  admitted,
  clientFor,
  HEAD,
  hasReadAll,
  head,
  isReady,
  NOBODY,
  place,
  serverFor,
} from './test-client.ts';

describe('what the server is told', () => {
  test('at registration: who, what, labels, and what may be run here', async () => {
    const directory = await place();
    const server = await serverFor();
    const commands = [{ name: 'raid-status', path: '/usr/sbin/raid-status', args: [] }];
    await clientFor(server, { directory, config: { commands } });
    const register = await (await server.connection()).admit();
    expect(register).toMatchObject({
      client_id: (await readFile(join(directory, 'id'), 'utf8')).trim(),
      client_version: '1.2.3',
      system_info: { hostname: 'web-01' },
      labels: { env: 'prod' },
      app_info: [],
      commands: [],
      last_seq: 0,
      policy: {
        readonly: false,
        script_dirs: [],
        script_extensions: ['sh'],
        custom_commands: ['raid-status'],
        apps_dir: join(directory, 'apps'),
        user: 'ops',
      },
    });
    expect(register.policy.commands).toContain('uptime');
    expect(register.policy.commands).toContain('raid-status');
    expect(register.heartbeat_interval).toBeUndefined();
    expect(register.backlog).toBeUndefined();
  });

  test('no directory of applications that the server would refuse', async () => {
    const server = await serverFor();
    await clientFor(server, { config: { appsBaseDir: `/${'a'.repeat(256)}` } });
    expect((await (await server.connection()).admit()).policy.apps_dir).toBeUndefined();
    await clientFor(server, { config: { appsBaseDir: `/${'a'.repeat(255)}` } });
    expect((await (await server.connection()).admit()).policy.apps_dir).toHaveLength(256);
  });

  test('a wish for an interval only when it was set on purpose', async () => {
    const server = await serverFor();
    await clientFor(server, { explicit: { heartbeatInterval: true }, config: { heartbeatIntervalSecs: 7 } });
    expect((await (await server.connection()).admit()).heartbeat_interval).toBe(7);
  });

  test('the same client, another process: same id and epoch, new instance', async () => {
    const directory = await place();
    const server = await serverFor();
    const first = await clientFor(server, { directory });
    const one = await (await server.connection()).admit();
    await first.client.stop();
    await clientFor(server, { directory });
    const two = await (await server.connection()).admit();
    expect(two).toMatchObject({ client_id: one.client_id, journal_epoch: one.journal_epoch });
    expect(two.instance_id).not.toBe(one.instance_id);
  });

  test('readings with each heartbeat, as often as the server says', async () => {
    const clock = new ManualClock();
    const server = await serverFor({ heartbeatIntervalSecs: 5, clock });
    const under = await clientFor(server, { clock });
    const connection = await admitted(server, under);
    clock.advance(1_000);
    const first = await connection.expect('heartbeat');
    expect(first.sample?.process_count).toBeGreaterThan(0);
    expect(first.client_time).toBe(clock.wall());
    clock.advance(4_999);
    clock.advance(1);
    expect((await connection.expect('heartbeat')).client_time).toBe(first.client_time! + 5_000);
    expect(connection.messages('heartbeat')).toHaveLength(2);
  });

  test('facts again when they changed, looked at once a minute', async () => {
    const clock = new ManualClock();
    const server = await serverFor({ clock });
    const under = await clientFor(server, { clock });
    const connection = await admitted(server, under);
    const beats = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const before = connection.messages('heartbeat').length;
        clock.advance(3_000);
        await until(() => connection.messages('heartbeat').length > before, { what: 'a heartbeat' });
      }
    };
    await beats(25);
    expect(connection.messages('system_info')).toEqual([]);
    under.facts = { hostname: 'web-02', ip_addresses: ['10.0.0.9'] };
    await beats(21);
    expect(connection.messages('system_info').map((one) => one.system_info)).toEqual([under.facts]);
  });
});

describe('commands', () => {
  test('one is run, followed and answered, and its result is sent until it is stored', async () => {
    const directory = await place();
    const server = await serverFor();
    const under = await clientFor(server, { directory });
    const connection = await admitted(server, under);
    connection.send({ type: 'command', ...head(), command: 'uptime' });
    const accepted = await connection.waitFor('command_accepted');
    const output = await connection.waitFor('command_output');
    const result = await connection.waitFor('command_result');
    expect(output).toMatchObject({ command_id: HEAD.command_id, seq: 0, stream: 'stdout', encoding: 'utf8' });
    expect(output.data).toMatch(/load average/);
    expect(result).toMatchObject({
      outcome: 'completed',
      exit_code: 0,
      error: null,
      chunks: 1,
      stdout_bytes: Buffer.byteLength(output.data),
      truncated: false,
      started_at: accepted.started_at,
    });
    connection.destroy();
    const second = await server.connection();
    const register = await second.admit({
      commands: [{ command_id: HEAD.command_id, next_seq: 1, cancel: false }],
    });
    expect(register.commands).toEqual([{ command_id: HEAD.command_id, state: 'finished', chunks: 1 }]);
    expect(register.last_seq).toBe(1);
    expect(await second.waitFor('command_result')).toEqual(result);
    second.send({ type: 'result_ack', command_id: HEAD.command_id });
    await until(
      async () => (await readFile(join(directory, 'client_commands.log'), 'utf8')).includes('exit=0'),
      {
        what: 'a line in the log of commands',
      },
    );
    await under.client.stop();
    await clientFor(server, { directory });
    const third = await (await server.connection()).admit();
    expect(third).toMatchObject({ commands: [], last_seq: 1, journal_epoch: register.journal_epoch });
    expect(second.messages('command_output')).toEqual([]);
  });

  test.each([
    { type: 'service', app_name: 'shop', action: 'Restart' },
    { type: 'update', app_name: 'shop', version: '1.0' },
  ] as const)('$type of an application that is not there is refused', async (message) => {
    const server = await serverFor();
    const under = await clientFor(server);
    const connection = await admitted(server, under);
    connection.send({ ...head(), ...message });
    const result = await connection.waitFor('command_result');
    expect(result).toMatchObject({
      command_id: HEAD.command_id,
      outcome: 'failed',
      started_at: null,
      chunks: 0,
    });
    expect(result.error).toMatch(/^rejected: app_not_found: /);
  });

  test('what concerns commands nobody knows is taken without harm', async () => {
    const server = await serverFor();
    const under = await clientFor(server);
    const connection = await admitted(server, under);
    connection.send({ type: 'cancel', command_id: HEAD.command_id });
    connection.send({ type: 'result_ack', command_id: HEAD.command_id });
    connection.send({ type: 'output_missing', command_id: HEAD.command_id, from_seq: 0 });
    await hasReadAll(connection);
    expect(under.client.state).toBe('ready');
  });

  test('a host that is read-only says so and runs nothing', async () => {
    const server = await serverFor();
    const under = await clientFor(server, { config: { readonly: true } });
    const connection = await server.connection();
    expect((await connection.admit()).policy.readonly).toBe(true);
    await isReady(under);
    connection.send({ type: 'command', ...head(), command: 'uptime' });
    const result = await connection.waitFor('command_result');
    expect(result).toMatchObject({ outcome: 'failed', started_at: null });
    expect(result.error).toMatch(/^rejected: /);
  });
});

/** Sockets and timers of this process. */
function handles(): number {
  return process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name)).length;
}

describe('starting and stopping', () => {
  test('a damaged identity keeps the client from starting', async () => {
    const directory = await place();
    await writeFile(join(directory, 'id'), 'not an id', { mode: 0o600 });
    const server = await serverFor();
    await expect(clientFor(server, { directory })).rejects.toThrow(/holds no client id/);
  });

  test('a data directory that cannot be made keeps it from starting', async () => {
    const directory = await place();
    await mkdir(join(directory, 'x'));
    await writeFile(join(directory, 'data'), '');
    await expect(clientFor(await serverFor(), { directory })).rejects.toThrow(/OPS_CLIENT_DATA_DIR/);
  });

  test('giving up is told once', async () => {
    const under = await clientFor(NOBODY, {
      explicit: { retryMaxAttempts: true },
      config: { retryMaxAttempts: 2 },
    });
    await until(() => under.gaveUp, { what: 'giving up' });
    expect(under.gaveUp).toBe('Connection refused');
  });

  test('stopping says goodbye and leaves no timer; before the start and twice it is harmless', async () => {
    const clock = new ManualClock();
    const server = await serverFor({ clock });
    const under = await clientFor(server, { clock });
    const connection = await admitted(server, under);
    await Promise.all([under.client.stop(), under.client.stop()]);
    expect((await connection.waitFor('goodbye')).code).toBe('stop');
    expect(clock.pending).toBe(0);
    expect(under.client.state).toBe('idle');
  });

  test('stopped while it starts, it opens no connection', async () => {
    const clock = new ManualClock();
    const server = await serverFor();
    const under = await clientFor(server, { clock, started: false });
    const starting = under.client.start();
    await under.client.stop();
    await starting;
    expect(under.client.state).toBe('idle');
    expect(clock.pending).toBe(0);
  });

  test('100 times in one process leaves nothing open', async () => {
    const directory = await place();
    const server = await serverFor({ script: async (connection) => void (await connection.admit()) });
    const before = handles();
    for (let i = 0; i < 100; i++) {
      const under = await clientFor(server, { directory });
      await isReady(under);
      await under.client.stop();
    }
    await until(() => handles() <= before + 1, { what: 'sockets and timers to be gone' });
    expect(handles()).toBeLessThanOrEqual(before + 1);
  });

  test('new secrets count from the next connection on', async () => {
    const server = await serverFor({ secret: 'the-new-secret' });
    const under = await clientFor(server, { config: { tcpAuthSecret: 'the-old-secret' } });
    await expect((await server.connection()).authenticate()).rejects.toThrow('wrong');
    under.client.replaceSecrets({ tcpAuthSecret: 'the-new-secret', tcpAuthSecretPrevious: undefined });
    await admitted(server, under);
    expect(under.client.state).toBe('ready');
  });
});

describe('a host that names no upgrade_keys', () => {
  test('says so, and refuses an upgrade', async () => {
    const server = await serverFor();
    await clientFor(server);
    const connection = await server.connection();
    expect((await connection.admit()).upgrade).toEqual({ keys: [], release: null, last: null });
    const signature = { key: `ed25519:${'A'.repeat(43)}`, signature: `${'A'.repeat(86)}==` };
    connection.send({ type: 'upgrade', upgrade_id: HEAD.command_id, manifest: '{}', signature });
    expect(await connection.waitFor('upgrade_status')).toMatchObject({
      upgrade_id: HEAD.command_id,
      state: 'refused',
      reason: 'off',
    });
  });
});
