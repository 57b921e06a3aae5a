/** `npm start` as a whole: this host, live, with applications to try; and nothing of it is left after Ctrl-C. */
import { mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startProgram } from '@ops/testkit/child-program.ts';
import type { RunningProgram } from '@ops/testkit/child-program.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';
import { expect, it, onTestFinished } from 'vitest';

const TOKEN = 'token-for-scripts-0123456789abcdef';
const LIVE = { within: 10_000, what: 'this host to be live within 10 s' };

/** Removed when what runs in it has ended. */
async function place(): Promise<string> {
  const temp = await tempDirectory('start');
  onTestFinished(() => temp.remove());
  return temp.path;
}

interface Started {
  readonly program: RunningProgram;
  readonly url: string;
  readonly ask: (path: string, body?: object) => Promise<Record<string, unknown>>;
  /** `name: status version notes` */
  readonly apps: () => Promise<readonly string[]>;
  readonly clientId: () => Promise<string | undefined>;
}

async function npmStart(folder: string, env: Readonly<Record<string, string>> = {}): Promise<Started> {
  const program = await startProgram({
    file: 'scripts/start.ts',
    cwd: folder,
    env: {
      HOME: folder,
      OPS_HTTP_PORT: '0',
      OPS_TCP_PORT: '0',
      OPS_AUTH_TOKEN: TOKEN,
      OPS_CLIENT_ID_FILE: join(folder, 'client_id.txt'),
      OPS_CLIENT_DATA_DIR: join(folder, 'client-data'),
      ...env,
    },
  });
  onTestFinished(async () => {
    if (program.isRunning) program.signal('SIGTERM');
    await program.exited;
  });
  const [, url = ''] = await program.line(/^ops-server listening http=\d+ tcp=\d+ url=(\S+)$/, {
    within: 60_000,
  });
  const ask: Started['ask'] = async (path, body) => {
    const headers = { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' };
    const response = await fetch(`${url}${path}`, {
      headers,
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    return (await response.json()) as Record<string, unknown>;
  };
  return {
    program,
    url,
    ask,
    async apps() {
      const { client_apps: all } = await ask('/api/apps');
      const [mine] = Object.values(Object(all)) as { apps: Record<string, unknown>[] }[];
      return (mine?.apps ?? []).map(({ name, service_status: status, version, notes = '' }) =>
        [`${String(name)}:`, status, version, notes].join(' ').trim(),
      );
    },
    async clientId() {
      const { clients } = await ask('/api/clients?status=online');
      return Object.keys(Object(clients))[0];
    },
  };
}

async function ctrlC({ program, url }: Started): Promise<void> {
  program.signal('SIGINT');
  expect(await program.exited).toEqual({ code: 0, signal: null });
  await expect(fetch(`${url}/health`)).rejects.toThrow('fetch failed');
}

/** Processes that work in this folder or have it in their environment: their directory and command line. */
async function leftIn(folder: string): Promise<readonly string[]> {
  const left: string[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    const own = `/proc/${pid}`;
    const [cwd, line, environment] = await Promise.all([
      readlink(`${own}/cwd`).catch(() => ''),
      readFile(`${own}/cmdline`, 'latin1').catch(() => ''),
      readFile(`${own}/environ`, 'latin1').catch(() => ''),
    ]);
    if (`${cwd} ${line} ${environment}`.includes(folder)) left.push(`${cwd} ${line.replaceAll('\0', ' ')}`);
  }
  return left;
}

async function shown(started: Started, expected: readonly string[]): Promise<void> {
  await until(async () => (await started.apps()).join('\n') === expected.join('\n'), {
    within: 20_000,
    what: expected.join(', '),
  });
}

const SERVICE = /\/sample-apps\/\S*\/bin\/([a-z-]+) $/;

it('shows this host live, with sample applications to try, and leaves nothing running after Ctrl-C', async () => {
  const folder = await place();
  const first = await npmStart(folder);
  const id = await until(() => first.clientId(), LIVE);
  expect((await fetch(`${first.url}/`)).status).toBe(200);
  await shown(first, [
    'hello-web: Running v1.0.0',
    'mail-queue: Running v1.1.0 not_restarted',
    'report-worker: Stopped v1.0.0',
  ]);

  // Whatever somebody does with them: what runs in the end is stopped.
  const act = (path: string, body: object): Promise<unknown> => first.ask(path, { client_id: id, ...body });
  await act('/api/manage-service', { app_name: 'report-worker', action: 'Start' });
  await act('/api/update-app', { app_name: 'hello-web', version: 'v2.0.0-broken' });
  await act('/api/update-app', { app_name: 'mail-queue', version: 'v3-missing' });
  await shown(first, [
    'hello-web: Running v2.0.0-broken not_restarted',
    'mail-queue: Running v1.1.0 not_restarted',
    'report-worker: Running v1.0.0',
  ]);
  const services = (await leftIn(folder)).map((line) => SERVICE.exec(line)?.[1]);
  expect(services.filter((name) => name !== undefined).toSorted()).toEqual([
    'hello-web',
    'mail-queue',
    'report-worker',
  ]);
  await ctrlC(first);
  expect(await leftIn(folder)).toEqual([]);

  // The next time they are as they were left; a version that is out of order starts, and ends by itself.
  const again = await npmStart(folder);
  await until(() => again.clientId(), LIVE);
  await shown(again, [
    'hello-web: Stopped v2.0.0-broken stale_pid',
    'mail-queue: Running v1.1.0',
    'report-worker: Stopped v1.0.0',
  ]);
  await ctrlC(again);
  expect(await leftIn(folder)).toEqual([]);
}, 120_000);

it('ends in order while the samples are being laid out', async () => {
  const folder = await place();
  const started = await npmStart(folder);
  await ctrlC(started);
  expect(await leftIn(folder)).toEqual([]);
}, 60_000);

it('leaves the applications alone where somebody has configured his own', async () => {
  const folder = await place();
  await mkdir(join(folder, 'mine/shop'), { recursive: true });
  await writeFile(join(folder, 'mine/shop/VERSION'), 'v7\n');
  const started = await npmStart(folder, { OPS_APPS_BASE_DIR: join(folder, 'mine') });
  await until(() => started.clientId(), LIVE);
  await until(async () => (await started.apps()).join() === 'shop: Stopped v7', {
    within: 10_000,
    what: 'the application of his own',
  });
  await ctrlC(started);
  expect(await readdir(join(folder, 'client-data'))).not.toContain('sample-apps');
}, 60_000);
