/**
 * An archive, part by part, to the disk: one part is held at a time, and what is whole is what its manifest says, to the
 * last byte.
 */
import { createHash } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

import { MAX_UPGRADE_PART } from '@ops/protocol/domain/upgrade.ts';
import type { Disk } from '@ops/runtime/disk.ts';

import { UpgradeFailure } from './failure.ts';
import type { ReleaseFile } from './judge-release.ts';

/** The archive, the program unpacked, and as much again that other programs of the host need. */
export const SPACE_FACTOR = 5;

/** Bytes that a user without privileges may still write. */
export type FreeBytes = (directory: string) => Promise<number>;

export const freeBytesOf: FreeBytes = async (directory) => {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
};

export interface DownloadNeeds {
  readonly file: ReleaseFile;
  readonly path: string;
  readonly disk: Disk;
  readonly freeBytes: FreeBytes;
  /** Bytes from there on, at least one. @throws UpgradeFailure */
  readonly part: (offset: number) => Promise<Buffer>;
}

/** @throws UpgradeFailure, or an error of the disk */
export async function download({ file, path, disk, freeBytes, part }: DownloadNeeds): Promise<void> {
  const directory = dirname(path);
  await disk.makeDirectory(directory);
  const [free, needed] = [await freeBytes(directory), SPACE_FACTOR * file.size];
  if (free < needed)
    throw new UpgradeFailure(
      'failed',
      'disk',
      `${directory} has ${free} bytes left, and ${needed} are needed`,
    );
  await disk.remove(path);
  const output = await disk.openAppend(path);
  try {
    const hash = createHash('sha256');
    for (let offset = 0; offset < file.size;) {
      const bytes = await part(offset);
      offset += bytes.length;
      if (bytes.length > MAX_UPGRADE_PART || offset > file.size)
        throw new UpgradeFailure('failed', 'download', 'the server sent more than it was asked for');
      hash.update(bytes);
      await output.write(bytes);
    }
    if (hash.digest('hex') !== file.sha256)
      throw new UpgradeFailure('failed', 'checksum', `${file.name} is not the one of the manifest`);
    await output.sync();
  } finally {
    await output.close();
  }
}
