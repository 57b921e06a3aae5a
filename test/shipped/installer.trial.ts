/**
 * "Add host" with nothing but what was built: the single file of the server hands out the installer and the archive of
 * the client, and the very command of the console, pasted by a user who is not root, brings the host in and out again.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { EnrolmentFacts } from '@ops/protocol/http/enrolment.ts';
import { signInAsAdmin } from '@ops/testkit/admin-session.ts';
import type { AdminSession } from '@ops/testkit/admin-session.ts';
import { giveToNotRoot, NOT_ROOT } from '@ops/testkit/client-archive.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { until } from '@ops/testkit/until.ts';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';

import { installCommands } from '../../packages/web/src/pages/add-host/install-command.ts';
import type { InstallCommands } from '../../packages/web/src/pages/add-host/install-command.ts';
import { ROOT } from '../source-files.ts';

const DIST = join(ROOT, 'dist');
const SECRET = 'a-secret-of-the-trial-that-is-long-enough';

let server: RunningServer;
let admin: AdminSession;

beforeAll(async () => {
  server = await startServer({
    file: join(DIST, 'ops-server'),
    secret: SECRET,
    env: { OPS_CLIENT_FILES_DIR: DIST, PATH: '/usr/bin:/bin' },
  });
  admin = await signInAsAdmin(server.url);
});
afterAll(() => server[Symbol.asyncDispose]());

/** A home as a new user has it. */
async function scratchHome(): Promise<string> {
  const directory = await tempDirectory('home');
  onTestFinished(() => directory.remove());
  await giveToNotRoot(directory.path);
  await chmod(directory.path, 0o700);
  for (const name of ['tmp', '.local', '.local/share']) {
    await mkdir(join(directory.path, name), { mode: 0o700 });
    await giveToNotRoot(join(directory.path, name));
  }
  return realpath(directory.path);
}

/** As typed into a terminal of that user. */
async function paste(home: string, command: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)('/bin/sh', ['-c', command], {
    cwd: home,
    env: { PATH: '/usr/bin:/bin', HOME: home, TMPDIR: join(home, 'tmp'), LANG: 'C' },
    ...NOT_ROOT,
  });
  return stdout + stderr;
}

async function commands(): Promise<InstallCommands> {
  const { body } = await admin.ask('GET', '/api/enrolment');
  const { port } = new URL(server.url);
  return installCommands({
    way: 'linux',
    rights: 'monitor',
    root: false,
    host: '127.0.0.1',
    protocol: 'http:',
    httpPort: port,
    token: (await admin.token()).token,
    // What a server says of itself is checked by its own tests.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    facts: body as unknown as EnrolmentFacts,
  })!;
}

const below = async (home: string): Promise<string[]> =>
  (await readdir(home, { recursive: true })).filter((path) => !/^tmp(\/|$)/.test(path)).toSorted();

it('the command of the console brings a host in, which shows itself and obeys nobody, and takes it away', async () => {
  const home = await scratchHome();
  const before = await below(home);
  const { install, uninstall } = await commands();
  const place = join(home, '.local/share/ops-client');
  onTestFinished(async () => {
    if (existsSync(join(place, 'program'))) await paste(home, uninstall);
  });

  expect(await paste(home, install)).toMatch(/This host is enrolled: client id/);
  const id = (await readFile(join(place, 'data/client_id'), 'utf8')).trim();
  const view = await until(
    async () => {
      const { body } = await admin.ask('GET', `/api/clients/${id}`);
      return body['status'] === 'online' && body;
    },
    { what: 'the new host to be online', within: 20_000 },
  );
  expect(view).toMatchObject({ credential: 'own_key', policy: { readonly: true } });
  const refused = await admin.ask('POST', '/api/send-command', { client_id: id, command: 'uptime' });
  expect(refused).toMatchObject({ status: 422, body: { code: 'command_rejected' } });

  // It is the program of the archive, and what it needs lies beside it.
  const pid = Number(await readFile(join(place, 'data/ops-client.pid'), 'utf8'));
  expect(await readFile(`/proc/${pid}/maps`, 'utf8')).toContain(`${place}/program/lib/libatomic`);

  expect(await paste(home, uninstall)).toContain('ops-client is removed');
  expect(existsSync(`/proc/${pid}`)).toBe(false);
  expect(await below(home)).toEqual(before);
});
