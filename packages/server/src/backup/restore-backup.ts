/**
 * `ops-server restore`: a data directory out of a backup, where there is none.
 *
 *   <data_dir>.restoring ──unpacked, each file checked by its SHA-256, databases read through──► renamed to <data_dir>
 *
 * The data directory is whole, or it is not there.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { auditVerifyReport } from '../audit/verify.ts';
import { messageOf } from '../storage/storage-error.ts';
import { readArchive } from './archive.ts';
import { checkDatabase } from './copy-database.ts';
import { BackupError, syncDirectory } from './make-backup.ts';
import { takeWorkDirectory } from './work-directory.ts';

/** In the data directory: what lay elsewhere is not put there again by itself. */
export const CONFIGURATION = 'restored-configuration';

export interface RestoredBackup {
  readonly dataDir: string;
  /** ISO 8601. */
  readonly madeAt: string;
  readonly version: string;
  /** What lay outside of the data directory: where it is now, and where it came from. */
  readonly configuration: readonly { readonly path: string; readonly from: string }[];
  /** What `audit verify` says of the trail. */
  readonly audit: string;
}

/** @throws BackupError, StorageOpenError (another restore works there), or node's; then nothing is left */
export async function restoreBackup(options: {
  readonly from: string;
  readonly dataDir: string;
}): Promise<RestoredBackup> {
  const { from, dataDir } = options;
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0)
    throw new BackupError(
      `${dataDir} is not empty: nothing is overwritten; name another data_dir, or move it away`,
    );
  if (!existsSync(from)) throw new BackupError(`there is no ${from}`);
  mkdirSync(dirname(dataDir), { recursive: true, mode: 0o700 });
  const work = takeWorkDirectory(`${dataDir}.restoring`);
  try {
    const data = join(work.path, 'data');
    mkdirSync(join(data, CONFIGURATION), { recursive: true, mode: 0o700 });
    const placeOf = (name: string): string => {
      const file = name.slice(name.indexOf('/') + 1);
      return name.startsWith('data/') ? join(data, file) : join(data, CONFIGURATION, file);
    };
    const manifest = await readArchive(from, placeOf).catch((cause: unknown) => {
      throw new BackupError(`${from} cannot be restored: ${messageOf(cause)}`, { cause });
    });
    for (const { name } of manifest.files) if (name.endsWith('.db')) checkDatabase(placeOf(name));
    const { text: audit } = auditVerifyReport({ dataDir: data });
    const outside = manifest.files.filter(({ name }) => name.startsWith('configuration/'));
    if (outside.length === 0) rmdirSync(join(data, CONFIGURATION));
    else syncDirectory(join(data, CONFIGURATION));
    syncDirectory(data);
    // Over an empty directory only: the system refuses any other.
    try {
      renameSync(data, dataDir);
    } catch (cause) {
      throw new BackupError(
        `${dataDir} cannot take its place (${messageOf(cause)}): if it is a mount, name a directory in it as data_dir`,
        { cause },
      );
    }
    syncDirectory(dirname(dataDir));
    return {
      dataDir,
      madeAt: manifest.made_at,
      version: manifest.version,
      configuration: outside.map(({ name, from: origin }) => ({
        path: placeOf(name).replace(data, dataDir),
        from: origin,
      })),
      audit,
    };
  } finally {
    work.release();
  }
}
