import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startProgram } from '@ops/testkit/child-program.ts';
import { startClient } from '@ops/testkit/start-client.ts';
import type { RunningClient } from '@ops/testkit/start-client.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import type { TempDirectory } from '@ops/testkit/temp-directory.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { opsctl } from './opsctl.ts';
import { testTerminal } from './test-terminal.ts';
import type { TestTerminal } from './test-terminal.ts';

const TOKEN = 'a-token-of-the-test-that-is-long-enough-0123456789';

let temp: TempDirectory;
let server: RunningServer;
let clients: RunningClient[] = [];

beforeAll(async () => {
  temp = await tempDirectory('opsctl');
  server = await startServer({ env: { OPS_AUTH_TOKEN: TOKEN } });
  clients = await Promise.all(
    ['env=prod,n=1', 'env=prod,n=2', 'env=test'].map((labels, index) =>
      startClient({
        server: { port: server.tcpPort },
        env: { OPS_LABELS: labels, ...(index === 2 && { OPS_CLIENT_READONLY: 'true' }) },
      }),
    ),
  );
}, 60_000);

afterAll(async () => {
  for (const client of clients) await client[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await temp.remove();
}, 60_000);

interface Called {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function call(
  args: readonly string[],
  options: { readonly terminal?: TestTerminal; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Called> {
  const { terminal = testTerminal(), env = { OPS_AUTH_TOKEN: TOKEN } } = options;
  const status = await opsctl({
    args,
    terminal,
    env: { OPS_URL: server.url, XDG_CONFIG_HOME: temp.path, ...env },
  });
  return { status, out: terminal.stdout(), err: terminal.stderr() };
}

/** `RULE names RULE output` → names and output of each group. */
const groups = (out: string): (string | undefined)[] =>
  out
    .split('---------------\n')
    .slice(1)
    .map((part) => part.trimEnd());

describe('run', () => {
  it('tells what will happen, how far it is, and shows hosts that ended alike together', async () => {
    const { status, out, err } = await call(['run', '-l', 'env=prod', '--', 'whoami']);
    expect(status).toBe(0);
    expect(groups(out)).toEqual([expect.stringMatching(/^\S+, \S+ \(2\)$/), expect.stringMatching(/^\S+$/)]);
    expect(err).toMatch(/^whoami → 2 hosts: 2 will run\n/);
    expect(err).toMatch(/\n2\/2 {2}2 ok\n/);
  });

  it('ends with 1 when a host failed, and names its exit', async () => {
    const { status, out } = await call(['run', '-l', 'n=1', '--', 'ls', '/does-not-exist']);
    expect(status).toBe(1);
    expect(groups(out)[0]).toMatch(/: Completed exit 2$/);
    expect(out).toContain('/does-not-exist');
  });

  it('ends with 3 when this server or every host refuses', async () => {
    const dangerous = await call(['run', '-l', 'env=prod', '--', 'rm', '-rf', '/']);
    expect(dangerous).toMatchObject({ status: 3, out: '' });
    expect(dangerous.err).toContain('DANGEROUS');
    const readonly = await call(['run', '-l', 'env=test', '--', 'uptime']);
    expect(readonly.status).toBe(3);
    expect(readonly.err).toContain('1 readonly');
    expect((await call(['run', '-l', 'n=1', '--', 'uptime'], { env: {} })).status).toBe(3);
  });

  it('ends with 2 for words it does not understand, and never takes nothing for everything', async () => {
    for (const args of [
      ['run', '--', 'uptime'],
      ['run', '-l', 'a=b', '--all', '--', 'uptime'],
      ['run', '--all', '--', 'uptime'],
      ['run', '-l', 'env=prod'],
      ['run', '-l', 'env=prod', '--timeout', '0', '--', 'uptime'],
      ['run', '-l', 'env in', '--', 'uptime'],
      ['nothing'],
      [],
    ]) {
      expect([args, (await call(args)).status]).toEqual([args, 2]);
    }
    expect((await call(['run', '-l', 'env=nowhere', '--', 'uptime'])).err).toContain('no host matches');
  });

  it('asks a person before it runs on several hosts', async () => {
    const no = testTerminal({ isInputTerminal: true, answers: ['n'] });
    expect((await call(['run', '-l', 'env=prod', '--', 'uptime'], { terminal: no })).status).toBe(1);
    expect(no.stderr()).toContain('Run it? [y/N]');
    const yes = testTerminal({ isInputTerminal: true, isErrorTerminal: true, answers: ['y'] });
    expect((await call(['run', '-l', 'env=prod', '--', 'whoami'], { terminal: yes })).status).toBe(0);
    expect(yes.stderr()).toContain('[########################] 2/2');
  });

  it('prints one object with --json', async () => {
    const { status, out } = await call(['run', '-l', 'n=1', '--json', '--', 'whoami']);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      batch: { state: 'finished', targets: 1, counts: { succeeded: 1 } },
      groups: [{ hosts: 1, exit_code: 0 }],
    });
  });

  it('leaves the batch running when it is interrupted, and tells how to follow and to stop it', async () => {
    const terminal = testTerminal({
      onError: (text, self) => {
        if (text.includes('running')) self.interrupt();
      },
    });
    const { status, err } = await call(['run', '-l', 'n=1', '--', 'top', '-n', '5', '-d', '5'], { terminal });
    expect(status).toBe(130);
    const id = /opsctl cancel (\S+)/.exec(err)?.[1] ?? '';
    expect(err).toContain(`opsctl result --follow ${id}`);
    const follow = call(['result', '--follow', id]);
    expect((await call(['cancel', id])).status).toBe(0);
    expect(await follow).toMatchObject({ status: 1, err: expect.stringContaining('1 cancelled') as unknown });
  });
});

describe('what there is to see', () => {
  it('is hosts by label and state, history, and the result of one command', async () => {
    const hosts = await call(['hosts', '-l', 'env=prod', '--status', 'online']);
    expect(hosts.out.split('\n')).toHaveLength(4);
    expect(hosts.out).toContain('env=prod,n=1');
    expect(JSON.parse((await call(['hosts', '--json'])).out)).toMatchObject({ hosts: { length: 3 } });

    const { out } = await call(['run', '-l', 'n=2', '--json', '--', 'ls', '/etc/hostname', '/missing']);
    const command: unknown = JSON.parse(out);
    const id = JSON.stringify(command).match(/"command_id":"([^"]+)"/)?.[1] ?? '';
    const result = await call(['result', id]);
    expect(result).toMatchObject({ status: 1, out: '/etc/hostname\n' });
    expect(result.err).toContain('/missing');
    expect(result.err).toContain('Completed  exit 2');

    const history = await call(['history', '--search', 'hostname', '-n', '5']);
    expect(history.out).toContain(id);
    expect((await call(['history', '--status', 'odd'])).status).toBe(2);
    expect((await call(['cancel', id])).status).toBe(1);
    expect((await call(['result', '00000000-0000-4000-8000-000000000000'])).status).toBe(1);
  });
});

describe('signing in', () => {
  it('keeps a session that works until logout, in a private file', async () => {
    const env = {};
    expect((await call(['hosts'], { env })).err).toContain('opsctl login');
    const wrong = testTerminal({ input: 'wrong' });
    expect(
      (await call(['login', '-u', 'admin', '--password-file', '-'], { env, terminal: wrong })).status,
    ).toBe(3);
    const typed = testTerminal({ isInputTerminal: true, answers: ['admin', 'admin123'] });
    expect((await call(['login'], { env, terminal: typed })).status).toBe(0);
    expect(typed.stdout() + typed.stderr()).not.toContain('admin123');
    expect((await stat(join(temp.path, 'opsctl', 'session'))).mode & 0o777).toBe(0o600);
    expect((await call(['hosts'], { env })).status).toBe(0);
    expect((await call(['logout'], { env })).status).toBe(0);
    expect((await call(['hosts'], { env })).status).toBe(3);
  });

  it('may be a token in a file only its user can read', async () => {
    const path = join(temp.path, 'token');
    await writeFile(path, `${TOKEN}\n`, { mode: 0o600 });
    expect((await call(['hosts', '--token-file', path], { env: {} })).status).toBe(0);
    await writeFile(join(temp.path, 'open'), TOKEN, { mode: 0o644 });
    const open = await call(['hosts', '--token-file', join(temp.path, 'open')], { env: {} });
    expect(open.status).toBe(2);
    expect(open.err).toContain('chmod 600');
  });

  it.each([
    [['hosts'], { OPS_URL: 'nonsense' }, 'OPS_URL: "nonsense" is no address such as http://127.0.0.1:3000'],
    [['hosts', '--server', 'ftp://x'], {}, '--server: "ftp://x" is no address such as http://127.0.0.1:3000'],
    [['hosts'], { OPS_AUTH_TOKEN_FILE: '/none' }, 'OPS_AUTH_TOKEN_FILE: /none does not exist'],
    [['hosts', '--token-file', '/none'], {}, '--token-file: /none does not exist'],
    [['hosts', '--ca', '/none'], {}, '--ca /none does not exist'],
    [['--server', 'x', 'hosts'], {}, 'option "--server" stands behind the command'],
  ])('%j with %j is a mistake that is told with its place', async (args, env, expected) => {
    const { status, err } = await call(args, { env });
    expect([status, err]).toEqual([2, `opsctl: ${expected} (--help lists what there is)\n`]);
  });
});

describe('the program', () => {
  it('ends as a shell expects it, by the launcher', async () => {
    const env = { HOME: temp.path, OPS_URL: 'http://127.0.0.1:9' };
    const gone = await startProgram({ file: 'bin/opsctl', args: ['hosts'], env });
    expect(await gone.exited).toEqual({ code: 1, signal: null });
    expect(gone.lines.join('\n')).toMatch(/^opsctl: http:\/\/127\.0\.0\.1:9: /m);
    const version = await startProgram({ file: 'bin/opsctl', args: ['--version'], env });
    expect(await version.exited).toEqual({ code: 0, signal: null });
    expect(version.lines).toEqual([expect.stringMatching(/^opsctl \d+\.\d+\.\d+$/)]);
  });
});
