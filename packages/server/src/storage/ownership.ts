/**
 * One process owns a database. The lock is SQLite's own exclusive lock on a small file beside it: the kernel holds it
 * for the process and drops it when the process ends, however it ends, so there is no stale lock to clean up.
 *
 * The lock file is never opened by other means: closing any descriptor of a file drops a process's locks on it. The
 * process id for the message is therefore in a second file, which nothing but the message depends on.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { createPrivately } from './data-directory.ts';
import { resultCode } from './dialects/sqlite-errors.ts';
import { StorageOpenError } from './storage-error.ts';

/** Without a journal nothing is written: a full disk or a crash leaves no trace. */
const TAKE = 'PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE';
const BUSY = 5;

export interface Ownership {
  /** Harmless when released before. */
  release(): void;
}

/** @throws StorageOpenError `in_use` when another process, or another opener in this one, owns the database */
export function takeOwnership(path: string): Ownership {
  const lockPath = `${path}.lock`;
  const pidPath = `${path}.pid`;
  createPrivately(lockPath);
  const lock = new DatabaseSync(lockPath, { timeout: 0 });
  try {
    lock.exec(TAKE);
  } catch (cause) {
    lock.close();
    if (((resultCode(cause) ?? 0) & 0xff) !== BUSY) throw cause;
    const pid = readPid(pidPath);
    throw new StorageOpenError(
      'in_use',
      `the data directory ${dirname(path)} is in use by another ops-server${pid === undefined ? '' : ` (pid ${pid})`}: stop that one, or give this one its own data directory`,
      { cause },
    );
  }
  try {
    writeFileSync(pidPath, `${process.pid}\n`, { mode: 0o600 });
  } catch {
    // A full disk must not keep a server from starting; the message to the next one just knows no pid.
  }
  return {
    release() {
      if (!lock.isOpen) return;
      rmSync(pidPath, { force: true });
      lock.close();
    },
  };
}

/** Which process owns a database; undefined when none does, or nobody knows. It may have crashed since. */
export function ownerOf(path: string): number | undefined {
  return readPid(`${path}.pid`);
}

function readPid(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}
