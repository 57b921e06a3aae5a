/** ops-client as a process: what it prints, logs and leaves behind, and how it ends. */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startProgram } from '@ops/testkit/child-program.ts';
import type { RunningProgram } from '@ops/testkit/child-program.ts';
import { startFakeServer } from '@ops/testkit/fake-server.ts';
import type { FakeServer, FakeServerOptions } from '@ops/testkit/fake-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';
import { describe, expect, onTestFinished, test } from 'vitest';

const SECRET = 'a secret of at least thirty-two characters';
const LOG_LINE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \[(INFO|WARN|ERROR)\] /;

/** Nobody listens there, and the system gives this port to nobody. */
const NOBODY = 1;

interface Started {
  readonly program: RunningProgram;
  readonly directory: string;
  readonly log: () => Promise<string>;
}

async function start(options: {
  readonly port: number;
  readonly env?: Record<string, string>;
  readonly args?: readonly string[];
  readonly directory?: string;
}): Promise<Started> {
  const own = options.directory === undefined ? await tempDirectory('main') : undefined;
  if (own) onTestFinished(() => own.remove());
  const directory = own?.path ?? options.directory!;
  const program = await startProgram({
    file: 'packages/client/src/main.ts',
    cwd: directory,
    args: options.args ?? [],
    env: {
      OPS_SERVER_PORT: String(options.port),
      OPS_CLIENT_ID_FILE: join(directory, 'id'),
      OPS_CLIENT_DATA_DIR: join(directory, 'data'),
      OPS_RETRY_BASE_DELAY: '0.05',
      OPS_RETRY_MAX_DELAY: '0.2',
      ...options.env,
    },
  });
  onTestFinished(async () => {
    if (program.isRunning) await program.kill9();
  });
  return {
    program,
    directory,
    async log() {
      const [name] = await readdir(join(directory, 'logs'));
      return readFile(join(directory, 'logs', name!), 'utf8');
    },
  };
}

async function serverFor(options: FakeServerOptions = {}): Promise<FakeServer> {
  const server = await startFakeServer(options);
  onTestFinished(() => server.close());
  return server;
}

test('connects, says so, logs in the file of the day, and leaves with a goodbye and status 0', async () => {
  const server = await serverFor({ secret: SECRET });
  const { program, directory, log } = await start({
    port: server.port,
    env: { OPS_TCP_AUTH_SECRET: SECRET },
  });
  const connection = await server.connection({ within: 15_000 });
  const register = await connection.admit();
  await program.line(new RegExp(`^ops-client connected server=127\\.0\\.0\\.1:${server.port}$`));
  expect(register.system_info.hostname).not.toBe('');
  expect((await connection.waitFor('heartbeat')).sample?.total_memory).toBeGreaterThan(0);
  expect(await program.stop()).toEqual({ code: 0, signal: null });
  expect((await connection.waitFor('goodbye')).code).toBe('stop');
  const text = await log();
  expect((await readdir(join(directory, 'logs')))[0]).toMatch(/^ops-client\.log\.\d{4}-\d\d-\d\d$/);
  for (const line of text.trimEnd().split('\n')) expect(line).toMatch(LOG_LINE);
  expect(text).toContain('Connected to the server');
  expect((await stat(join(directory, 'id'))).mode & 0o777).toBe(0o600);
});

test('secrets are in no log, no output, no title and no file', async () => {
  const server = await serverFor({ secret: SECRET });
  const { program, directory, log } = await start({
    port: server.port,
    env: {
      OPS_TCP_AUTH_SECRET: SECRET,
      OPS_AUTH_TOKEN: 'a-token-of-thirty-two-characters!',
      OPS_LOG_LEVEL: 'debug',
    },
  });
  await (await server.connection({ within: 15_000 })).admit();
  await program.line(/connected/);
  const title = await readFile(`/proc/${program.pid}/cmdline`, 'utf8');
  await program.stop();
  for (const text of [await log(), program.lines.join('\n'), title]) {
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain('a-token-of');
  }
  expect(title).toContain('ops-client');
  const kept = await readdir(join(directory, 'data'), { recursive: true, withFileTypes: true });
  for (const entry of kept.filter((one) => one.isFile())) {
    expect(await readFile(join(entry.parentPath, entry.name), 'utf8')).not.toContain(SECRET);
  }
});

describe("the manual's three trials of authentication", () => {
  test('the wrong secret is refused with the lines the manual shows', async () => {
    const server = await serverFor({
      secret: 'test-secret-123',
      script: async (connection) => void (await connection.authenticate().catch(() => undefined)),
    });
    const { program, directory } = await start({
      port: server.port,
      env: { OPS_TCP_AUTH_ENABLED: 'true', OPS_TCP_AUTH_SECRET: 'wrong-secret-456' },
    });
    await program.line(/\[ERROR\] Client connection error: Authentication failed/, { within: 15_000 });
    const id = (await readFile(join(directory, 'id'), 'utf8')).trim();
    expect(program.lines.some((line) => line.includes(`[WARN] Authentication failed for client ${id}`))).toBe(
      true,
    );
    // Short, and printed in the manual: it works with a warning.
    expect(program.lines.some((line) => /\[WARN\] .*tcp_auth_secret/.test(line))).toBe(true);
    expect(await program.stop()).toEqual({ code: 0, signal: null });
  });

  test('the right one connects', async () => {
    const server = await serverFor({ secret: 'test-secret-123' });
    const { program } = await start({ port: server.port, env: { OPS_TCP_AUTH_SECRET: 'test-secret-123' } });
    await (await server.connection({ within: 15_000 })).admit();
    await program.line(/\[INFO\] Connected to the server .*authenticated=true/);
    expect(await program.stop()).toEqual({ code: 0, signal: null });
  });

  test('none works where authentication is off', async () => {
    const server = await serverFor();
    const { program } = await start({ port: server.port });
    await (await server.connection({ within: 15_000 })).admit();
    await program.line(/\[INFO\] Connected to the server .*authenticated=false/);
    expect(await program.stop()).toEqual({ code: 0, signal: null });
  });
});

describe('status', () => {
  test('1 after as many attempts as were asked for', async () => {
    const { program, log } = await start({ port: NOBODY, env: { OPS_RETRY_MAX_ATTEMPTS: '2' } });
    expect(await program.exited).toEqual({ code: 1, signal: null });
    expect(await log()).toContain('[ERROR] Failed to create TCP session: Connection refused host=127.0.0.1');
    expect(await log()).toContain('Giving up after 2 attempts');
  });

  test('1 with a sentence when the identity is damaged', async () => {
    const directory = await tempDirectory('main');
    onTestFinished(() => directory.remove());
    await writeFile(join(directory.path, 'id'), 'garbage', { mode: 0o600 });
    const { program } = await start({ port: 1, directory: directory.path });
    expect(await program.exited).toEqual({ code: 1, signal: null });
    expect(program.lines.join('\n')).toMatch(/holds no client id/);
    expect(await readFile(join(directory.path, 'id'), 'utf8')).toBe('garbage');
  });

  test.each([
    ['an unknown option', ['--prot', '1'], /--prot/],
    ['a wrong value', ['--port', 'many'], /server_port.*--port/],
  ])('2 for %s', async (_, args, message) => {
    const { program } = await start({ port: 1, args });
    expect(await program.exited).toEqual({ code: 2, signal: null });
    expect(program.lines).toHaveLength(1);
    expect(program.lines[0]).toMatch(message);
  });

  test('0 for --version and --help, which start nothing', async () => {
    const version = await start({ port: 1, args: ['--version'] });
    expect(await version.program.exited).toEqual({ code: 0, signal: null });
    expect(version.program.lines).toEqual([expect.stringMatching(/^ops-client \d+\.\d+\.\d+$/)]);
    const help = await start({ port: 1, args: ['--help'] });
    expect(await help.program.exited).toEqual({ code: 0, signal: null });
    expect(help.program.lines.join('\n')).toContain('--heartbeat-interval-secs');
    expect(await readdir(help.directory)).toEqual([]);
  });

  test('0 when it is stopped before it ever connected', async () => {
    const { program } = await start({ port: NOBODY });
    await program.line(/Trying again/, { within: 15_000 });
    expect(await program.stop()).toEqual({ code: 0, signal: null });
  });
});

test('samples survive kill -9 and arrive afterwards', async () => {
  const first = await start({
    port: NOBODY,
    env: { OPS_RETRY_MAX_DELAY: '60', OPS_RETRY_BASE_DELAY: '60' },
  });
  // A whole line, not the file alone: that is there before the first sample is in it.
  const isKept = async (): Promise<boolean> => {
    const names = await readdir(join(first.directory, 'data'), { recursive: true });
    const files = names.filter((name) => name.endsWith('.jsonl'));
    const texts = await Promise.all(
      files.map((name) => readFile(join(first.directory, 'data', name), 'utf8')),
    );
    return texts.some((text) => text.endsWith('\n'));
  };
  await until(isKept, { within: 15_000, what: 'a sample on disk' });
  await first.program.kill9();
  const server = await serverFor();
  await start({ port: server.port, directory: first.directory });
  const connection = await server.connection({ within: 15_000 });
  const { backlog } = await connection.admit();
  expect(backlog?.count).toBeGreaterThanOrEqual(1);
  expect((await connection.waitFor('samples')).samples).toHaveLength(backlog!.count);
});

test('SIGHUP reads a secret in a file again', async () => {
  const directory = await tempDirectory('main');
  onTestFinished(() => directory.remove());
  const file = join(directory.path, 'secret');
  await writeFile(file, 'the-old-secret-of-thirty-two-characters\n', { mode: 0o600 });
  const server = await serverFor({ secret: SECRET });
  const { program } = await start({ port: server.port, env: { OPS_TCP_AUTH_SECRET_FILE: file } });
  await expect((await server.connection({ within: 15_000 })).authenticate()).rejects.toThrow('wrong');
  await writeFile(file, `${SECRET}\n`);
  program.signal('SIGHUP');
  await program.line(/were read again/);
  const admitted = until(
    async () => {
      const connection = await server.connection();
      return connection.admit().then(
        () => true,
        () => false,
      );
    },
    { within: 10_000, what: 'the client to come with the new secret' },
  );
  await admitted;
  await program.line(/connected/);
  await program.stop();
});

test('goes on when nobody reads its output any more', async () => {
  const server = await serverFor();
  const { program } = await start({ port: server.port });
  const first = await server.connection({ within: 15_000 });
  await first.admit();
  await program.line(/^ops-client connected/);
  program.child.stdout?.destroy();
  program.child.stderr?.destroy();
  first.destroy();
  const second = await server.connection();
  await second.admit();
  expect((await second.waitFor('heartbeat')).sample).toBeDefined();
  expect(await program.stop()).toEqual({ code: 0, signal: null });
});
