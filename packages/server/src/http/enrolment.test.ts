/** Adding hosts over HTTP: who may, what is refused, what is handed out. */
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { describe, expect, it, onTestFinished } from 'vitest';

import { exampleClient } from '../events/test-fleet.ts';
import { loadClientFiles } from './client-files.ts';
import type { ClientFiles } from './client-files.ts';
import { MAX_DOWNLOADS } from './routes/enrolment.ts';
import { EXAMPLE_TOKEN } from './test-enrolment.ts';
import { startTrial, TOKEN } from './test-server.ts';

const SUM = 'a'.repeat(64);
const archive = (version: string, machine = 'x64'): string => `ops-client-${version}-linux-${machine}.tar.gz`;

async function filesOf(sums: string, there: readonly string[], version = '1.0.0'): Promise<ClientFiles> {
  const directory = await tempDirectory('files');
  onTestFinished(() => directory.remove());
  await writeFile(join(directory.path, 'SHA256SUMS'), sums);
  for (const name of there) await writeFile(join(directory.path, name), name);
  return loadClientFiles({ directory: directory.path, installer: undefined, version });
}

describe('files for new hosts', () => {
  it('are those that are named in the sums and are there, one for each machine', async () => {
    const names = [archive('1.0.0'), archive('1.0.0', 'arm64'), archive('0.9.0')];
    const lines = [...names, archive('1.0.0', 'riscv'), 'ops-server-1.0.0-linux-x64.tar.gz', '../x.tar.gz'];
    const files = await filesOf(lines.map((name) => `${SUM}  ${name}\n`).join(''), names);
    expect(files.files.map(({ name }) => name)).toEqual([archive('1.0.0', 'arm64'), archive('1.0.0')]);
    expect(files.sums).toBe(`${SUM}  ${archive('1.0.0', 'arm64')}\n${SUM}  ${archive('1.0.0')}\n`);
    expect(await files.open(archive('0.9.0'))).toBeUndefined();
    expect(await files.open('SHA256SUMS')).toBeUndefined();
  });

  it('are of another version when there is none of this', async () => {
    const files = await filesOf(`${SUM} *${archive('0.9.0')}\n`, [archive('0.9.0')]);
    expect(files.files).toMatchObject([{ name: archive('0.9.0'), arch: 'x64', sha256: SUM }]);
  });

  it.each([
    ['no sums', '', [archive('1.0.0')]],
    ['sums of a file that is not there', `${SUM}  ${archive('1.0.0')}\n`, []],
    ['sums of another form', `${SUM.toUpperCase()}  ${archive('1.0.0')}\nnonsense\n`, [archive('1.0.0')]],
  ] as const)('are none with %s', async (_what, sums, there) => {
    const files = await filesOf(sums, there);
    expect(files).toMatchObject({ files: [], sums: '', sumsSha256: null, installer: undefined });
  });

  it('are not what a link leads to', async () => {
    const directory = await tempDirectory('files');
    onTestFinished(() => directory.remove());
    const name = archive('1.0.0');
    await writeFile(join(directory.path, 'SHA256SUMS'), `${SUM}  ${name}\n`);
    await writeFile(join(directory.path, name), 'x');
    const needs = { directory: directory.path, installer: undefined, version: '1.0.0' };
    const files = await loadClientFiles(needs);
    await rm(join(directory.path, name));
    await symlink('/etc/passwd', join(directory.path, name));
    await expect(files.open(name)).rejects.toThrow('ELOOP');
    await rm(join(directory.path, name));
    await mkdir(join(directory.path, name));
    expect((await loadClientFiles(needs)).files).toEqual([]);
  });
});

describe('tokens over HTTP', () => {
  it.each([
    ['POST', '/api/enrolment-tokens'],
    ['GET', '/api/enrolment-tokens'],
    ['DELETE', `/api/enrolment-tokens/${EXAMPLE_TOKEN.id}`],
    ['POST', `/api/clients/${exampleClient(1).id}/new-identity`],
    ['DELETE', `/api/clients/${exampleClient(1).id}/key`],
  ])('%s %s is for administrators: the token of scripts may not', async (method, path) => {
    await using trial = await startTrial();
    trial.fleet.put(exampleClient(1));
    const ask = { method, ...(method !== 'GET' && { body: {} }) };
    const refused = await trial.ask(path, { ...ask, headers: { authorization: `Bearer ${TOKEN}` } });
    expect(refused.status).toBe(403);
    expect(trial.enrolment.orders).toEqual([]);
    const cookie = `session_id=${await trial.signIn()}`;
    expect((await trial.ask(path, { ...ask, headers: { cookie } })).status).toBe(200);
  });

  it.each([
    [{ uses: 0 }, 'body.uses'],
    [{ uses: 10_001 }, 'body.uses'],
    [{ expires_in_secs: 59 }, 'body.expires_in_secs'],
    [{ expires_in_secs: 30 * 24 * 3600 + 1 }, 'body.expires_in_secs'],
    [{ note: 'x'.repeat(129) }, 'body.note'],
    [{ client_id: 'web-01' }, 'body.client_id'],
    [{ role: 'admin' }, 'body.role'],
  ])('%j is refused, and %s named', async (body, field) => {
    await using trial = await startTrial();
    const cookie = `session_id=${await trial.signIn()}`;
    const answer = await trial.ask('/api/enrolment-tokens', { body, headers: { cookie } });
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request', field } });
  });

  it('for one host it is for one use, and the host must be known', async () => {
    await using trial = await startTrial();
    const cookie = `session_id=${await trial.signIn()}`;
    const { id } = exampleClient(1);
    const body = { client_id: id, uses: 50 };
    expect((await trial.ask('/api/enrolment-tokens', { body, headers: { cookie } })).status).toBe(404);
    trial.fleet.put(exampleClient(1));
    expect((await trial.ask('/api/enrolment-tokens', { body, headers: { cookie } })).status).toBe(200);
    expect(trial.enrolment.orders).toEqual([
      ['create', { maxUses: 1, expiresInSecs: 86_400, note: '', clientId: id }, 'admin'],
    ]);
  });
});

it(`at most ${MAX_DOWNLOADS} archives leave at once, one more is asked to come back`, async () => {
  const directory = await tempDirectory('files');
  onTestFinished(() => directory.remove());
  const name = archive('1.0.0');
  // More than a socket takes by itself, so that each stays open while nobody reads.
  await writeFile(join(directory.path, name), Buffer.alloc(16 * 1024 * 1024));
  await writeFile(join(directory.path, 'SHA256SUMS'), `${SUM}  ${name}\n`);
  const clientFiles = await loadClientFiles({
    directory: directory.path,
    installer: undefined,
    version: '1.0.0',
  });
  await using trial = await startTrial({ needs: { clientFiles } });
  const stalled = await Promise.all(
    Array.from({ length: MAX_DOWNLOADS }, () => fetch(`${trial.url}/download/${name}`)),
  );
  expect(stalled.map(({ status }) => status)).toEqual(stalled.map(() => 200));
  const refused = await trial.ask(`/download/${name}`);
  expect(refused).toMatchObject({ status: 503, json: { code: 'server_busy' } });
  expect(refused.headers['retry-after']).toBe('5');
  await Promise.all(stalled.map(async (answer) => answer.body?.cancel()));
});
