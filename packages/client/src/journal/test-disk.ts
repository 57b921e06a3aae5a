/**
 * A disk in memory that remembers what was flushed: `crash` takes the rest away. Its n-th call can be made to fail, and
 * it can be full.
 */
import type { AppendFile, Disk } from '@ops/runtime/disk.ts';

interface File {
  data: Buffer;
  /** Bytes that survive a crash of the machine. */
  flushed: number;
}

export interface TestDisk {
  readonly disk: Disk;
  /** Calls so far, by name. */
  readonly calls: string[];
  readonly files: Map<string, File>;
  /** The call with this number, from 1, fails with EIO; a write leaves half of its bytes. */
  failAt: number;
  isFull: boolean;
  /** What a power cut leaves. @param torn up to so many bytes of each file that were not flushed are there all the same */
  crash(torn?: number): void;
  put(path: string, data: Buffer): void;
  /** The one file whose name begins so. */
  only(prefix: string): [string, Buffer];
}

function fault(code: string, name: string): never {
  throw Object.assign(new Error(`${code}: ${name}`), { code });
}

/** Each call answers in a later turn, as that of a disk does. */
async function later<T>(work: () => T): Promise<T> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  return work();
}

export function testDisk(): TestDisk {
  const files = new Map<string, File>();
  const calls: string[] = [];

  function call(name: string): void {
    calls.push(name);
    if (calls.length === under.failAt) fault('EIO', name);
  }
  /** As `call`, for what takes room: a fault leaves half of it. */
  function write(name: string, file: File, data: Buffer): void {
    calls.push(name);
    const code = under.isFull ? 'ENOSPC' : calls.length === under.failAt ? 'EIO' : undefined;
    const written = code ? data.subarray(0, data.length >> 1) : data;
    file.data = Buffer.concat([file.data, written]);
    if (code) fault(code, name);
  }
  function fileAt(path: string): File {
    let file = files.get(path);
    if (!file) files.set(path, (file = { data: Buffer.alloc(0), flushed: 0 }));
    return file;
  }

  const disk: Disk = {
    read: (path) =>
      later(() => {
        call('read');
        const file = files.get(path);
        return file && Buffer.from(file.data);
      }),
    readPart: (path, offset, bytes) =>
      later(() => {
        call('readPart');
        return files.get(path)?.data.subarray(offset, offset + bytes);
      }),
    replace: (path, data) =>
      later(() => {
        const fresh: File = { data: Buffer.alloc(0), flushed: 0 };
        write('replace', fresh, Buffer.from(data));
        fresh.flushed = fresh.data.length;
        files.set(path, fresh);
      }),
    append: (path, data, options) =>
      later(() => {
        const file = fileAt(path);
        write('append', file, Buffer.from(data));
        if (!options?.sync) return;
        call('append sync');
        file.flushed = file.data.length;
      }),
    openAppend: (path): Promise<AppendFile> =>
      later(() => {
        call('open');
        const file = fileAt(path);
        return {
          write: (data) => later(() => write('write', file, data)),
          sync: () =>
            later(() => {
              call('sync');
              file.flushed = file.data.length;
            }),
          close: () => later(() => void calls.push('close')),
        };
      }),
    list: (directory) =>
      later(() => {
        call('list');
        return [...files.keys()]
          .filter(
            (path) => path.startsWith(`${directory}/`) && !path.slice(directory.length + 1).includes('/'),
          )
          .map((path) => path.slice(directory.length + 1))
          .toSorted();
      }),
    remove: (path) =>
      later(() => {
        call('remove');
        files.delete(path);
      }),
    makeDirectory: () => later(() => call('makeDirectory')),
  };

  const under: TestDisk = {
    disk,
    calls,
    files,
    failAt: 0,
    isFull: false,
    crash(torn = 0) {
      for (const [path, { data, flushed }] of files)
        files.set(path, {
          data: data.subarray(0, flushed + torn),
          flushed: Math.min(data.length, flushed + torn),
        });
    },
    put: (path, data) => files.set(path, { data, flushed: data.length }),
    only(prefix) {
      const found = [...files].filter(([path]) => path.startsWith(prefix));
      const [first] = found;
      if (!first || found.length > 1) throw new Error(`${found.length} files begin with ${prefix}`);
      return [first[0], first[1].data];
    },
  };
  return under;
}
