/** Backups of a real data directory, and what becomes of one that is not as it was written. */
import { chmod, mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { systemClock } from '@ops/runtime/clock.ts';
import { silentLog } from '@ops/runtime/log.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import type { TempDirectory } from '@ops/testkit/temp-directory.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openMainDatabase, openSampleDatabase } from '../storage/open.ts';
import { makeBackup } from './make-backup.ts';
import { restoreBackup } from './restore-backup.ts';
import { takeWorkDirectory } from './work-directory.ts';

const SECRET = 'a secret that is in a file of its own';
let place: TempDirectory;
let dataDir: string;
let to: string;

const at = (...names: string[]): string => join(place.path, ...names);

beforeEach(async () => {
  place = await tempDirectory('backup');
  dataDir = at('data');
  to = at('backups');
  await mkdir(to);
  const options = { dataDir, clock: systemClock, log: silentLog };
  const [main, samples] = [await openMainDatabase(options), await openSampleDatabase(options)];
  await main.write({
    statements: [],
    audit: [
      {
        atMs: 1,
        actor: 'a',
        role: 'admin',
        address: '',
        action: 'server_start',
        target: '',
        detail: {},
        outcome: 'ok',
      },
    ],
  });
  await Promise.all([main.close(), samples.close()]);
  await writeFile(join(dataDir, 'enrolment-key'), Buffer.alloc(32, 7), { mode: 0o600 });
  await writeFile(join(dataDir, 'tcp-auth-secret'), 'kept by the server\n', { mode: 0o600 });
  await writeFile(at('secret'), SECRET, { mode: 0o600 });
});
afterEach(() => place.remove());

const make = (more: Partial<Parameters<typeof makeBackup>[0]> = {}) =>
  makeBackup({
    to,
    dataDir,
    configuration: new Map([['tcp_auth_secret', at('secret')]]),
    version: '1.0.0',
    clock: systemClock,
    ...more,
  });
const restore = (from: string, into = at('elsewhere')) => restoreBackup({ from, dataDir: into });

describe('a backup', () => {
  it('is one private file in the directory, with the time in its name, and nothing beside it', async () => {
    const made = await make();
    expect(await readdir(to)).toEqual([made.path.split('/').at(-1)]);
    expect(made.path).toMatch(/\/ops-backup-\d{8}-\d{6}\.tar$/);
    const { mode, size } = await stat(made.path);
    expect([mode & 0o777, size]).toEqual([0o600, made.bytes]);
    expect(made.files).toEqual([
      'data/samples.db',
      'data/ops.db',
      'data/audit-key',
      'data/enrolment-key',
      'data/tcp-auth-secret',
      'configuration/tcp_auth_secret',
    ]);
  });

  it('is restored as it was, private, with what lay elsewhere beside it', async () => {
    const { path } = await make({ to: at('own-name.tar') });
    const restored = await restore(path);
    expect(restored.configuration).toEqual([
      { path: at('elsewhere/restored-configuration/tcp_auth_secret'), from: at('secret') },
    ]);
    expect(restored.audit).toContain('1 rows as they were written');
    expect(await readFile(restored.configuration[0]!.path, 'utf8')).toBe(SECRET);
    expect(await readFile(at('elsewhere/audit-key'))).toEqual(await readFile(join(dataDir, 'audit-key')));
    expect((await readdir(at('elsewhere'))).toSorted()).toEqual([
      'audit-key',
      'enrolment-key',
      'ops.db',
      'restored-configuration',
      'samples.db',
      'tcp-auth-secret',
    ]);
    for (const name of ['ops.db', 'tcp-auth-secret'])
      expect((await stat(at('elsewhere', name))).mode & 0o777).toBe(0o600);
    expect((await stat(at('elsewhere'))).mode & 0o777).toBe(0o700);
    expect((await readdir(place.path)).filter((name) => name.includes('restoring'))).toEqual([]);
    const database = await openMainDatabase({ dataDir: at('elsewhere'), clock: systemClock, log: silentLog });
    expect(await database.query.selectFrom('audit').selectAll().execute()).toHaveLength(1);
    await database.close();
  });

  it('overwrites nothing', async () => {
    const { path } = await make({ to: at('one.tar') });
    await expect(make({ to: at('one.tar') })).rejects.toThrow(/is there already/);
    await expect(restore(path, dataDir)).rejects.toThrow(/is not empty/);
    await mkdir(at('empty'));
    expect((await restore(path, at('empty'))).dataDir).toBe(at('empty'));
  });

  it.each([
    ['where there is no server', { dataDir: '/nonexistent' }, /there is no ops\.db/],
    ['where there is no directory', { to: '/nonexistent/x.tar' }, /there is no directory/],
  ])('%s is refused', async (_what, more, message) => {
    await expect(make(more)).rejects.toThrow(message);
  });

  it('waits for no other, and cleans up behind one that was killed', async () => {
    const work = takeWorkDirectory(join(to, '.ops-backup.partial'));
    await expect(make()).rejects.toThrow(/another ops-server is at work/);
    await writeFile(join(work.path, 'archive'), 'half of one');
    work.release();
    await mkdir(join(to, '.ops-backup.partial'), { mode: 0o700 });
    await writeFile(join(to, '.ops-backup.partial/archive'), 'half of one');
    await make();
    expect(await readdir(to)).toHaveLength(1);
  });

  it('of a damaged database is not made', async () => {
    const file = join(dataDir, 'ops.db');
    const bytes = await readFile(file);
    bytes.fill(0xff, 4096, 3 * 4096);
    await writeFile(file, bytes);
    await expect(make()).rejects.toThrow(/damaged|malformed/);
    expect(await readdir(to)).toEqual([]);
  });
});

describe('a backup that is not as it was written is refused, and leaves nothing', () => {
  it.each([
    ['cut off', (path: string, bytes: number) => truncate(path, bytes - 1024)],
    ['cut in the middle', (path: string, bytes: number) => truncate(path, Math.floor(bytes / 2))],
    ['empty', (path: string) => truncate(path, 0)],
    [
      'altered by one bit',
      async (path: string, bytes: number) => {
        const content = await readFile(path);
        content[Math.floor(bytes / 2)]! ^= 1;
        await writeFile(path, content);
      },
    ],
    [
      'altered in its manifest',
      async (path: string) => {
        const content = await readFile(path);
        content.write('../ops.dbxx', content.indexOf('data/ops.db'));
        await writeFile(path, content);
      },
    ],
    ['something else', (path: string) => writeFile(path, 'x'.repeat(10_000))],
  ])('%s', async (_what, spoil) => {
    const { path, bytes } = await make();
    await chmod(path, 0o600);
    await spoil(path, bytes);
    await expect(restore(path)).rejects.toThrow(/cannot be restored/);
    expect((await readdir(place.path)).toSorted()).toEqual(['backups', 'data', 'secret']);
  });
});
