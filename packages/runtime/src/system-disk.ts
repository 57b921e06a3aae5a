/** The disk of the machine behind the `Disk` interface. */
import { constants } from 'node:fs';
import * as promises from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { Disk } from './disk.ts';

/** What is needed of node:fs/promises: tests put in one whose n-th call fails. */
export interface FileCalls {
  open(path: string, flags: string | number, mode?: number): Promise<FileHandle>;
  readFile(path: string): Promise<Buffer>;
  readdir(path: string): Promise<string[]>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  mkdir(path: string, options: { readonly recursive: true; readonly mode: number }): Promise<unknown>;
}

const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;

function hasCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === code;
}

async function using<T>(handle: FileHandle, work: (handle: FileHandle) => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work(handle);
  } catch (cause) {
    // The first fault is the one to tell.
    await handle.close().catch(() => undefined);
    throw cause;
  }
  await handle.close();
  return result;
}

async function writeAll(handle: FileHandle, data: Buffer | string): Promise<void> {
  const bytes = Buffer.from(data);
  // One call; only a full disk makes it short, and then the next one says so.
  for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten;
}

export function createSystemDisk(calls: FileCalls): Disk {
  /** Replacements of one path run one after the other: they share the temporary file. */
  const replacing = new Map<string, Promise<void>>();

  async function syncDirectory(path: string): Promise<void> {
    // Windows cannot open a directory, and its rename is durable by journal.
    if (process.platform === 'win32') return;
    await using(await calls.open(dirname(path), 'r'), (handle) => handle.sync());
  }

  async function replaceNow(path: string, data: Buffer | string): Promise<void> {
    const temporary = `${path}.tmp`;
    try {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | NO_FOLLOW;
      await using(await calls.open(temporary, flags, 0o600), async (handle) => {
        await writeAll(handle, data);
        await handle.sync();
      });
      await calls.rename(temporary, path);
    } catch (cause) {
      await calls.unlink(temporary).catch(() => undefined);
      throw cause;
    }
    await syncDirectory(path);
  }

  /** @returns the file, and whether it was made */
  async function openToAppend(path: string): Promise<readonly [FileHandle, boolean]> {
    const flags = constants.O_WRONLY | constants.O_APPEND | NO_FOLLOW;
    try {
      return [await calls.open(path, flags), false];
    } catch (cause) {
      if (!hasCode(cause, 'ENOENT')) throw cause;
      return [await calls.open(path, flags | constants.O_CREAT, 0o600), true];
    }
  }

  return {
    async read(path) {
      try {
        return await calls.readFile(path);
      } catch (cause) {
        if (hasCode(cause, 'ENOENT')) return undefined;
        throw cause;
      }
    },
    async replace(path, data) {
      const before = replacing.get(path) ?? Promise.resolve();
      const now = before.catch(() => undefined).then(() => replaceNow(path, data));
      replacing.set(path, now);
      try {
        await now;
      } finally {
        if (replacing.get(path) === now) replacing.delete(path);
      }
    },
    async readPart(path, offset, bytes) {
      let file;
      try {
        file = await calls.open(path, constants.O_RDONLY | NO_FOLLOW);
      } catch (cause) {
        if (hasCode(cause, 'ENOENT')) return undefined;
        throw cause;
      }
      return using(file, async (handle) => {
        const part = Buffer.allocUnsafe(bytes);
        const { bytesRead } = await handle.read(part, 0, bytes, offset);
        return part.subarray(0, bytesRead);
      });
    },
    async openAppend(path) {
      const [handle, made] = await openToAppend(path);
      try {
        if (made) await syncDirectory(path);
      } catch (cause) {
        await handle.close().catch(() => undefined);
        throw cause;
      }
      return {
        write: (data) => writeAll(handle, data),
        sync: () => handle.datasync(),
        close: () => handle.close(),
      };
    },
    async append(path, data, options = {}) {
      const [file, made] = await openToAppend(path);
      await using(file, async (handle) => {
        await writeAll(handle, data);
        if (options.sync) await handle.datasync();
      });
      if (options.sync && made) await syncDirectory(path);
    },
    async list(directory) {
      try {
        return (await calls.readdir(directory)).toSorted();
      } catch (cause) {
        if (hasCode(cause, 'ENOENT')) return [];
        throw cause;
      }
    },
    async remove(path) {
      try {
        await calls.unlink(path);
      } catch (cause) {
        if (!hasCode(cause, 'ENOENT')) throw cause;
      }
    },
    async makeDirectory(path) {
      await calls.mkdir(path, { recursive: true, mode: 0o700 });
    },
  };
}

export const systemDisk: Disk = createSystemDisk(promises);
