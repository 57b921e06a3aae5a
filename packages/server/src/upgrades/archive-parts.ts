/** Parts of the archives of one upgrade. Each archive is opened once and read by its descriptor, so it stays the same file. */
import type { FileHandle } from 'node:fs/promises';

import type { ClientRelease } from '@ops/protocol/domain/client-release.ts';
import { MAX_UPGRADE_PART } from '@ops/protocol/domain/upgrade.ts';

import type { Shelf } from './shelf.ts';

export interface ArchiveParts {
  /** Empty: there is no such archive, it is not there any more, or it ends before. @throws Error when it cannot be read */
  read(name: string, offset: number): Promise<Buffer>;
  close(): Promise<void>;
}

const EMPTY = Buffer.alloc(0);

export function createArchiveParts(shelf: Pick<Shelf, 'open'>, { files }: ClientRelease): ArchiveParts {
  const handles = new Map<string, Promise<FileHandle | undefined>>();
  let isClosed = false;

  async function handleOf(file: ClientRelease['files'][number]): Promise<FileHandle | undefined> {
    const opening = handles.get(file.name) ?? shelf.open(file);
    handles.set(file.name, opening);
    // What is not there now may be put back.
    const forget = (): void => {
      if (handles.get(file.name) === opening) handles.delete(file.name);
    };
    try {
      const handle = await opening;
      if (!handle) forget();
      return handle;
    } catch (cause) {
      forget();
      throw cause;
    }
  }

  return {
    async read(name, offset) {
      const file = files.find((one) => one.name === name);
      if (!file || offset >= file.size || isClosed) return EMPTY;
      const handle = await handleOf(file);
      if (!handle) return EMPTY;
      const length = Math.min(MAX_UPGRADE_PART, file.size - offset);
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    },
    async close() {
      isClosed = true;
      const all = await Promise.allSettled(handles.values());
      handles.clear();
      for (const opened of all) if (opened.status === 'fulfilled') await opened.value?.close();
    },
  };
}
