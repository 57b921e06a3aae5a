/** Archives good and hostile: what is needed comes out as it was put in, and nothing else is ever written. */
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { tarOf } from '@ops/testkit/tar-of.ts';
import type { TarEntry } from '@ops/testkit/tar-of.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { describe, expect, it, onTestFinished } from 'vitest';

import { MAX_ENTRIES, readTar } from './tar-reader.ts';
import { unpack } from './unpack.ts';
import { faultOfFiles, MAX_KEPT_FILES } from './state-file.ts';

const TOP = 'ops-client-1.0.0-linux-x64';
const file = (path: string, data: Buffer | string = 'x', more: Partial<TarEntry> = {}): TarEntry => ({
  path: `${TOP}/${path}`,
  mode: 0o755,
  data: Buffer.from(data),
  ...more,
});
const PROGRAM = file('bin/ops-client', 'the program');

async function unpacked(
  archive: Buffer,
  max?: number,
): Promise<{ folder: string; all: string; work: ReturnType<typeof unpack> }> {
  const directory = await tempDirectory('unpack');
  onTestFinished(() => directory.remove());
  const path = join(directory.path, 'archive');
  await writeFile(path, archive);
  const folder = join(directory.path, 'kept', 'release');
  const work = unpack(path, folder, TOP, max);
  work.catch(() => undefined);
  return { folder, all: directory.path, work };
}

it('the program and its libraries come out, for their owner alone, with what they are', async () => {
  const data = randomBytes(1_234_567);
  const { folder, work } = await unpacked(
    gzipSync(
      tarOf([
        { path: `${TOP}/`, mode: 0o755, data: Buffer.alloc(0), kind: '5' },
        file('LICENSE'),
        file('bin/ops-client', data),
        file('lib/libatomic.so.1', 'library'),
        file('examples/app-template.sh'),
        { path: 'another/bin/ops-client', mode: 0o755, data: Buffer.from('y') },
      ]),
    ),
  );
  const files = await work;
  const sha256 = createHash('sha256').update(data).digest('hex');
  expect(files).toEqual([
    { path: 'bin/ops-client', size: data.length, sha256 },
    expect.objectContaining({ path: 'lib/libatomic.so.1', size: 7 }),
  ]);
  expect((await readFile(join(folder, 'bin/ops-client'))).equals(data)).toBe(true);
  expect((await stat(join(folder, 'bin/ops-client'))).mode & 0o777).toBe(0o700);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await readdir(folder, { recursive: true })).toSorted()).toEqual([
    'bin',
    'bin/ops-client',
    'lib',
    'lib/libatomic.so.1',
  ]);
  expect(await faultOfFiles(folder, files)).toBeUndefined();
  await writeFile(join(folder, 'lib/libatomic.so.1'), 'Library');
  expect(await faultOfFiles(folder, files)).toContain('libatomic.so.1 was changed');
});

const entry = (path: string): TarEntry => ({ path, mode: 0o644, data: Buffer.from('x') });

describe('an archive is refused as a whole', () => {
  const damaged = tarOf([PROGRAM]);
  damaged[3]! ^= 1;
  it.each([
    ['leads up', tarOf([PROGRAM, entry(`${TOP}/../../escape`)]), 'no path'],
    ['is absolute', tarOf([PROGRAM, entry('/tmp/escape')]), 'no path'],
    ['has a dot in it', tarOf([PROGRAM, entry(`${TOP}/./x`)]), 'no path'],
    [
      'holds a link',
      tarOf([PROGRAM, { ...entry(`${TOP}/lib/l`), kind: '2', link: '/etc/passwd' }]),
      'neither',
    ],
    ['holds a hard link', tarOf([PROGRAM, { ...entry(`${TOP}/lib/l`), kind: '1', link: 'x' }]), 'neither'],
    ['holds a device', tarOf([PROGRAM, { ...entry(`${TOP}/lib/l`), kind: '3' }]), 'neither'],
    ['has an extended header', tarOf([{ ...entry('x'), kind: 'x' }, PROGRAM]), 'neither'],
    ['has a damaged header', damaged, 'damaged'],
    ['names a file twice', tarOf([PROGRAM, PROGRAM]), 'EEXIST'],
    ['has no program', tarOf([file('lib/libatomic.so.1')]), 'it has no'],
    ['ends in the middle of a file', tarOf([PROGRAM]).subarray(0, 520), 'ends too early'],
    ['ends before its end', tarOf([PROGRAM]).subarray(0, 1024), 'ends too early'],
    ['says that a file is longer than it is', tarOf([{ ...PROGRAM, size: 5000 }]), 'ends too early'],
    [
      'holds too many libraries',
      tarOf([PROGRAM, ...Array.from({ length: MAX_KEPT_FILES }, (_, n) => file(`lib/l${n}`))]),
      'files to keep',
    ],
    [
      'has too many entries',
      tarOf(Array.from({ length: MAX_ENTRIES + 1 }, (_, n) => file(`x${n}`, ''))),
      'entries',
    ],
  ])('that %s', async (_, archive, why) => {
    const { work, all } = await unpacked(gzipSync(archive));
    await expect(work).rejects.toThrow(why);
    expect((await readdir(all)).toSorted()).toEqual(['archive', 'kept']);
  });

  it('that is no gzip, or one that was cut off', async () => {
    await expect((await unpacked(Buffer.from('nothing of the kind'))).work).rejects.toThrow(
      'incorrect header',
    );
    const cut = gzipSync(tarOf([file('bin/ops-client', randomBytes(5000))])).subarray(0, 3000);
    await expect((await unpacked(cut)).work).rejects.toThrow('unexpected end of file');
  });
});

it('as many entries and libraries as are allowed are read', async () => {
  const libraries = Array.from({ length: MAX_KEPT_FILES - 1 }, (_, n) => file(`lib/l${n}`));
  const others = Array.from({ length: MAX_ENTRIES - MAX_KEPT_FILES }, (_, n) => file(`x${n}`, ''));
  const { work } = await unpacked(gzipSync(tarOf([PROGRAM, ...libraries, ...others])));
  expect(await work).toHaveLength(MAX_KEPT_FILES);
});

it('an archive that unpacks to more than is allowed is left there', async () => {
  const archive = tarOf([PROGRAM, file('share/zeros', Buffer.alloc(1_000_000))]);
  const { work } = await unpacked(gzipSync(archive), archive.length);
  expect(await work).toHaveLength(1);
  await expect((await unpacked(gzipSync(archive), archive.length - 1)).work).rejects.toThrow('more than');
});

it('chunks of any size give the same', async () => {
  const archive = tarOf([file('LICENSE', randomBytes(700)), PROGRAM, file('lib/a', randomBytes(512))]);
  const read = async (size: number): Promise<string> => {
    async function* chunks(): AsyncGenerator<Buffer> {
      for (let at = 0; at < archive.length; at += size) yield archive.subarray(at, at + size);
    }
    let text = '';
    for await (const event of readTar(chunks()))
      text += event.kind === 'file' ? `\n${event.path} ${event.size} ` : event.bytes.toString('hex');
    return text;
  };
  const whole = await read(archive.length);
  for (const size of [1, 7, 511, 512, 513]) expect(await read(size)).toBe(whole);
});
