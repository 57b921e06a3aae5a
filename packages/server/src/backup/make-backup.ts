/**
 * `ops-server backup`: everything a server needs to go on elsewhere, as one file, while it runs.
 *
 *   work directory beside the target ──copy, check, hash──► archive in it ──flushed──► renamed to its name
 *
 * A file of that name is whole, or it is not there. The samples are copied first: every client they speak of is then in
 * the database copied after them.
 */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, statSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import type { Clock } from '@ops/runtime/clock.ts';

import { AUDIT_KEY_FILE } from '../audit/audit-key.ts';
import { ENROLMENT_KEY_FILE } from '../enrolment/enrolment-key.ts';
import { SECRET_FILE } from '../tcp-secret.ts';
import { writeArchive } from './archive.ts';
import type { Part } from './archive.ts';
import { copyDatabase } from './copy-database.ts';
import { takeWorkDirectory } from './work-directory.ts';

/** What the server keeps in its data directory, as far as it has made it. */
const DATABASES = ['samples.db', 'ops.db'];
const KEYS = [AUDIT_KEY_FILE, ENROLMENT_KEY_FILE, SECRET_FILE];

export interface BackupOptions {
  /** A file that is not there yet, or a directory in which one is made. */
  readonly to: string;
  readonly dataDir: string;
  /** Files outside of it that belong to the configuration, by the name they get. */
  readonly configuration: ReadonlyMap<string, string>;
  readonly version: string;
  readonly clock: Clock;
}

export interface MadeBackup {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly files: readonly string[];
}

/** A backup or a restore that cannot be done. The message is one sentence for the operator. */
export class BackupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BackupError';
  }
}

/** Pure. `2026-11-28T15:37:01.123Z` → `20261128-153701` */
function stampOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** @throws BackupError, StorageOpenError (another backup works there), or node's */
export async function makeBackup(options: BackupOptions): Promise<MadeBackup> {
  const { to, dataDir, configuration, version, clock } = options;
  const madeAtMs = clock.wall();
  const target = isDirectory(to) ? join(to, `ops-backup-${stampOf(madeAtMs)}.tar`) : resolve(to);
  if (existsSync(target)) throw new BackupError(`${target} is there already; nothing is overwritten`);
  if (!isDirectory(dirname(target))) throw new BackupError(`there is no directory ${dirname(target)}`);
  requireOwnData(dataDir);

  const work = takeWorkDirectory(join(dirname(target), '.ops-backup.partial'));
  try {
    const parts: Part[] = [];
    const add = async (
      name: string,
      from: string,
      copy: typeof copyFile | typeof copyDatabase,
    ): Promise<void> => {
      const path = join(work.path, name.replace('/', '-'));
      await copy(from, path);
      parts.push({ name, path, from });
    };
    for (const name of DATABASES) {
      const from = join(dataDir, name);
      if (existsSync(from)) await add(`data/${name}`, from, copyDatabase);
    }
    for (const name of KEYS) {
      const from = join(dataDir, name);
      if (existsSync(from)) await add(`data/${name}`, from, copyFile);
    }
    for (const [name, from] of configuration) await add(`configuration/${name}`, from, copyFile);

    const archive = join(work.path, 'archive');
    const { bytes, sha256 } = await writeArchive(archive, parts, { version, madeAtMs });
    renameSync(archive, target);
    syncDirectory(dirname(target));
    return { path: target, bytes, sha256, files: parts.map(({ name }) => name) };
  } finally {
    work.release();
  }
}

/**
 * Somebody else who opens a database leaves files beside it that its owner cannot use.
 * @throws BackupError
 */
function requireOwnData(dataDir: string): void {
  const facts = statSync(join(dataDir, 'ops.db'), { throwIfNoEntry: false });
  if (!facts)
    throw new BackupError(`there is no ops.db in ${dataDir}: name the data directory of the server`);
  const self = process.geteuid?.();
  if (self !== undefined && self !== facts.uid)
    throw new BackupError(
      `${dataDir} belongs to another user (${facts.uid}): run this as that user, by sudo -u`,
    );
}

export function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
