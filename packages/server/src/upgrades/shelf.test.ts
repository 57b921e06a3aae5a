import { appendFile, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { RELEASE_MANIFEST, RELEASE_SIGNATURE } from '@ops/protocol/domain/client-release.ts';
import { putRelease } from '@ops/testkit/signed-release.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { createArchiveParts } from './archive-parts.ts';
import { createShelf } from './shelf.ts';

let directory: Awaited<ReturnType<typeof tempDirectory>>;
beforeEach(async () => {
  directory = await tempDirectory('shelf');
});
afterEach(() => directory.remove());

const at = (name: string): string => join(directory.path, name);

it('finds what was put there, at any time, and says what is wrong with it', async () => {
  const shelf = createShelf(directory.path);
  const problem = async () => {
    const { problem: found } = await shelf.look();
    return found?.code;
  };
  expect(await problem()).toBe('no_release');
  expect(await createShelf(at('nowhere')).look()).toMatchObject({ problem: { code: 'no_release' } });
  const { release: about, key } = await putRelease(directory.path);
  expect(await shelf.look()).toMatchObject({ release: { about, signature: { key } }, problem: undefined });

  const [x64] = about.files;
  await rename(at(x64!.name), at('away'));
  expect(await problem()).toBe('archive_missing');
  await symlink(at('away'), at(x64!.name));
  expect(await problem()).toBe('unreadable');
  await rm(at(x64!.name));
  await rename(at('away'), at(x64!.name));
  expect(await problem()).toBeUndefined();
  await writeFile(at(x64!.name), Buffer.alloc(x64!.size));
  expect(await problem()).toBe('archive_differs');
  await appendFile(at(x64!.name), 'more');
  expect(await problem()).toBe('archive_differs');

  await rename(at(RELEASE_SIGNATURE), at('away'));
  expect(await problem()).toBe('not_signed');
  await writeFile(at(RELEASE_SIGNATURE), '{}');
  expect(await problem()).toBe('bad_signature');
  await rm(at(RELEASE_SIGNATURE));
  await rename(at('away'), at(RELEASE_SIGNATURE));
  await appendFile(at(RELEASE_MANIFEST), ' ');
  expect(await problem()).toBe('bad_signature');
  await writeFile(at(RELEASE_MANIFEST), 'no json');
  expect(await problem()).toBe('bad_manifest');
  await writeFile(at(RELEASE_MANIFEST), 'x'.repeat(16 * 1024 + 1));
  expect(await problem()).toBe('unreadable');
  await rm(at(RELEASE_MANIFEST));
  await mkdir(at(RELEASE_MANIFEST));
  expect(await problem()).toBe('unreadable');
});

it('says it in both languages, with the file that is meant and no path', async () => {
  const { release: about } = await putRelease(directory.path);
  await rm(at(about.files[1]!.name));
  const { problem } = await createShelf(directory.path).look();
  expect(problem?.words.en).toContain(about.files[1]!.name);
  expect(problem?.words.zh).toMatch(/[一-龥]/);
  expect(JSON.stringify(problem)).not.toContain(directory.path);
});

it('an archive that was begun stays the same file, and one that is put back is found', async () => {
  const shelf = createShelf(directory.path);
  const { release: about, archives } = await putRelease(directory.path, { bytes: 300_000 });
  const { name } = about.files[0]!;
  const parts = createArchiveParts(shelf, about);
  await rename(at(name), at('away'));
  expect((await parts.read(name, 0)).length).toBe(0);
  await rename(at('away'), at(name));
  const first = await parts.read(name, 0);
  await rm(at(name));
  await writeFile(at(name), Buffer.alloc(300_000));
  const second = await parts.read(name, first.length);
  expect(Buffer.concat([first, second]).equals(archives.get(name)!)).toBe(true);
  await parts.close();
  expect((await parts.read(name, 0)).length).toBe(0);
});
