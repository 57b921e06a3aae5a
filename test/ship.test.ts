/** The parts of the build that write files byte by byte, read by the programs they are for. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { clientRelease } from '@ops/protocol/domain/client-release.ts';
import { decode } from '@ops/protocol/schema.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { describe, expect, it } from 'vitest';

import { ar, tar } from '../scripts/ship/archive.ts';
import { bundle } from '../scripts/ship/bundle.ts';
import { stripped, withRunPath } from '../scripts/ship/elf.ts';
import { LIBATOMIC, libatomicFor } from '../scripts/ship/node-base.ts';
import { releaseManifest } from '../scripts/ship/release-manifest.ts';
import { HERE, TARGETS } from '../scripts/ship/what.ts';

const run = promisify(execFile);
const TIME = Date.UTC(2026, 0, 2, 3, 4, 5) / 1000;

describe('an archive', () => {
  const entries = [
    { path: 'b/run.sh', mode: 0o755, data: Buffer.from('echo\n') },
    { path: 'a', mode: 0o640, data: Buffer.alloc(1000, 'x') },
    { path: 'b/c/empty', mode: 0o644, data: Buffer.alloc(0) },
  ];

  it('is one that tar takes: sorted, of root, of one time, with directories', async () => {
    await using directory = await tempDirectory('archive');
    const file = join(directory.path, 'a.tar');
    await writeFile(file, tar(entries, TIME));
    const env = { TZ: 'UTC', PATH: process.env['PATH'] };
    const { stdout } = await run('tar', ['--full-time', '-tvf', file], { env });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => line.replaceAll(/ +/g, ' '));
    expect(lines).toEqual([
      '-rw-r----- root/root 1000 2026-01-02 03:04:05 a',
      'drwxr-xr-x root/root 0 2026-01-02 03:04:05 b/',
      'drwxr-xr-x root/root 0 2026-01-02 03:04:05 b/c/',
      '-rw-r--r-- root/root 0 2026-01-02 03:04:05 b/c/empty',
      '-rwxr-xr-x root/root 5 2026-01-02 03:04:05 b/run.sh',
    ]);
    await run('tar', ['-xf', file, '-C', directory.path]);
    expect(await readFile(join(directory.path, 'a'), 'utf8')).toBe('x'.repeat(1000));
  });

  it('does not depend on the order in which it is told of files', () => {
    expect(tar(entries.toReversed(), TIME).equals(tar(entries, TIME))).toBe(true);
  });

  it('refuses a name it cannot hold', () => {
    const data = Buffer.alloc(0);
    expect(() => tar([{ path: 'x'.repeat(100), mode: 0o644, data }], TIME)).not.toThrow();
    expect(() => tar([{ path: 'x'.repeat(101), mode: 0o644, data }], TIME)).toThrow('too long');
  });

  it('of Debian has its members at even places', () => {
    const file = ar(
      [
        ['odd', Buffer.from('abc')],
        ['next', Buffer.from('d')],
      ],
      TIME,
    ).toString('latin1');
    expect(file.startsWith('!<arch>\nodd             ')).toBe(true);
    expect(file.indexOf('next') % 2).toBe(0);
    expect(file.length % 2).toBe(0);
  });
});

it('a script is all ASCII, Chinese words too: V8 keeps one byte for each of its characters', async () => {
  const { code } = await bundle('packages/policy/src/refusal.ts', 'esm');
  expect(code).toMatch(/\\u[0-9a-f]{4}/i);
  // oxlint-disable-next-line no-control-regex -- this is what ASCII is
  expect(code).toMatch(/^[\x00-\x7f]*$/);
});

const target = TARGETS.find(({ name }) => name === HERE);

it.runIf(target)('Node without its symbols still runs, and takes its library from ../lib', async () => {
  await using directory = await tempDirectory('elf');
  const [bin, lib] = [join(directory.path, 'bin'), join(directory.path, 'lib')];
  await mkdir(bin);
  await mkdir(lib);
  const original = await readFile(process.execPath);
  const small = withRunPath(stripped(original), '$ORIGIN/../lib');
  expect(small.length).toBeLessThan(original.length * 0.9);
  expect(() => withRunPath(small, '$ORIGIN')).toThrow('RUNPATH already');
  await writeFile(join(bin, 'node'), small, { mode: 0o755 });
  await writeFile(join(lib, LIBATOMIC), libatomicFor(target!, undefined));
  await copyFile(join(lib, LIBATOMIC), join(directory.path, LIBATOMIC));

  const { stdout } = await run(join(bin, 'node'), ['-p', "fs.readFileSync('/proc/self/maps', 'utf8')"]);
  expect(/\S*libatomic\S*$/m.exec(stdout)?.[0]).toBe(join(lib, LIBATOMIC));
});

it.runIf(target)('a library for another processor is refused', () => {
  const other = TARGETS.find(({ name }) => name !== HERE)!;
  expect(() => libatomicFor(other, target!.libraries[0])).toThrow(/is not for linux-/);
});

it('the manifest of a release is what hosts read, the same for the same archives', () => {
  const source = { version: '1.2.3', commit: '0123456789ab', seconds: TIME };
  const archives = TARGETS.map((one) => ({
    target: one,
    name: `ops-client-1.2.3-${one.name}.tar.gz`,
    data: Buffer.from(one.name),
  }));
  const text = releaseManifest(source, archives);
  expect(releaseManifest(source, archives.toReversed())).toBe(text);
  expect(decode(clientRelease, JSON.parse(text))).toMatchObject({
    released_at: TIME * 1000,
    files: [
      { os: 'linux', arch: 'arm64', name: 'ops-client-1.2.3-linux-arm64.tar.gz', size: 11 },
      { os: 'linux', arch: 'x64', name: 'ops-client-1.2.3-linux-x64.tar.gz', size: 9 },
    ],
  });
  expect(() => releaseManifest(source, [])).toThrow('files');
});
