import { execFileSync } from 'node:child_process';
import { chmod, link, lstat, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { join } from 'node:path';

import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { UnsafeFile } from './private-file.ts';
import {
  faultOfDirectory,
  faultOfFile,
  MAX_PRIVATE_FILE_BYTES,
  openPrivateAppend,
  readOrCreatePrivateFile,
} from './safe-file.ts';

let directory: string;
let path: string;
let remove: () => Promise<void>;

beforeEach(async () => {
  const temp = await tempDirectory('safe');
  directory = temp.path;
  path = join(directory, 'client_id.txt');
  remove = () => temp.remove();
});
afterEach(() => remove());

const mode = async (): Promise<number> => (await stat(path)).mode & 0o777;
const make = (): string => 'made';

/** What both ways to open such a file say. */
async function refusals(): Promise<string[]> {
  const messages: string[] = [];
  for (const use of [() => readOrCreatePrivateFile(path, make), () => openPrivateAppend(path)]) {
    const error = await use().catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(UnsafeFile);
    messages.push(String(error).replace(`UnsafeFile: ${path} `, ''));
  }
  return messages;
}

const both = (problem: unknown): unknown[] => [problem, problem];

function facts(
  change: Partial<Record<'uid' | 'mode' | 'nlink', number>>,
): Pick<Stats, 'uid' | 'mode' | 'nlink' | 'isFile'> {
  return { uid: 1000, mode: 0o600, nlink: 1, isFile: () => true, ...change };
}

describe('a private file', () => {
  it('is made once, for its owner only, and read ever after', async () => {
    expect(await readOrCreatePrivateFile(path, make)).toEqual({ text: 'made', created: true });
    expect(await readOrCreatePrivateFile(path, () => 'other')).toEqual({ text: 'made', created: false });
    expect(await mode()).toBe(0o600);
  });

  it('is the same for all that start at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, i) => readOrCreatePrivateFile(path, () => `maker ${i}`)),
    );
    expect(new Set(all.map(({ text }) => text)).size).toBe(1);
    expect(all.filter(({ created }) => created)).toHaveLength(1);
  });

  it('is filled when a crash left it empty', async () => {
    await writeFile(path, '', { mode: 0o600 });
    expect(await readOrCreatePrivateFile(path, make)).toEqual({ text: 'made', created: true });
    expect(await readFile(path, 'utf8')).toBe('made');
  });

  it('is closed to others who could read it until now', async () => {
    await writeFile(path, 'old', { mode: 0o644 });
    await chmod(path, 0o644);
    expect(await readOrCreatePrivateFile(path, make)).toEqual({ text: 'old', created: false });
    expect(await mode()).toBe(0o600);
  });

  it('is read up to its limit, and refused one byte past it', async () => {
    await writeFile(path, 'x'.repeat(MAX_PRIVATE_FILE_BYTES), { mode: 0o600 });
    expect((await readOrCreatePrivateFile(path, make)).text).toHaveLength(MAX_PRIVATE_FILE_BYTES);
    await writeFile(path, 'x'.repeat(MAX_PRIVATE_FILE_BYTES + 1));
    await expect(readOrCreatePrivateFile(path, make)).rejects.toThrow('larger than');
  });

  it('is refused when it is a link, also one that leads nowhere, and nothing is made behind it', async () => {
    const target = join(directory, 'target');
    await symlink(target, path);
    expect(await refusals()).toEqual(both(expect.stringMatching(/is a link/)));
    await expect(lstat(target)).rejects.toThrow('ENOENT');
  });

  it('is refused when it is linked twice', async () => {
    await writeFile(path, 'x', { mode: 0o600 });
    await link(path, join(directory, 'second'));
    expect(await refusals()).toEqual(both(expect.stringMatching(/has 2 names/)));
  });

  it('is refused when it is a directory or a pipe, without waiting for the other end', async () => {
    await mkdir(path);
    expect(await refusals()).toEqual(both(expect.stringMatching(/is a directory|not a regular file/)));
    path = join(directory, 'pipe');
    execFileSync('/usr/bin/mkfifo', [path]);
    expect(await refusals()).toEqual(both(expect.stringMatching(/not a regular file/)));
  });

  it('is refused when others can change it, with the line that mends it', async () => {
    await writeFile(path, 'x');
    await chmod(path, 0o602);
    expect(await refusals()).toEqual(both(expect.stringMatching(/run chmod 600 /)));
  });

  it('is refused in a directory where others can exchange it', async () => {
    for (const bits of [0o777, 0o775]) {
      await chmod(directory, bits);
      expect(await refusals()).toEqual(
        both(expect.stringMatching(/where others can exchange it: run chmod go-w /)),
      );
    }
  });

  it('is accepted in a directory like /tmp', async () => {
    await chmod(directory, 0o1777);
    expect((await readOrCreatePrivateFile(path, make)).created).toBe(true);
    await (await openPrivateAppend(path)).close();
  });

  it('says when its directory does not exist', async () => {
    path = join(directory, 'none', 'file');
    expect(await refusals()).toEqual(
      both(expect.stringMatching(/lies in .*none, which does not exist: run mkdir -p .*none$/)),
    );
  });
});

describe('a private file to append to', () => {
  it('grows at its end and is made for its owner only', async () => {
    for (const line of ['one\n', 'two\n']) {
      const handle = await openPrivateAppend(path);
      await handle.write(line);
      await handle.close();
    }
    expect(await readFile(path, 'utf8')).toBe('one\ntwo\n');
    expect(await mode()).toBe(0o600);
  });
});

describe('whose it is', () => {
  it('matters for the file', () => {
    expect(faultOfFile(facts({}), '/f', 1000)).toBeUndefined();
    expect(faultOfFile(facts({ uid: 1001 }), '/f', 1000)).toBe('belongs to another user (1001)');
    expect(faultOfFile(facts({ uid: 0 }), '/f', 1000)).toBe('belongs to another user (0)');
    expect(faultOfFile(facts({ uid: 1000 }), '/f', 0)).toBe('belongs to another user (1000)');
  });

  it('matters for the directory: ours or root’s', () => {
    expect(faultOfDirectory(facts({ uid: 0, mode: 0o755 }), '/d', 1000)).toBeUndefined();
    expect(faultOfDirectory(facts({ uid: 1001, mode: 0o1777 }), '/d', 1000)).toContain('another user (1001)');
  });

  it('cannot be asked on Windows', () => {
    expect(faultOfFile(facts({ uid: 7, mode: 0o666 }), '/f', undefined)).toBeUndefined();
    expect(faultOfDirectory(facts({ uid: 7, mode: 0o777 }), '/d', undefined)).toBeUndefined();
  });
});
