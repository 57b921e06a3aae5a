/** The real client: what it was asked to start outlives it, however it ends. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { crashAt } from '@ops/testkit/crash-point.ts';
import type { CrashPoint } from '@ops/testkit/crash-point.ts';
import { startFakeServer } from '@ops/testkit/fake-server.ts';
import type { FakeServer, FakeServerConnection } from '@ops/testkit/fake-server.ts';
import { startClient } from '@ops/testkit/start-client.ts';
import type { RunningClient } from '@ops/testkit/start-client.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';
import { expect, onTestFinished, test } from 'vitest';

import { endAfterwards } from './test-apps.ts';
import { manualApp } from './test-template.ts';

const NEXT = { within: 15_000 };

interface Place {
  readonly server: FakeServer;
  readonly app: string;
  readonly start: (options?: { nodeArgs?: string[]; env?: Record<string, string> }) => Promise<RunningClient>;
  /** The process of the service, ended when the test is over. */
  readonly service: () => Promise<number>;
}

async function place(): Promise<Place> {
  const temp = await tempDirectory('outlive');
  onTestFinished(() => temp.remove());
  const server = await startFakeServer();
  onTestFinished(() => server.close());
  const start: Place['start'] = async ({ nodeArgs, env } = {}) => {
    const client = await startClient({
      server: { port: server.port },
      directory: temp.path,
      connected: false,
      env: { OPS_RETRY_BASE_DELAY: '0.05', OPS_RETRY_MAX_DELAY: '0.1', ...env },
      ...(nodeArgs && { nodeArgs }),
    });
    onTestFinished(() => client[Symbol.asyncDispose]());
    return client;
  };
  const base = join(temp.path, 'apps');
  await mkdir(base);
  const app = manualApp(base);
  return {
    server,
    app,
    start,
    async service() {
      const pid = Number(
        await until(() => readFile(join(app, 'myapp.pid'), 'utf8').catch(() => ''), { what: 'a pid file' }),
      );
      endAfterwards(pid);
      return pid;
    },
  };
}

function orderOf(action: MessageOf<'service'>['action'], seq: number): MessageOf<'service'> {
  return {
    type: 'service',
    command_id: systemRandom.uuid(),
    seq,
    app_name: 'myapp',
    action,
    timeout_secs: 60,
    sent_at: systemClock.wall(),
    start_within_ms: 30_000,
  };
}

const isAlive = (pid: number): Promise<boolean> =>
  readFile(`/proc/${pid}/stat`, 'latin1').then(
    (text) => !/\) [ZX] /.test(text),
    () => false,
  );

/** Pids of live scripts of an action. */
async function scriptsOf(actionId: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir('/proc')) {
    const read = (file: string): Promise<string> =>
      readFile(`/proc/${name}/${file}`, 'latin1').catch(() => '');
    if ((await read('environ')).includes(actionId) && (await read('cmdline')).includes('/proc/self/fd/3'))
      found.push(name);
  }
  return found;
}

async function resultOf(
  connection: FakeServerConnection,
  order: MessageOf<'service'>,
): Promise<MessageOf<'command_result'>> {
  const found = await until(
    () => connection.messages('command_result').find(({ command_id }) => command_id === order.command_id),
    { ...NEXT, what: 'the result' },
  );
  connection.send({ type: 'result_ack', command_id: order.command_id });
  return found;
}

test('a stop, a restart and a kill -9 of the client', async () => {
  const { server, start, service } = await place();
  const first = await start();
  const one = await server.connection(NEXT);
  const introduction = await one.admit();
  expect(introduction.app_info).toMatchObject([
    { name: 'myapp', version: 'v1.0.0', service_status: 'Stopped', has_script: true, actions: true },
  ]);
  const order = orderOf('Start', 1);
  one.send(order);
  expect(await resultOf(one, order)).toMatchObject({ outcome: 'completed', exit_code: 0, error: null });
  const pid = await service();
  // The server knows before it has the result.
  expect(one.messages('app_info').at(-1)?.app_info).toMatchObject([{ service_status: 'Running', pid }]);
  expect(await first.program.stop()).toEqual({ code: 0, signal: null });
  expect(await isAlive(pid)).toBe(true);

  const second = await start();
  const two = await server.connection(NEXT);
  expect((await two.admit()).app_info).toMatchObject([{ service_status: 'Running', pid }]);
  await second.program.kill9();
  expect(await isAlive(pid)).toBe(true);

  await start();
  const three = await server.connection(NEXT);
  expect((await three.admit()).app_info).toMatchObject([{ service_status: 'Running', pid }]);
  const stop = orderOf('Stop', 2);
  three.send(stop);
  expect(await resultOf(three, stop)).toMatchObject({ outcome: 'completed', exit_code: 0 });
  expect(await isAlive(pid)).toBe(false);
});

test('a kill -9 in the middle of the action: it is told as interrupted, nothing runs twice', async () => {
  const { server, app, start, service } = await place();
  const script = await readFile(join(app, 'myapp.sh'), 'utf8');
  await writeFile(
    join(app, 'myapp.sh'),
    script.replace('echo "Service started', 'sleep 300; echo "Service started'),
  );
  const first = await start();
  const one = await server.connection(NEXT);
  await one.admit();
  const order = orderOf('Start', 1);
  one.send(order);
  const pid = await service();
  await first.program.kill9();

  await start();
  const two = await server.connection(NEXT);
  two.hello();
  const register = await two.expect('register', NEXT);
  expect(register.commands.map(({ command_id }) => command_id)).toEqual([order.command_id]);
  two.registered({ commands: [{ command_id: order.command_id, next_seq: 0, cancel: false }] });
  expect(await resultOf(two, order)).toMatchObject({
    outcome: 'failed',
    error: 'interrupted: the client ended while it ran',
  });
  expect(await isAlive(pid)).toBe(true);
  expect(await scriptsOf(order.command_id)).toEqual([]);
  // Asked again, it answers and starts nothing.
  two.send(order);
  expect(await service()).toBe(pid);
});

test('an output the service keeps: the client goes on, and ends when it is told to', async () => {
  const { server, app, start, service } = await place();
  const script = await readFile(join(app, 'myapp.sh'), 'utf8');
  await writeFile(join(app, 'myapp.sh'), script.replace(' > $LOG_FILE 2>&1 &', ' &'));
  const { program } = await start();
  const connection = await server.connection(NEXT);
  await connection.admit();
  const order = orderOf('Start', 1);
  connection.send(order);
  expect(await resultOf(connection, order)).toMatchObject({ outcome: 'completed', exit_code: 0 });
  const pid = await service();
  const output = connection.messages('command_output').map(({ data }) => data);
  expect(output.join('')).toContain('let it write to a file');
  expect(await program.stop()).toEqual({ code: 0, signal: null });
  // It writes nothing more, so it does not notice.
  expect(await isAlive(pid)).toBe(true);
});

test.each<[CrashPoint, RegExp]>([
  ['after-exit', /^failed interrupted: /],
  ['before-send', /^completed null$/],
])('a kill -9 %s of the script', async (point, expected) => {
  const { server, start, service } = await place();
  const first = await start(crashAt(point));
  const one = await server.connection(NEXT);
  await one.admit();
  const order = orderOf('Start', 1);
  one.send(order);
  expect(await first.program.exited).toEqual({ code: null, signal: 'SIGKILL' });
  const pid = await service();
  await start();
  const two = await server.connection(NEXT);
  two.hello();
  await two.expect('register', NEXT);
  two.registered({ commands: [{ command_id: order.command_id, next_seq: 0, cancel: false }] });
  const { outcome, error } = await resultOf(two, order);
  expect(`${outcome} ${error}`).toMatch(expected);
  expect(await isAlive(pid)).toBe(true);
});
