import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { HostFacts } from '@ops/protocol/domain/client.ts';
import type { Sample } from '@ops/protocol/domain/sample.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { systemDisk } from '@ops/runtime/system-disk.ts';
import { startFakeServer } from '@ops/testkit/fake-server.ts';
import type { FakeServer, FakeServerConnection, FakeServerOptions } from '@ops/testkit/fake-server.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { startTcpProxy } from '@ops/testkit/tcp-proxy.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';
import { describe, expect, onTestFinished, test } from 'vitest';

import { createClient } from './client.ts';
import type { Client, ClientNeeds, ClientOptions } from './client.ts';
import { KEEP_EVERY_SECS } from './host-report.ts';

async function place(): Promise<string> {
  const directory = await tempDirectory('client');
  onTestFinished(() => directory.remove());
  return directory.path;
}

/** Nobody listens there, and the system gives this port to nobody. */
const NOBODY = { host: '127.0.0.1', port: 1 };

async function serverFor(options: FakeServerOptions = {}): Promise<FakeServer> {
  const server = await startFakeServer(options);
  onTestFinished(() => server.close());
  return server;
}

interface ClientUnderTest {
  readonly client: Client;
  /** Set it to change what the host says of itself. */
  facts: HostFacts;
  gaveUp: string | undefined;
}

interface Options {
  readonly directory?: string;
  readonly config?: Partial<ClientOptions>;
  readonly explicit?: Partial<ClientNeeds['explicit']>;
  readonly clock?: Clock;
  readonly started?: boolean;
}

/** A client whose readings are numbered: the n-th sample has `process_count` n. */
async function clientFor(
  server: { host: string; port: number },
  options: Options = {},
): Promise<ClientUnderTest> {
  const directory = options.directory ?? (await place());
  let count = 0;
  const under: ClientUnderTest = {
    facts: { hostname: 'web-01' },
    gaveUp: undefined,
    client: createClient({
      config: {
        serverHost: server.host,
        serverPort: server.port,
        heartbeatIntervalSecs: 3,
        retryMaxAttempts: 10,
        retryBaseDelaySecs: 0.02,
        retryMaxDelaySecs: 0.05,
        clientIdFile: join(directory, 'id'),
        tcpAuthEnabled: undefined,
        tcpAuthSecret: undefined,
        tcpAuthSecretPrevious: undefined,
        tls: false,
        tlsCa: undefined,
        tlsFingerprint: undefined,
        dataDir: join(directory, 'data'),
        labels: { env: 'prod' },
        ...options.config,
      },
      explicit: { heartbeatInterval: false, retryMaxAttempts: false, ...options.explicit },
      version: '1.2.3',
      clock: options.clock ?? systemClock,
      random: systemRandom,
      disk: systemDisk,
      log: silentLog,
      readings: {
        sample: (): Sample => ({ process_count: count++ }),
        facts: () => under.facts,
        close() {},
      },
      onGaveUp: (reason) => (under.gaveUp = reason),
    }),
  };
  onTestFinished(() => under.client.stop());
  if (options.started ?? true) await under.client.start();
  return under;
}

const isReady = ({ client }: ClientUnderTest) =>
  until(() => client.state === 'ready', { what: 'the link to be ready' });

async function admitted(server: FakeServer, under: ClientUnderTest): Promise<FakeServerConnection> {
  const connection = await server.connection();
  await connection.admit();
  await isReady(under);
  return connection;
}

describe('what the server is told', () => {
  test('at registration: who, what, labels, and that nothing may be run here', async () => {
    const directory = await place();
    const server = await serverFor();
    await clientFor(server, { directory });
    const register = await (await server.connection()).admit();
    expect(register).toMatchObject({
      client_id: (await readFile(join(directory, 'id'), 'utf8')).trim(),
      client_version: '1.2.3',
      system_info: { hostname: 'web-01' },
      labels: { env: 'prod' },
      app_info: [],
      commands: [],
      last_seq: 0,
      policy: { readonly: true, commands: [], script_dirs: [], script_extensions: [] },
    });
    expect(register.heartbeat_interval).toBeUndefined();
    expect(register.backlog).toBeUndefined();
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

const HEAD = {
  command_id: '6f1d3a52-9a0e-4c55-8d3e-0b7a4f6c2d18',
  seq: 1,
  timeout_secs: 30,
  sent_at: 1,
  start_within_ms: 30_000,
};

/** The answer to a command shows that the client has read everything before it. */
async function hasReadAll(connection: FakeServerConnection): Promise<void> {
  connection.send({ type: 'command', ...HEAD, command: 'uptime' });
  await connection.waitFor('command_result');
}

describe('commands', () => {
  test.each([
    { type: 'command', ...HEAD, command: 'uptime' },
    { type: 'service', ...HEAD, app_name: 'shop', action: 'Restart' },
    { type: 'update', ...HEAD, app_name: 'shop', version: '1.0' },
  ] as const)('$type is answered with failed, unsupported', async (message) => {
    const server = await serverFor();
    const under = await clientFor(server);
    const connection = await admitted(server, under);
    connection.send(message);
    const result = await connection.waitFor('command_result');
    expect(result).toMatchObject({
      command_id: HEAD.command_id,
      outcome: 'failed',
      started_at: null,
      chunks: 0,
    });
    expect(result.error).toMatch(/^unsupported: /);
  });

  test('what concerns commands that never ran is taken without harm', async () => {
    const server = await serverFor();
    const under = await clientFor(server);
    const connection = await admitted(server, under);
    connection.send({ type: 'cancel', command_id: HEAD.command_id });
    connection.send({ type: 'result_ack', command_id: HEAD.command_id });
    connection.send({ type: 'output_missing', command_id: HEAD.command_id, from_seq: 0 });
    connection.send({ type: 'command', ...HEAD, command: 'uptime' });
    await connection.waitFor('command_result');
    expect(under.client.state).toBe('ready');
  });
});

/** Lets a client live for a while with nobody to talk to. `end` lets it through to the server. */
async function outage(secs: number, options: Options = {}) {
  const clock = new ManualClock();
  const server = await serverFor({ clock });
  const proxy = await startTcpProxy({ target: server });
  onTestFinished(() => proxy.close());
  proxy.refuse(true);
  const under = await clientFor(proxy, { clock, ...options });
  for (let i = 0; i < secs; i++) await clock.advanceAsync(1_000);
  const end = async (): Promise<FakeServerConnection> => {
    proxy.refuse(false);
    const coming = server.connection();
    for (let i = 0; i < 5; i++) await clock.advanceAsync(1_000);
    return coming;
  };
  return { clock, server, under, end };
}

describe('samples of the time without a link', () => {
  test('are kept four times a minute, announced, and delivered with their own times', async () => {
    const { clock, server, under, end } = await outage(120);
    const connection = await end();
    const register = await connection.admit();
    await isReady(under);
    const { samples, resolution_secs } = await connection.waitFor('samples');
    expect(resolution_secs).toBe(KEEP_EVERY_SECS);
    expect(samples).toHaveLength(9);
    const steps = samples.slice(1).map(({ t }, i) => Math.round((t - samples[i]!.t) / 1000));
    expect(new Set(steps)).toEqual(new Set([KEEP_EVERY_SECS]));
    // The last one may still have been on its way to the disk.
    expect(register.backlog?.from).toBe(samples[0]!.t);
    expect(register.backlog?.count).toBeGreaterThanOrEqual(8);
    const last = samples.at(-1)!.t;
    connection.send({ type: 'samples_ack', to: last });
    await hasReadAll(connection);
    connection.destroy();
    await until(() => under.client.state !== 'ready', { what: 'the link to be down' });
    const again = server.connection();
    await clock.advanceAsync(100);
    const { backlog } = await (await again).admit();
    expect(backlog?.from ?? Infinity).toBeGreaterThan(last);
  });

  test('survive the end of the program', async () => {
    const directory = await place();
    const { under } = await outage(60, { directory });
    await under.client.stop();
    const server = await serverFor();
    await clientFor(server, { directory });
    const connection = await server.connection();
    await connection.admit();
    expect((await connection.waitFor('samples')).samples.length).toBeGreaterThanOrEqual(4);
  });

  test('include those sent into a dead connection: the record has no hole', async () => {
    const clock = new ManualClock();
    const server = await serverFor({ clock });
    const proxy = await startTcpProxy({ target: server });
    onTestFinished(() => proxy.close());
    const under = await clientFor(proxy, { clock });
    const first = await admitted(server, under);
    for (let i = 0; i < 3; i++) {
      clock.advance(3_000);
      await until(() => first.messages('heartbeat').length === i + 1, { what: 'a heartbeat' });
    }
    const acknowledged = first.messages('heartbeat').map((one) => one.sample?.process_count);
    // The last acknowledgement has to arrive before the line goes dead.
    await hasReadAll(first);
    proxy.set({ toServer: 'silent', toClient: 'silent' });
    const dies = until(() => under.client.state !== 'ready', { what: 'the link to be given up' });
    for (let i = 0; i < 12; i++) await clock.advanceAsync(1_000);
    await dies;
    proxy.set({ toServer: 'pass', toClient: 'pass' });
    const coming = server.connection();
    for (let i = 0; i < 5; i++) await clock.advanceAsync(500);
    const second = await coming;
    await second.admit();
    const { samples } = await second.waitFor('samples');
    const kept = samples.map((one) => one.process_count!);
    const missing = kept.filter((count) => !acknowledged.includes(count));
    const lastSeen = Math.max(...acknowledged.map((count) => count ?? 0));
    expect(missing.slice(0, 3)).toEqual([lastSeen + 1, lastSeen + 2, lastSeen + 3]);
  });

  test('sent live and acknowledged are not kept', async () => {
    const clock = new ManualClock();
    const server = await serverFor({ clock });
    const under = await clientFor(server, { clock });
    const connection = await admitted(server, under);
    for (let i = 0; i < 10; i++) {
      clock.advance(3_000);
      await until(() => connection.messages('heartbeat').length === i + 1, { what: 'a heartbeat' });
    }
    await hasReadAll(connection);
    connection.destroy();
    await until(() => under.client.state !== 'ready', { what: 'the link to be down' });
    const last = Math.max(...connection.messages('heartbeat').map((one) => one.client_time!));
    const again = server.connection();
    await clock.advanceAsync(100);
    // A reading may have been taken since.
    expect((await (await again).admit()).backlog?.from ?? Infinity).toBeGreaterThan(last);
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
