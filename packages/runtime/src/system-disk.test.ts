import * as promises from 'node:fs/promises';
import { join } from 'node:path';

import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createSystemDisk, systemDisk } from './system-disk.ts';
import type { FileCalls } from './system-disk.ts';

let directory: string;
let remove: () => Promise<void>;

beforeEach(async () => {
  const temp = await tempDirectory('disk');
  directory = temp.path;
  remove = () => temp.remove();
});
afterEach(() => remove());

const at = (name: string): string => join(directory, name);
const mode = async (name: string): Promise<number> => (await promises.stat(at(name))).mode & 0o777;

/** The real calls, each counted and named; the n-th fails with EIO. */
function failing(n: number): { calls: FileCalls; log: string[] } {
  const log: string[] = [];
  const count = <A extends readonly unknown[], R>(name: string, call: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      log.push(name);
      if (log.length === n) throw Object.assign(new Error(`EIO: ${name}`), { code: 'EIO' });
      return call(...args);
    };
  };
  const open = count('open', async (path: string, flags: string | number, bits?: number) => {
    const handle = await promises.open(path, flags, bits);
    const [write, sync, datasync] = [
      handle.write.bind(handle),
      handle.sync.bind(handle),
      handle.datasync.bind(handle),
    ];
    return Object.assign(handle, {
      write: count('write', write),
      sync: count('sync', sync),
      datasync: count('datasync', datasync),
    });
  });
  const calls = { ...promises, open, rename: count('rename', promises.rename) };
  return { calls, log };
}

describe('the disk', () => {
  it('reads a whole file, and nothing where there is none', async () => {
    await promises.writeFile(at('a'), 'text');
    expect(await systemDisk.read(at('a'))).toEqual(Buffer.from('text'));
    expect(await systemDisk.read(at('b'))).toBeUndefined();
    await expect(systemDisk.read(directory)).rejects.toThrow('EISDIR');
  });

  it('reads a part, what there is of it, and nothing where there is no file', async () => {
    await promises.writeFile(at('a'), '0123456789');
    expect(String(await systemDisk.readPart(at('a'), 2, 3))).toBe('234');
    expect(String(await systemDisk.readPart(at('a'), 8, 5))).toBe('89');
    expect(await systemDisk.readPart(at('b'), 0, 1)).toBeUndefined();
  });

  it('keeps a file open to append to, made for its owner only, flushed when asked', async () => {
    const { calls, log } = failing(0);
    const file = await createSystemDisk(calls).openAppend(at('a'));
    await file.write(Buffer.from('one'));
    await file.write(Buffer.from('two'));
    await file.sync();
    await file.close();
    expect(await promises.readFile(at('a'), 'utf8')).toBe('onetwo');
    expect(await mode('a')).toBe(0o600);
    expect(log.slice(-3)).toEqual(['write', 'write', 'datasync']);
    const again = await systemDisk.openAppend(at('a'));
    await again.write(Buffer.from('!'));
    await again.close();
    expect(await promises.readFile(at('a'), 'utf8')).toBe('onetwo!');
  });

  it('lists names in order, and nothing where there is no directory', async () => {
    for (const name of ['b', 'a', 'c']) await promises.writeFile(at(name), '');
    expect(await systemDisk.list(directory)).toEqual(['a', 'b', 'c']);
    expect(await systemDisk.list(at('none'))).toEqual([]);
  });

  it('removes, also what is not there', async () => {
    await promises.writeFile(at('a'), '');
    await systemDisk.remove(at('a'));
    await systemDisk.remove(at('a'));
    expect(await systemDisk.list(directory)).toEqual([]);
    await expect(systemDisk.remove(directory)).rejects.toThrow(/EISDIR|EPERM/);
  });

  it('makes directories with their parents for their owner only, also those that exist', async () => {
    await systemDisk.makeDirectory(at('x/y'));
    await systemDisk.makeDirectory(at('x/y'));
    expect(await mode('x/y')).toBe(0o700);
  });
});

describe('replacing a file', () => {
  it('leaves the new content, for the owner only, and no temporary file', async () => {
    await systemDisk.replace(at('a'), 'one');
    await systemDisk.replace(at('a'), Buffer.from('two'));
    expect(await promises.readFile(at('a'), 'utf8')).toBe('two');
    expect(await mode('a')).toBe(0o600);
    expect(await systemDisk.list(directory)).toEqual(['a']);
  });

  it('flushes the file before the rename and the directory after it', async () => {
    const { calls, log } = failing(Infinity);
    await createSystemDisk(calls).replace(at('a'), 'x');
    expect(log).toEqual(['open', 'write', 'sync', 'rename', 'open', 'sync']);
  });

  it('keeps the old content whole whichever call before the rename fails, and does not try again', async () => {
    for (const n of [1, 2, 3, 4]) {
      await promises.writeFile(at('a'), 'old');
      const { calls, log } = failing(n);
      await expect(createSystemDisk(calls).replace(at('a'), 'new')).rejects.toThrow('EIO');
      expect(await promises.readFile(at('a'), 'utf8')).toBe('old');
      expect(await systemDisk.list(directory)).toEqual(['a']);
      expect(log).toHaveLength(n);
    }
  });

  it('says so when the directory could not be flushed', async () => {
    for (const n of [5, 6]) {
      await expect(createSystemDisk(failing(n).calls).replace(at('a'), 'new')).rejects.toThrow('EIO');
    }
  });

  it('is whole when many replace the same file at once; the last one stays', async () => {
    const texts = Array.from({ length: 20 }, (_, i) => `${i}`.repeat(1000));
    await Promise.all(texts.map((text) => systemDisk.replace(at('a'), text)));
    expect(await promises.readFile(at('a'), 'utf8')).toBe(texts.at(-1));
  });

  it('goes on after one that failed', async () => {
    const disk = createSystemDisk(failing(3).calls);
    const [first, second] = await Promise.allSettled([
      disk.replace(at('a'), 'one'),
      disk.replace(at('a'), 'two'),
    ]);
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
    expect(await promises.readFile(at('a'), 'utf8')).toBe('two');
  });

  it('does not write through a link laid where the temporary file goes', async () => {
    await promises.writeFile(at('target'), 'untouched');
    await promises.symlink(at('target'), at('a.tmp'));
    await expect(systemDisk.replace(at('a'), 'x')).rejects.toThrow('ELOOP');
    expect(await promises.readFile(at('target'), 'utf8')).toBe('untouched');
  });
});

describe('appending', () => {
  it('adds to the end and makes the file for its owner only', async () => {
    await systemDisk.append(at('a'), 'one\n');
    await systemDisk.append(at('a'), Buffer.from('two\n'));
    expect(await promises.readFile(at('a'), 'utf8')).toBe('one\ntwo\n');
    expect(await mode('a')).toBe(0o600);
  });

  it('writes once, and flushes only when asked; a new file with its directory', async () => {
    const { calls, log } = failing(Infinity);
    const disk = createSystemDisk(calls);
    await disk.append(at('a'), 'x');
    expect(log.splice(0)).toEqual(['open', 'open', 'write']);
    await disk.append(at('a'), 'x', { sync: true });
    expect(log.splice(0)).toEqual(['open', 'write', 'datasync']);
    await disk.append(at('b'), 'x', { sync: true });
    expect(log).toEqual(['open', 'open', 'write', 'datasync', 'open', 'sync']);
  });

  it('fails with whichever call fails, and flushes no second time', async () => {
    await promises.writeFile(at('a'), '');
    for (const n of [1, 2, 3]) {
      const { calls, log } = failing(n);
      await expect(createSystemDisk(calls).append(at('a'), 'x', { sync: true })).rejects.toThrow('EIO');
      expect(log).toHaveLength(n);
    }
  });

  it('does not follow a link', async () => {
    await promises.writeFile(at('target'), '');
    await promises.symlink(at('target'), at('a'));
    await expect(systemDisk.append(at('a'), 'x')).rejects.toThrow('ELOOP');
  });
});
