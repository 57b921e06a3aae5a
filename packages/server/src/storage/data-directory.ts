import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';

import { messageOf, StorageOpenError } from './storage-error.ts';

/** @returns the path of `file` in the data directory, which is there now. @throws StorageOpenError */
export function prepareDataDirectory(dataDir: string, file: string): string {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new StorageOpenError(
      'unusable',
      `the data directory ${dataDir} cannot be made (${messageOf(cause)}): set OPS_DATA_DIR to a directory this user can write`,
      { cause },
    );
  }
  return join(dataDir, file);
}

/**
 * For a database file before SQLite opens it: its log and its index get the mode of the database. A file that is there
 * is never opened, since closing it again would drop the locks this process holds on it (POSIX advisory locks).
 */
export function createPrivately(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}
