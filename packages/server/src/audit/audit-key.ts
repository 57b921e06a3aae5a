/**
 * The key of the anchors: 32 random bytes in `<dataDir>/audit-key`, used for nothing else. It is kept apart from the
 * database so that who can write the one still cannot forge the other.
 */
import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import type { Random } from '@ops/runtime/random.ts';

import { StorageOpenError } from '../storage/storage-error.ts';

export const AUDIT_KEY_FILE = 'audit-key';
export const AUDIT_KEY_BYTES = 32;

const GROUP_AND_WORLD = 0o077;

export interface AuditKey {
  readonly bytes: Uint8Array;
  /** Writes a fresh key to its file, durably; nothing to do for one that was read. */
  keep(): void;
}

/** The key that is there, or a fresh one that is not on disk yet. @throws StorageOpenError `audit_key` */
export function prepareAuditKey(dataDir: string, random: Random): AuditKey {
  const path = join(dataDir, AUDIT_KEY_FILE);
  const found = readAuditKey(path);
  if (found) return { bytes: found, keep() {} };
  const bytes = random.bytes(AUDIT_KEY_BYTES);
  return { bytes, keep: () => writeDurably(dataDir, path, bytes) };
}

/** @returns undefined when there is no such file. @throws StorageOpenError `audit_key` when it is not private or no key */
export function readAuditKey(path: string): Uint8Array | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw cause;
  }
  try {
    const { mode } = fstatSync(fd);
    if (process.platform !== 'win32' && (mode & GROUP_AND_WORLD) !== 0) {
      throw new StorageOpenError(
        'audit_key',
        `${path} can be read by others (mode ${(mode & 0o777).toString(8)}): chmod 600 it`,
      );
    }
    const bytes = Buffer.alloc(AUDIT_KEY_BYTES + 1);
    if (readSync(fd, bytes, 0, bytes.length, 0) !== AUDIT_KEY_BYTES) {
      throw new StorageOpenError(
        'audit_key',
        `${path} is not a key of ${AUDIT_KEY_BYTES} bytes: put back the one that belongs to the database`,
      );
    }
    return bytes.subarray(0, AUDIT_KEY_BYTES);
  } finally {
    closeSync(fd);
  }
}

function writeDurably(dataDir: string, path: string, bytes: Uint8Array): void {
  const partial = `${path}.partial`;
  const fd = openSync(partial, 'w', 0o600);
  try {
    writeSync(fd, bytes);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(partial, path);
  const directory = openSync(dataDir, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
