/** deploy/scripts/app-template.sh as it is used: by hand, and by the real client when somebody asks the server. */
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startProgram } from '@ops/testkit/child-program.ts';
import { startClient } from '@ops/testkit/start-client.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';
import { describe, expect, it, onTestFinished } from 'vitest';

import { appScript } from '../../scripts/app-script.ts';

const LIVES = 'exec sleep 300';
const IGNORES_TERM = 'trap "" TERM; while :; do sleep 0.1; done';
const TOKEN = 'token-for-scripts-0123456789abcdef';

/** The service is a file beside VERSION; a version is what its fetching writes. */
const FUNCTIONS = `
run_service() { exec ./service; }
fetch_version() {
  case $1 in half*) echo part >"$2/part"; false; echo "not reached" ;; esac
  printf '#!/bin/bash\\nexec sleep 300\\n' >"$2/service"
  chmod 755 "$2/service"
  case $1 in *branch*) echo main >"$2/BRANCH"; echo abc123 >"$2/COMMIT" ;; esac
}
`;

interface Called {
  readonly code: number;
  readonly out: string;
}

interface Place {
  readonly directory: string;
  readonly call: (...args: readonly string[]) => Promise<Called>;
  readonly file: (name: string) => string | undefined;
  readonly pid: () => number;
}

function layOut(base: string, service: string): string {
  const directory = join(base, 'demo');
  mkdirSync(directory, { mode: 0o755 });
  const script = appScript(FUNCTIONS).replace('STOP_SECS=20', 'STOP_SECS=1');
  writeFileSync(join(directory, 'demo.sh'), script, { mode: 0o755 });
  writeFileSync(join(directory, 'service'), `#!/bin/bash\n${service}\n`, { mode: 0o755 });
  writeFileSync(join(directory, 'VERSION'), 'v1\n');
  return directory;
}

function calls(directory: string): Place['call'] {
  return (...args) =>
    new Promise((resolve) => {
      const env = { PATH: '/usr/bin:/bin' };
      execFile(join(directory, 'demo.sh'), [...args], { env }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, out: stdout + stderr }),
      );
    });
}

async function place(service = LIVES): Promise<Place> {
  const temp = await tempDirectory('template');
  onTestFinished(() => temp.remove());
  const directory = layOut(temp.path, service);
  const call = calls(directory);
  onTestFinished(async () => void (await call('stop')));
  const file: Place['file'] = (name) =>
    existsSync(join(directory, name)) ? readFileSync(join(directory, name), 'utf8') : undefined;
  return { directory, call, file, pid: () => Number(file('demo.pid')) };
}

function stateOf(pid: number): string {
  try {
    return /\) (.) /.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1] ?? '';
  } catch {
    return '';
  }
}

const isAlive = (pid: number): boolean => !['', 'Z', 'X'].includes(stateOf(pid));

/** A process of somebody else. */
async function stranger(env: Readonly<Record<string, string>> = {}): Promise<number> {
  const program = await startProgram({ file: '/bin/sleep', args: ['300'], env });
  onTestFinished(async () => void (await program.kill9()));
  return program.pid;
}

describe('the script of an application', () => {
  it('starts once, stops once, and says each time what is true', async () => {
    const { call, pid, file, directory } = await place();
    expect(await call('status')).toEqual({ code: 3, out: 'demo is stopped, version v1\n' });
    expect(await call('stop')).toEqual({ code: 0, out: 'demo is not running\n' });
    const start = await call('start');
    const first = pid();
    expect(start).toEqual({ code: 0, out: `demo is running as process ${first}, version v1\n` });
    expect(await readFile(`/proc/${first}/environ`, 'utf8')).toContain('OPS_APP_NAME=demo\0');
    expect(await call('start')).toEqual({ code: 0, out: `demo is already running as process ${first}\n` });
    expect((await call('status')).code).toBe(0);
    expect((await call('restart')).code).toBe(0);
    const second = pid();
    expect([second === first, isAlive(first), isAlive(second)]).toEqual([false, false, true]);
    expect(await call('stop')).toEqual({ code: 0, out: `demo has stopped (it was process ${second})\n` });
    expect([isAlive(second), file('demo.pid')]).toEqual([false, undefined]);
    expect((await call('stop')).code).toBe(0);
    expect(readdirSync(directory).toSorted()).toEqual(['VERSION', 'demo.log', 'demo.sh', 'service']);
  });

  it('starts one process however many ask for it at once', async () => {
    const { call, pid } = await place();
    const starts = await Promise.all([call('start'), call('start'), call('start')]);
    expect(starts.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(starts.filter(({ out }) => out.includes('already running'))).toHaveLength(2);
    expect(starts.every(({ out }) => out.includes(` process ${pid()}`))).toBe(true);
  });

  it('takes no notice of a lock whose holder is gone', async () => {
    const { call, directory } = await place();
    writeFileSync(join(directory, '.demo.lock'), '4194304 1\n');
    expect((await call('start')).code).toBe(0);
  });

  it.each([
    [
      'ended long ago',
      '4194304\n',
      /^process 4194304 has ended and left demo\.pid; the pid file is removed\n/,
    ],
    ['is no number', '12 34\n', /^demo\.pid holds no process number; /],
    ['is init', '1\n', /^demo\.pid holds no process number; /],
    ['is nothing', '', /^demo\.pid holds no process number; /],
  ])('starts beside a pid file of what %s', async (_what, text, expected) => {
    const { call, directory, pid } = await place();
    writeFileSync(join(directory, 'demo.pid'), text);
    expect((await call('status')).code).toBe(1);
    const start = await call('start');
    expect(start.out).toMatch(expected);
    expect([start.code, isAlive(pid())]).toEqual([0, true]);
  });

  it.each([
    ['nobody', {}],
    ['another application', { OPS_APP_NAME: 'other' }],
  ])('never ends a process of %s, whatever the pid file says', async (_what, env) => {
    const { call, directory, file } = await place();
    const other = await stranger(env);
    writeFileSync(join(directory, 'demo.pid'), `${other}\n`);
    const text = `demo.pid names process ${other}, which is another program`;
    expect(await call('status')).toEqual({ code: 1, out: `demo is stopped, version v1: ${text}\n` });
    expect(await call('stop')).toEqual({ code: 0, out: `demo is not running: ${text}\n` });
    expect([isAlive(other), file('demo.pid')]).toEqual([true, undefined]);
  });

  it('does not follow a link that lies where its pid file should', async () => {
    const { call, directory } = await place();
    symlinkSync('/etc/hostname', join(directory, 'demo.pid'));
    expect((await call('status')).out).toContain('demo.pid is not a regular file');
    expect((await call('start')).code).toBe(0);
    expect(existsSync('/etc/hostname')).toBe(true);
  });

  it('knows its process when that has rewritten its environment', async () => {
    const { call, pid, directory } = await place('exec env -i sleep 300');
    expect((await call('start')).code).toBe(0);
    const own = pid();
    expect((await call('status')).code).toBe(0);
    // The number alone says nothing: with another start it is another process.
    const started = join(directory, '.demo.started');
    const noted = readFileSync(started, 'utf8');
    writeFileSync(started, `${own} 1\n`);
    expect((await call('status')).code).toBe(1);
    writeFileSync(started, noted);
    expect((await call('stop')).code).toBe(0);
    expect(isAlive(own)).toBe(false);
  });

  it('kills what does not end, with all that it has started', async () => {
    const { call, pid, directory } = await place(`(${IGNORES_TERM}) & echo $! >child; ${IGNORES_TERM}`);
    expect((await call('start')).code).toBe(0);
    const [parent, child] = [pid(), Number(readFileSync(join(directory, 'child'), 'utf8'))];
    const stop = await call('stop');
    expect(stop).toEqual({
      code: 0,
      out: `process ${parent} did not end within 1 s: it is killed\ndemo has stopped (it was process ${parent})\n`,
    });
    expect([isAlive(parent), isAlive(child)]).toEqual([false, false]);
  });

  it('says that a service which ends at once has not started, and why', async () => {
    const { call, file } = await place('echo "no such database"; exit 7');
    const start = await call('start');
    expect(start.code).toBe(1);
    expect(start.out).toContain('no such database\ndemo: not started: it ended at once with status 7\n');
    expect(file('demo.pid')).toBeUndefined();
    expect((await call('status')).code).toBe(3);
  });

  it.each([
    [[]],
    [['sing']],
    [['start', 'now']],
    [['update']],
    [['update', '../v2']],
    [['update', 'v2', 'v3']],
  ])('answers %j with its usage and 2', async (args) => {
    const { call } = await place();
    expect(await call(...args)).toEqual({
      code: 2,
      out: 'Usage: demo.sh start|stop|restart|status|update VERSION\n',
    });
  });
});

describe('an update', () => {
  it('exchanges the version and what is known of it, and runs after a restart', async () => {
    const { call, file, directory, pid } = await place();
    await call('start');
    const update = await call('update', 'v2-branch');
    expect(update).toEqual({
      code: 0,
      out: 'Getting demo v2-branch\ndemo is now v2-branch, as soon as it is restarted\n',
    });
    expect([file('VERSION'), file('BRANCH'), file('COMMIT')]).toEqual(['v2-branch\n', 'main\n', 'abc123\n']);
    await call('restart');
    expect(await call('update', 'v3')).toMatchObject({ code: 0 });
    // Of v3 nobody knows a commit: that of v2 is not told of it.
    expect([file('VERSION'), file('BRANCH'), file('COMMIT')]).toEqual(['v3\n', undefined, undefined]);
    await call('update', 'v4');
    // The one that runs, the one before, and the new one.
    const kept = readdirSync(join(directory, 'releases')).map((name) => name.split('.')[0] ?? '');
    expect(kept.toSorted()).toEqual(['v2-branch', 'v3', 'v4']);
    await call('restart');
    expect(isAlive(pid())).toBe(true);
    await call('update', 'v5');
    expect(readdirSync(join(directory, 'releases'))).toHaveLength(2);
  });

  it('that fails half-way leaves the version before, and nothing else', async () => {
    const { call, file, directory } = await place();
    await call('update', 'v2-branch');
    const before = readdirSync(directory);
    const update = await call('update', 'half');
    expect(update.code).toBe(1);
    expect(update.out).toContain('not updated: getting half failed with status 1; v2-branch stays');
    expect(update.out).not.toContain('not reached');
    expect([file('VERSION'), file('COMMIT')]).toEqual(['v2-branch\n', 'abc123\n']);
    expect(readdirSync(directory)).toEqual(before);
    expect(readdirSync(join(directory, 'releases'))).toHaveLength(1);
    expect((await call('start')).code).toBe(0);
  });

  it('exchanges nothing where VERSION cannot be exchanged', async () => {
    const { call, file, directory } = await place();
    await call('update', 'v2-branch');
    rmSync(join(directory, 'VERSION'));
    mkdirSync(join(directory, 'VERSION'));
    const before = readlinkSync(join(directory, 'current'));
    const update = await call('update', 'v3');
    expect(update).toEqual({ code: 1, out: 'demo: not updated: VERSION is a directory\n' });
    expect([readlinkSync(join(directory, 'current')), file('COMMIT')]).toEqual([before, 'abc123\n']);
    expect(readdirSync(join(directory, 'releases'))).toHaveLength(1);
  });

  it('is refused by a template in which nobody has written how', async () => {
    const { call, directory, file } = await place();
    rmSync(join(directory, 'demo.sh'));
    const template = readFileSync('deploy/scripts/app-template.sh');
    writeFileSync(join(directory, 'demo.sh'), template, { mode: 0o755 });
    const update = await call('update', 'v2');
    expect(update.code).toBe(1);
    expect(update.out).toContain('fetch_version is not written yet');
    expect(file('VERSION')).toBe('v1\n');
  });
});

it('does what the console asks for, and the client finds it true', async () => {
  await using server = await startServer({ env: { OPS_AUTH_TOKEN: TOKEN } });
  await using client = await startClient({ server: { port: server.tcpPort } });
  const directory = layOut(join(client.directory, 'apps'), LIVES);
  // Before its directory goes with the client's.
  await using after = new AsyncDisposableStack();
  after.defer(async () => void (await calls(directory)('stop')));
  const id = readFileSync(join(client.directory, 'client_id.txt'), 'utf8').trim();
  const ask = async (path: string, body?: object): Promise<Record<string, unknown>> => {
    const headers = { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' };
    const post = body && { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(server.url + path, { headers, ...post });
    return (await response.json()) as Record<string, unknown>;
  };
  await until(async () => JSON.stringify(await ask('/api/apps')).includes('"demo"'), {
    within: 10_000,
    what: 'the application to be seen',
  });

  async function act(path: string, body: object): Promise<unknown> {
    const { command_id: command } = await ask(path, { client_id: id, app_name: 'demo', ...body });
    return until(
      async () => {
        const result = await ask(`/api/command-result?command_id=${String(command)}`);
        return Object.values(result).find(
          (entry) => Object(entry).finished_at_ms ?? Object(entry).duration_ms,
        );
      },
      { within: 30_000, what: 'the action to end' },
    );
  }
  const service = (action: string): Promise<unknown> => act('/api/manage-service', { action });

  expect(await service('Start')).toMatchObject({ exit_code: 0 });
  const pid = Number(readFileSync(join(directory, 'demo.pid'), 'utf8'));
  expect(await act('/api/update-app', { version: 'v2-branch' })).toMatchObject({ exit_code: 0 });
  expect(await act('/api/update-app', { version: 'half' })).toMatchObject({ exit_code: 1 });
  expect(await service('Restart')).toMatchObject({ exit_code: 0 });
  expect(isAlive(pid)).toBe(false);
  const app = await until(
    async () =>
      Object(await ask('/api/apps'))['client_apps'][id].apps.find(
        (each: object) => Object(each).service_status === 'Running' && Object(each).version === 'v2-branch',
      ),
    { within: 10_000, what: 'what is true to be shown' },
  );
  expect(app).toMatchObject({ branch: 'main', commit: 'abc123' });
  expect(app.notes).toBeUndefined();
  expect(await service('Stop')).toMatchObject({ exit_code: 0 });
  expect(await service('Start')).toMatchObject({ exit_code: 0 });
  await client.program.stop();
  expect((await calls(directory)('status')).code).toBe(0);
}, 90_000);
