/** The real client, killed at each point of a command's life: it runs at most once, and its end is told. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import { sleep, systemClock } from '@ops/runtime/clock.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { CRASH_POINTS, crashAt } from '@ops/testkit/crash-point.ts';
import type { CrashPoint } from '@ops/testkit/crash-point.ts';
import { startFakeServer } from '@ops/testkit/fake-server.ts';
import type { FakeServer, FakeServerConnection } from '@ops/testkit/fake-server.ts';
import { startClient } from '@ops/testkit/start-client.ts';
import type { RunningClient } from '@ops/testkit/start-client.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';
import { describe, expect, onTestFinished, test } from 'vitest';

import { carriers } from '../executor/test-executor.ts';

interface Place {
  readonly server: FakeServer;
  readonly directory: string;
  /** The product never reads it. */
  readonly truth: () => Promise<string[]>;
  readonly script: string;
  readonly start: (options?: { nodeArgs?: string[]; env?: Record<string, string> }) => Promise<RunningClient>;
}

const SCRIPT = `#!/bin/bash
echo "$OPS_COMMAND_ID $$" >> "$(dirname "$0")/../truth"
sync "$(dirname "$0")/../truth"
case "$1" in
  setsid) setsid sleep 300 & sleep 300 ;;
  sleep) sleep 300 ;;
esac
echo done
`;

async function place(): Promise<Place> {
  const temp = await tempDirectory('crash');
  onTestFinished(() => temp.remove());
  const directory = temp.path;
  await mkdir(join(directory, 'scripts'), { mode: 0o755 });
  await writeFile(join(directory, 'truth'), '');
  const script = join(directory, 'scripts', 'truth.sh');
  // By descriptor the script does not know where it lies.
  await writeFile(script, SCRIPT.replaceAll('$(dirname "$0")/..', directory));
  await chmod(script, 0o755);
  const server = await startFakeServer();
  onTestFinished(() => server.close());
  return {
    server,
    directory,
    script,
    truth: async () =>
      (await readFile(join(directory, 'truth'), 'utf8')).split('\n').filter((line) => line !== ''),
    async start({ nodeArgs, env } = {}) {
      const client = await startClient({
        server: { port: server.port },
        directory,
        connected: false,
        env: {
          OPS_ALLOWED_SCRIPT_DIRS: join(directory, 'scripts'),
          OPS_RETRY_BASE_DELAY: '0.05',
          OPS_RETRY_MAX_DELAY: '0.1',
          ...env,
        },
        ...(nodeArgs && { nodeArgs }),
      });
      onTestFinished(() => client[Symbol.asyncDispose]());
      return client;
    },
  };
}

function commandOf(text: string, overrides: Partial<MessageOf<'command'>> = {}): MessageOf<'command'> {
  return {
    type: 'command',
    command_id: systemRandom.uuid(),
    seq: 1,
    command: text,
    timeout_secs: 60,
    sent_at: systemClock.wall(),
    start_within_ms: 30_000,
    ...overrides,
  };
}

const NEXT = { within: 15_000 };

/** Lets the client in as a server does that has stored nothing of the command, and follows rules 1 to 3. */
async function reconcile(
  connection: FakeServerConnection,
  command: MessageOf<'command'>,
  wasAccepted: boolean,
): Promise<MessageOf<'command_result'> | undefined> {
  connection.hello();
  const register = await connection.expect('register', NEXT);
  const listed = register.commands.some(({ command_id }) => command_id === command.command_id);
  connection.registered({
    commands: listed ? [{ command_id: command.command_id, next_seq: 0, cancel: false }] : [],
  });
  if (!listed && wasAccepted) return undefined;
  if (!listed) connection.send(command);
  const result = await connection.waitFor('command_result', NEXT);
  connection.send({ type: 'result_ack', command_id: command.command_id });
  return result;
}

interface Expected {
  readonly runs: readonly number[];
  readonly ends: RegExp;
}

const EXPECTED: Readonly<Record<CrashPoint, Expected>> = {
  'before-journal': { runs: [1], ends: /^completed 5 bytes$/ },
  'before-spawn': { runs: [0], ends: /^failed interrupted: / },
  'after-spawn': { runs: [0, 1], ends: /^failed interrupted: / },
  'after-exit': { runs: [1], ends: /^failed interrupted: / },
  'before-send': { runs: [1], ends: /^completed 5 bytes$/ },
  'after-send': { runs: [1], ends: /^completed 5 bytes$/ },
  'after-ack': { runs: [1], ends: /^(completed 5 bytes|stored)$/ },
};

describe('killed', () => {
  test.each(CRASH_POINTS)('%s: at most one run, and one end', async (point) => {
    const { server, script, start, truth } = await place();
    const command = commandOf(script);
    const first = await start(crashAt(point));
    const connection = await server.connection(NEXT);
    await connection.admit();
    connection.send(command);
    if (point === 'after-ack') {
      await connection.waitFor('command_result', NEXT);
      connection.send({ type: 'result_ack', command_id: command.command_id });
    }
    expect(await first.program.exited).toEqual({ code: null, signal: 'SIGKILL' });
    const wasAccepted = connection.messages('command_accepted').length > 0;

    await start();
    const result = await reconcile(await server.connection(NEXT), command, wasAccepted);
    const end = result ? `${result.outcome} ${result.error ?? `${result.stdout_bytes} bytes`}` : 'stored';
    expect(end).toMatch(EXPECTED[point].ends);
    expect(EXPECTED[point].runs).toContain((await truth()).length);
  });

  test('while a script runs in sessions of its own: it is ended within 5 s, and the server is told', async () => {
    const { server, script, start, truth } = await place();
    const command = commandOf(`${script} setsid`);
    const first = await start();
    const connection = await server.connection(NEXT);
    await connection.admit();
    connection.send(command);
    await until(async () => (await truth()).length > 0, { ...NEXT, what: 'the script to run' });
    expect(await carriers(command.command_id)).not.toEqual([]);
    await first.program.kill9();

    const startedAt = systemClock.mono();
    await start();
    const result = await reconcile(await server.connection(NEXT), command, true);
    expect(`${result?.outcome} ${result?.error}`).toMatch(/^failed interrupted: /);
    expect(systemClock.mono() - startedAt).toBeLessThan(10_000);
    expect(await carriers(command.command_id)).toEqual([]);
    expect(await truth()).toHaveLength(1);
  });
});

describe('stood still', () => {
  test('it starts nothing that has become too old, and says so', async () => {
    const { server, script, start, truth } = await place();
    const { program } = await start();
    const connection = await server.connection(NEXT);
    await connection.admit();
    await connection.waitFor('heartbeat', NEXT);
    program.signal('SIGSTOP');
    const commands = [1, 2, 3, 4, 5].map((seq) => commandOf(script, { seq, start_within_ms: 1_000 }));
    for (const command of commands) connection.send(command);
    await sleep(systemClock, 1_500);
    program.signal('SIGCONT');
    await until(() => connection.messages('command_result').length === 5, { ...NEXT, what: 'five answers' });
    for (const { outcome, error } of connection.messages('command_result'))
      expect(`${outcome} ${error}`).toMatch(/^failed expired: /);
    expect(await truth()).toEqual([]);
  });
});

describe('stopped', () => {
  test('it ends what runs, tells how it ended, and exits 0 within 10 s; the answer is kept', async () => {
    const { server, script, start, truth } = await place();
    const command = commandOf(`${script} sleep`);
    const { program } = await start();
    const connection = await server.connection(NEXT);
    await connection.admit();
    connection.send(command);
    await until(async () => (await truth()).length > 0, { ...NEXT, what: 'the script to run' });
    const stoppedAt = systemClock.mono();
    expect(await program.stop()).toEqual({ code: 0, signal: null });
    expect(systemClock.mono() - stoppedAt).toBeLessThan(10_000);
    const told = await connection.waitFor('command_result');
    expect(told).toMatchObject({ outcome: 'failed', error: 'interrupted: the client was stopped' });

    await start();
    expect(await reconcile(await server.connection(NEXT), command, true)).toEqual(told);
  });
});
