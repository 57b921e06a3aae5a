/** A key, a signature, and what is told of a release, with real files; no server is there. */
import { createHash } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { clientRelease, releaseSignature, SIGNED_PREFIX } from '@ops/protocol/domain/client-release.ts';
import { decode } from '@ops/protocol/schema.ts';
import { isSignedBy } from '@ops/runtime/ed25519.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { expect, it, onTestFinished } from 'vitest';

import { opsctl } from '../opsctl.ts';
import { testTerminal } from '../test-terminal.ts';

const ARCHIVE = 'ops-client-1.2.3-linux-x64.tar.gz';

async function place(changes: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const directory = await tempDirectory('release');
  onTestFinished(() => directory.remove());
  const data = Buffer.from('an archive');
  const sha256 = createHash('sha256').update(data).digest('hex');
  await writeFile(join(directory.path, ARCHIVE), data);
  const files = [{ os: 'linux', arch: 'x64', name: ARCHIVE, size: data.length, sha256 }];
  const head = { format: 1, program: 'ops-client', version: '1.2.3', commit: '0123456789ab' };
  const manifest = { ...head, released_at: Date.UTC(2026, 10, 28), files, ...changes };
  await writeFile(join(directory.path, 'client-release.json'), `${JSON.stringify(manifest)}\n`);
  return directory.path;
}

async function call(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const terminal = testTerminal();
  // Nobody listens there.
  const status = await opsctl({
    args: ['release', ...args],
    env: { OPS_URL: 'http://127.0.0.1:9' },
    terminal,
  });
  return { status, out: terminal.stdout(), err: terminal.stderr() };
}

it('a key is made once, for its owner alone, and only its public half is printed', async () => {
  const file = join(await place(), 'release.key');
  const made = await call('key', file);
  expect(made.status).toBe(0);
  expect(made.out).toMatch(/^ed25519:[A-Za-z0-9_-]{43}\n$/);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const pem = await readFile(file, 'utf8');
  expect(made.out + made.err).not.toContain(pem.split('\n')[1]);

  const again = await call('key', file);
  expect(again).toMatchObject({ status: 2, out: '' });
  expect(again.err).toContain('is there already');
  expect(await readFile(file, 'utf8')).toBe(pem);
});

it('a release is signed as hosts will look at it, and shown', async () => {
  const directory = await place();
  const file = join(directory, 'release.key');
  const key = (await call('key', file)).out.trim();
  const signed = await call('sign', '--key', file, directory);
  expect(signed.err).toBe('');
  expect(signed).toMatchObject({ status: 0, out: expect.stringContaining(key) as unknown });

  const manifest = await readFile(join(directory, 'client-release.json'), 'utf8');
  expect(decode(clientRelease, JSON.parse(manifest)).version).toBe('1.2.3');
  const text = await readFile(join(directory, 'client-release.sig.json'), 'utf8');
  const signature = decode(releaseSignature, JSON.parse(text));
  expect(isSignedBy(key, SIGNED_PREFIX + manifest, signature.signature)).toBe(true);

  const shown = await call('show', directory);
  expect(shown.status).toBe(0);
  expect(shown.out).toMatch(new RegExp(`1\\.2\\.3 +0123456789ab +2026-11-28 00:00:00 +${key}`));
  expect(shown.out).toMatch(/linux-x64\.tar\.gz +linux-x64 +0\.0 +ok/);
  expect(JSON.parse((await call('show', '--json', directory)).out)).toMatchObject({ key, problems: {} });
});

it('what was changed afterwards is told', async () => {
  const directory = await place();
  const file = join(directory, 'release.key');
  await call('key', file);
  expect(await call('show', directory)).toMatchObject({
    status: 1,
    err: expect.stringContaining('client-release.sig.json does not exist') as unknown,
  });
  await call('sign', '--key', file, directory);
  await writeFile(join(directory, ARCHIVE), 'an ARCHIVE');
  const changed = await call('show', directory);
  expect(changed.status).toBe(1);
  expect(changed.out).toContain('is not the one of the manifest');
  expect(await call('sign', '--key', file, directory)).toMatchObject({ status: 1, out: '' });
  await rm(join(directory, ARCHIVE));
  expect((await call('show', directory)).out).toContain('does not exist');

  const path = join(directory, 'client-release.json');
  await writeFile(path, (await readFile(path, 'utf8')).replace('1.2.3', '1.2.4'));
  expect((await call('show', directory)).err).toContain('is not a signature of client-release.json');
});

it('what cannot be signed is refused, with what to do', async () => {
  const directory = await place();
  const file = join(directory, 'release.key');
  await call('key', file);
  const other = join(directory, 'other');
  await writeFile(other, 'no key\n', { mode: 0o600 });
  expect(await call('sign', '--key', other, directory)).toMatchObject({ status: 2 });
  await writeFile(other, await readFile(file), { mode: 0o600 });
  expect((await call('sign', directory)).err).toContain('opsctl release sign --key FILE DIRECTORY');
  const { chmod } = await import('node:fs/promises');
  await chmod(other, 0o644);
  expect((await call('sign', '--key', other, directory)).err).toContain('chmod 600');

  const timeless = await place({ released_at: 0 });
  expect((await call('sign', '--key', file, timeless)).err).toContain('SOURCE_DATE_EPOCH');
  const foreign = await place({ program: 'ops-server' });
  expect((await call('sign', '--key', file, foreign)).err).toContain('client-release.json is not what');
  const nothing = await tempDirectory('release');
  onTestFinished(() => nothing.remove());
  expect((await call('show', nothing.path)).err).toContain('client-release.json does not exist');
});
