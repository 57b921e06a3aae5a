/** `ops-server backup` while real clients run commands, restored elsewhere; and killed in the middle. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { pinnedNode, repositoryRoot, startProgram } from '@ops/testkit/child-program.ts';
import { startClient } from '@ops/testkit/start-client.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import type { TempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const TOKEN = 'token-for-scripts-0123456789abcdef';
const HOSTS = 2;
/** Commands that were over, at the least, before the backup began; as many follow. */
const BEFORE = 12;
const MAIN = join(repositoryRoot, 'packages/server/src/main.ts');

type Json = Record<string, unknown>;

async function ask({ url }: RunningServer, path: string, body?: object): Promise<Json> {
  const response = await fetch(url + path, {
    headers: { authorization: `Bearer ${TOKEN}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  return (await response.json()) as Json;
}

function ops(args: readonly string[], env: Record<string, string> = {}) {
  return run(pinnedNode(), [MAIN, ...args], { env: { PATH: process.env['PATH'], ...env } }).catch(
    (cause: { code: number; stdout: string; stderr: string }) => cause,
  ) as Promise<{ readonly code?: number; readonly stdout: string; readonly stderr: string }>;
}

let place: TempDirectory;
let server: RunningServer;

beforeAll(async () => {
  place = await tempDirectory('backup');
  server = await startServer({ env: { OPS_AUTH_TOKEN: TOKEN } });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await place.remove();
});

const dataOf = ({ directory }: RunningServer): string => join(directory, 'data');

describe('a backup made while clients run commands', () => {
  it('holds every command that was acknowledged before it, with its result, and the server goes on', async () => {
    const clients = await Promise.all(
      Array.from({ length: HOSTS }, () => startClient({ server: { port: server.tcpPort } })),
    );
    const ids = await Promise.all(
      clients.map(async ({ directory }) => (await readFile(join(directory, 'client_id.txt'), 'utf8')).trim()),
    );
    const working = new AbortController();
    const sent: string[] = [];
    const over = new Map<string, Json>();
    const load = ids.map(async (client_id) => {
      while (!working.signal.aborted) {
        const answer = await ask(server, '/api/send-command', { client_id, command: 'ps aux' });
        const id = String(answer['command_id']);
        sent.push(id);
        const result = await until(
          async () => {
            const found = await ask(server, `/api/command-result?command_id=${id}`);
            return 'Completed' in found && found;
          },
          { within: 20_000, what: 'a result' },
        );
        over.set(id, result);
      }
    });
    await until(() => over.size >= BEFORE, { within: 60_000, what: 'some results' });
    const [sentBefore, overBefore] = [[...sent], new Map(over)];

    const to = join(place.path, 'one.tar');
    const made = await ops(['backup', '--to', to], { OPS_DATA_DIR: dataOf(server), OPS_AUTH_TOKEN: TOKEN });
    expect(made.stderr).toBe('');
    expect(made.stdout).toMatch(
      new RegExp(`^ops-server backup=${to} bytes=\\d+ sha256=[0-9a-f]{64}\nholds data/`),
    );
    expect(made.stdout).toContain('does not hold what stands in variables: OPS_AUTH_TOKEN');
    expect(made.stdout).not.toContain(TOKEN);
    expect((await stat(to)).mode & 0o777).toBe(0o600);
    // Any tar can read it.
    expect((await run('tar', ['-tf', to])).stdout).toContain('data/ops.db');
    await until(() => over.size >= overBefore.size + BEFORE, { within: 60_000, what: 'the server to go on' });
    working.abort();
    await Promise.all(load);
    for (const client of clients) await client[Symbol.asyncDispose]();

    const elsewhere = join(place.path, 'elsewhere');
    const restored = await ops(['restore', '--from', to], { OPS_DATA_DIR: join(elsewhere, 'data') });
    expect(restored.stdout).toContain('rows as they were written');
    await using other = await startServer({ directory: elsewhere, env: { OPS_AUTH_TOKEN: TOKEN } });
    for (const [id, result] of overBefore) {
      const found = await ask(other, `/api/command-result?command_id=${id}`);
      expect(found).toEqual(result);
    }
    for (const id of sentBefore)
      expect(Object.keys(await ask(other, `/api/command-result?command_id=${id}`))).not.toContain('code');
    const { clients: known } = await ask(other, '/api/clients?fields=summary');
    expect(Object.keys(known as object).toSorted()).toEqual(ids.toSorted());
  }, 180_000);

  it('is refused where something is, and where its arguments are wrong', async () => {
    const env = { OPS_DATA_DIR: dataOf(server) };
    const to = join(place.path, 'two.tar');
    await ops(['backup', '--to', to], env);
    const again = await ops(['backup', `--to=${to}`], env);
    expect([again.code, again.stderr]).toEqual([
      1,
      `ops-server: ${to} is there already; nothing is overwritten\n`,
    ]);
    const over = await ops(['restore', '--from', to], env);
    expect([over.code, over.stderr]).toMatchObject([1, expect.stringContaining('is not empty')]);
    for (const args of [
      ['backup'],
      ['restore'],
      ['backup', '--to', to, '--nonsense'],
      ['backup', 'x', '--to', to],
    ])
      expect((await ops(args, env)).code).toBe(2);
  }, 60_000);

  it('takes the configuration and the files it names with it', async () => {
    await using own = await tempDirectory('backup-config');
    const { path } = own;
    await writeFile(join(path, 'own.toml'), '[server]\nlog_level = "warn"\n', { mode: 0o600 });
    await writeFile(join(path, 'token'), `${TOKEN}\n`, { mode: 0o600 });
    const env = { OPS_DATA_DIR: dataOf(server), OPS_AUTH_TOKEN_FILE: join(path, 'token') };
    const to = join(path, 'b.tar');
    const made = await ops(['backup', '--to', to, '--config', join(path, 'own.toml')], env);
    expect(made.stdout).toContain('configuration/config.toml, configuration/auth_token');
    const data = join(path, 'restored');
    const restored = await ops(['restore', '--from', to, '--data-dir', data]);
    expect(restored.stdout).toContain(`${data}/restored-configuration/config.toml was ${path}/own.toml`);
    expect(await readFile(join(data, 'restored-configuration/auth_token'), 'utf8')).toBe(`${TOKEN}\n`);
  }, 60_000);
});

/** Calls of the system at which it is killed: while databases are copied, the archive is written, flushed and renamed. */
const KILLS = [
  ['pwrite64', 1],
  ['pwrite64', 20],
  ['write', 8],
  ['fsync,fdatasync', 1],
  ['fsync,fdatasync', 3],
  ['rename', 1],
  ['unlink,rmdir', 3],
] as const;

/** strace counts the calls of each thread: with one thread for files their number is that of the program. */
const ONE_THREAD_FOR_FILES = { UV_THREADPOOL_SIZE: '1' };

function killedAt(calls: string, number: number): string[] {
  const what = ['-e', `trace=${calls}`, '-e', `inject=${calls}:signal=SIGKILL:when=${number}`];
  return ['strace', '-f', '-qqq', '-o', '/dev/null', ...what];
}

describe('a backup that is killed', () => {
  it.each(KILLS)(
    'at %s number %d leaves no file that looks whole and is not',
    async (calls, number) => {
      const into = join(place.path, `killed-${calls}-${number}`);
      await mkdir(into);
      const program = await startProgram({
        file: MAIN,
        args: ['backup', '--to', into],
        env: { OPS_DATA_DIR: dataOf(server), ...ONE_THREAD_FOR_FILES },
        prefix: killedAt(calls, number),
      });
      const exit = await program.exited;
      const whole = (await readdir(into)).filter((name) => !name.startsWith('.'));
      for (const name of whole) {
        const data = join(into, `.restored-${name}`);
        const restored = await ops(['restore', '--from', join(into, name), '--data-dir', data]);
        expect(restored.stderr).toBe('');
      }
      expect(exit.signal).toBe('SIGKILL');
      // What comes after the renaming only cleans up.
      expect(whole.length).toBeLessThanOrEqual(calls === 'unlink,rmdir' ? 1 : 0);
      // The next one cleans up behind it.
      const again = await ops(['backup', '--to', into], { OPS_DATA_DIR: dataOf(server) });
      expect(again.stderr).toBe('');
      expect((await readdir(into)).filter((name) => name.endsWith('.partial'))).toEqual([]);
    },
    60_000,
  );
});

describe('a restore that is killed', () => {
  it.each([
    ['write', 8],
    ['fsync,fdatasync', 2],
    ['rename', 1],
  ])(
    'at %s number %d leaves no data directory, and the next one puts it there',
    async (calls, number) => {
      const into = join(place.path, `restore-${calls}-${number}`);
      await mkdir(into);
      const env = { OPS_DATA_DIR: dataOf(server) };
      await ops(['backup', '--to', join(into, 'b.tar')], env);
      const data = join(into, 'data');
      const program = await startProgram({
        file: MAIN,
        args: ['restore', '--from', join(into, 'b.tar'), '--data-dir', data],
        env: ONE_THREAD_FOR_FILES,
        prefix: killedAt(calls, number),
      });
      expect((await program.exited).signal).toBe('SIGKILL');
      expect(await readdir(into)).not.toContain('data');
      const again = await ops(['restore', '--from', join(into, 'b.tar'), '--data-dir', data]);
      expect([again.stderr, (await readdir(into)).toSorted()]).toEqual(['', ['b.tar', 'data']]);
    },
    60_000,
  );
});
