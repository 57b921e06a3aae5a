/** The scripts of deploy/scripts, run as a person or cron runs them, against real programs. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { repositoryRoot } from '@ops/testkit/child-program.ts';
import { startClient } from '@ops/testkit/start-client.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import type { TempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const TOKEN = 'token-for-scripts-0123456789abcdef';
const SECRET = 'a secret of the server, long enough to be one';

interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

let place: TempDirectory;
let server: RunningServer;
const at = (...names: string[]): string => join(place.path, ...names);

async function script(
  name: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  const file = join(repositoryRoot, 'deploy/scripts', name);
  const path = `${at('bin')}:${process.env['PATH']}`;
  try {
    const { stdout, stderr } = await run(file, [...args], { env: { PATH: path, HOME: place.path, ...env } });
    return { status: 0, out: stdout, err: stderr };
  } catch (cause) {
    const { code, stdout, stderr } = cause as { code: number; stdout: string; stderr: string };
    return { status: code, out: stdout, err: stderr };
  }
}

/** A program of this name, found first by the scripts. */
async function standIn(name: string, lines: readonly string[]): Promise<void> {
  await mkdir(at('bin'), { recursive: true });
  await writeFile(at('bin', name), ['#!/bin/bash', ...lines, ''].join('\n'));
  await chmod(at('bin', name), 0o755);
}

async function ask(path: string, body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(server.url + path, {
    headers: { authorization: `Bearer ${TOKEN}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
}

beforeAll(async () => {
  place = await tempDirectory('scripts');
  await mkdir(at('run-these'), { mode: 0o755 });
  await chmod(place.path, 0o755);
  await writeFile(at('run-these/slow.sh'), 'sleep 60\n', { mode: 0o644 });
  server = await startServer({
    secret: SECRET,
    env: { OPS_AUTH_TOKEN: TOKEN, OPS_ALLOWED_SCRIPT_DIRS: at('run-these') },
  });
  await writeFile(at('token'), `${TOKEN}\n`, { mode: 0o600 });
  await writeFile(at('secret'), `${SECRET}\n`, { mode: 0o600 });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await place.remove();
});

/** Of monitor.sh, for the server of the test. */
function watching(...more: string[]): string[] {
  return ['--token-file', at('token'), '--url', server.url, ...more];
}

describe('monitor.sh', () => {
  it('tells that all is well, or that clients are too few', async () => {
    const few = await script('monitor.sh', watching());
    expect(few).toMatchObject({ status: 1, out: expect.stringContaining('Warning: fewer than 1 clients') });
    await using client = await startClient({ server: { port: server.tcpPort }, secret: SECRET });
    expect(client.program.isRunning).toBe(true);
    const well = await script('monitor.sh', watching());
    expect([well.status, well.out]).toEqual([0, 'Server health: OK\nConnected clients: 1\n']);
    expect((await script('monitor.sh', watching('--min-clients', '2'))).status).toBe(1);
  });

  it('tells that the server does not answer', async () => {
    const none = await script('monitor.sh', ['--token-file', at('token'), '--url', 'http://127.0.0.1:1']);
    expect([none.status, none.out]).toEqual([2, 'Server health: FAILED (no answer)\n']);
  });

  it('tells what it cannot tell', async () => {
    await writeFile(at('wrong'), 'not-the-token-0123456789\n');
    const refused = await script('monitor.sh', ['--token-file', at('wrong'), '--url', server.url]);
    expect([refused.status, refused.out]).toEqual([
      3,
      'Server health: OK\nConnected clients: unknown (unauthenticated)\n',
    ]);
    await writeFile(at('hostile'), 'x"\nurl = "http://127.0.0.1:1/"\n');
    for (const wrong of [
      [],
      ['--token-file', '/nonexistent'],
      watching('--min-clients', 'x'),
      ['--token-file', at('hostile')],
      watching('--nonsense', 'x'),
    ])
      expect((await script('monitor.sh', wrong)).status).toBe(3);
  });
});

describe('deploy-client.sh', () => {
  const DEPLOYED = 'deployed';

  it('starts clients with the secret from a file, and names the hosts where it failed', async () => {
    // What it is asked, then what the host would do.
    await standIn('ssh', [
      `printf '%s\\n' "$@" >>'${at('ssh.args')}'`,
      'while [ "$1" != -- ]; do shift; done',
      '[ "$2" != away.example.com ] || { echo "connect to host: timed out" >&2; exit 255; }',
      'exec /bin/sh -c "$3"',
    ]);
    await mkdir(at(DEPLOYED));
    // The program of the host, with the files of this test.
    await writeFile(
      at('client'),
      [
        '#!/bin/sh',
        `export HOME='${at(DEPLOYED)}' OPS_CLIENT_ID_FILE='${at(DEPLOYED, 'id')}' OPS_CLIENT_DATA_DIR='${at(DEPLOYED, 'data')}'`,
        `export OPS_LOG_DIR='${at(DEPLOYED, 'logs')}' OPS_COMMAND_LOG_FILE='${at(DEPLOYED, 'commands.log')}' OPS_APPS_BASE_DIR='${at(DEPLOYED)}'`,
        `exec '${join(repositoryRoot, 'node_modules/.bin/node')}' '${join(repositoryRoot, 'packages/client/src/main.ts')}'`,
      ].join('\n'),
      { mode: 0o755 },
    );
    const evil = '-oProxyCommand=touch${IFS}/tmp/ops-evil';
    await writeFile(
      at('hosts'),
      `# of the test\nops@one.example.com   # the first\n\n${evil}\naway.example.com\n$(id)`,
    );
    const args = [
      '--server',
      `127.0.0.1:${server.tcpPort}`,
      '--secret-file',
      at('secret'),
      '--hosts',
      at('hosts'),
    ];
    const where = ['--program', at('client'), '--directory', at(DEPLOYED)];
    const done = await script('deploy-client.sh', [...args, ...where]);
    try {
      expect(done.out).toBe('ops@one.example.com: started\n');
      expect(done.err).toContain(`${evil}: not a name of a host`);
      expect(done.err).toContain('away.example.com: failed: connect to host: timed out');
      expect(done.err).toContain('$(id): not a name of a host');
      expect(done.status).toBe(1);
      await until(async () => (await ask('/api/clients?fields=summary&status=online&limit=1'))['counts'], {
        what: 'an answer',
      });
      await until(
        async () => {
          const { counts } = (await ask('/api/clients?fields=summary')) as { counts: { online: number } };
          return counts.online === 1;
        },
        { within: 20_000, what: 'the client to be online' },
      );
      const asked = await readFile(at('ssh.args'), 'utf8');
      expect(asked).not.toContain(SECRET);
      expect(asked).not.toContain('ProxyCommand');
      expect((await stat(at(DEPLOYED, 'secret'))).mode & 0o777).toBe(0o600);

      await writeFile(at('hosts'), 'ops@one.example.com');
      expect(await script('deploy-client.sh', [...args, ...where])).toMatchObject({
        status: 0,
        out: 'ops@one.example.com: runs already\n',
      });
    } finally {
      const pid = Number(await readFile(at(DEPLOYED, 'ops-client.pid'), 'utf8'));
      process.kill(pid, 'SIGTERM');
      await until(
        () => {
          try {
            process.kill(pid, 0);
            return false;
          } catch {
            return true;
          }
        },
        { within: 20_000, what: 'the client to end' },
      );
    }
  }, 90_000);

  it('takes nothing that could become a command of another host', async () => {
    const good = { '--server': 'ops.example.com', '--secret-file': at('secret'), '--hosts': at('token') };
    await writeFile(at('open-secret'), SECRET, { mode: 0o644 });
    for (const wrong of [
      { '--server': 'ops;id' },
      { '--server': '-x' },
      { '--server': 'ops:1x' },
      { '--program': '/opt/$(id)' },
      { '--directory': 'etc' },
      { '--secret-file': '/nonexistent' },
      { '--secret-file': at('open-secret') },
      { '--hosts': '/nonexistent' },
      { '--nonsense': 'x' },
    ])
      expect([
        wrong,
        (await script('deploy-client.sh', Object.entries({ ...good, ...wrong }).flat())).status,
      ]).toEqual([wrong, 2]);
  });
});

describe('maintenance.sh', () => {
  it('removes old logs of ours and nothing else', async () => {
    const logs = at('logs');
    await mkdir(logs);
    const names = [
      'ops-server.log.2026-01-01',
      'web.log.2026-01-01.2',
      'ops-server.log.2026-11-28',
      'notes.log.txt',
      'keep.me',
    ];
    for (const name of names) await writeFile(join(logs, name), 'x');
    const long = new Date(Date.now() - 40 * 86_400_000);
    for (const name of names.filter((one) => !one.includes('11-28')))
      await utimes(join(logs, name), long, long);
    expect(await script('maintenance.sh', ['--log-dir', logs, '--days', '30'])).toMatchObject({ status: 0 });
    expect((await readdir(logs)).toSorted()).toEqual([
      'keep.me',
      'notes.log.txt',
      'ops-server.log.2026-11-28',
    ]);
    for (const wrong of [
      [],
      ['--log-dir', 'logs'],
      ['--log-dir', logs, '--days', '-1'],
      ['--log-dir', logs, '--service', '-x'],
    ])
      expect((await script('maintenance.sh', wrong)).status).toBe(2);
  });

  it('restarts a client that is idle, and never one in the middle of a command', async () => {
    const env = { OPS_ALLOWED_SCRIPT_DIRS: at('run-these') };
    await using client = await startClient({ server: { port: server.tcpPort }, secret: SECRET, env });
    const { pid } = client.program;
    await standIn('systemctl', [
      `echo "$*" >>'${at('systemctl.args')}'`,
      `case $1 in show) echo ${pid} ;; restart) kill -TERM ${pid}; kill -CONT ${pid} ;; esac`,
    ]);
    const clientId = (await readFile(join(client.directory, 'client_id.txt'), 'utf8')).trim();
    const sent = await ask('/api/send-command', { client_id: clientId, command: at('run-these/slow.sh') });
    const result = (): Promise<Record<string, unknown>> =>
      ask(`/api/command-result?command_id=${String(sent['command_id'])}`);
    await until(async () => 'Executing' in (await result()), { within: 20_000, what: 'the command to run' });
    const args = ['--log-dir', client.directory, '--restart-days', '0'];
    const busy = await script('maintenance.sh', args);
    expect([busy.status, busy.out]).toEqual([3, `ops-client (pid ${pid}) is at work: not restarted\n`]);
    expect(await readFile(at('systemctl.args'), 'utf8')).not.toContain('restart');
    // It was not harmed, and goes on.
    await ask('/api/cancel-command', { command_id: sent['command_id'] });
    await until(async () => 'Cancelled' in (await result()), {
      within: 20_000,
      what: 'the command to be cancelled',
    });
    expect(
      (await script('maintenance.sh', ['--log-dir', client.directory, '--restart-days', '1'])).status,
    ).toBe(0);
    expect(client.program.isRunning).toBe(true);

    const idle = await script('maintenance.sh', args);
    expect([idle.status, idle.out]).toEqual([0, `ops-client (pid ${pid}) is restarted after 0 days\n`]);
    expect((await client.program.exited).code).toBe(0);
    expect(await readFile(at('systemctl.args'), 'utf8')).toContain('restart -- ops-client');
  }, 90_000);
});

describe('backup.sh', () => {
  it('keeps the newest, and removes nothing when it fails', async () => {
    const to = at('backups');
    await mkdir(to);
    for (const day of ['01', '02', '03'])
      await writeFile(join(to, `ops-backup-202601${day}-000000.tar`), 'x');
    await writeFile(join(to, 'mine.tar'), 'x');
    const env = { OPS_DATA_DIR: join(server.directory, 'data') };
    const args = ['--to', to, '--keep', '2', '--program', join(repositoryRoot, 'bin/ops-server')];
    const failed = await script('backup.sh', args, { OPS_DATA_DIR: at('nothing') });
    expect([failed.status, (await readdir(to)).length]).toEqual([1, 4]);
    const done = await script('backup.sh', args, env);
    expect([done.err, done.status]).toEqual(['', 0]);
    const left = (await readdir(to)).toSorted();
    expect(left).toEqual([
      'mine.tar',
      'ops-backup-20260103-000000.tar',
      expect.stringMatching(/^ops-backup-20\d{6}-\d{6}\.tar$/),
    ]);
    for (const wrong of [[], ['--to', 'backups'], ['--to', to, '--keep', '0']])
      expect((await script('backup.sh', wrong)).status).toBe(2);
  }, 60_000);
});
