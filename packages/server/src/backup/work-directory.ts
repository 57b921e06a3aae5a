/**
 * A directory in which something is made that must never look whole before it is: private, of one process at a time (by
 * the kernel's lock, which ends with the process), emptied when the one before was killed in it.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { takeOwnership } from '../storage/ownership.ts';
import { StorageOpenError } from '../storage/storage-error.ts';

const LOCK = 'work';

export interface WorkDirectory {
  readonly path: string;
  /** Removes it with all that is left in it. */
  release(): void;
}

/** @throws StorageOpenError `in_use` while another process works there */
export function takeWorkDirectory(path: string): WorkDirectory {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  let ownership;
  try {
    ownership = takeOwnership(join(path, LOCK));
  } catch (cause) {
    if (!(cause instanceof StorageOpenError)) throw cause;
    throw new StorageOpenError('in_use', `another ops-server is at work in ${path}: wait until it is done`, {
      cause,
    });
  }
  const own = new Set([`${LOCK}.lock`, `${LOCK}.pid`]);
  for (const name of readdirSync(path))
    if (!own.has(name)) rmSync(join(path, name), { recursive: true, force: true });
  return {
    path,
    release() {
      rmSync(path, { recursive: true, force: true });
      ownership.release();
    },
  };
}
