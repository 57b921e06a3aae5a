/** Space on every disk: which are mounted by /proc/self/mountinfo, how full by statfs. */
import { statfsSync, statSync } from 'node:fs';

import { MAX_DISKS } from '@ops/protocol/domain/sample.ts';
import type { Sample } from '@ops/protocol/domain/sample.ts';

import { parseMounts } from './mounts.ts';
import type { Mount } from './mounts.ts';
import type { ReadText, Source } from './readings.ts';

/** Space changes slowly, and a host with containers has hundreds of mounts to look through. */
export const DISKS_EVERY_MS = 15_000;

type DiskReading = NonNullable<Sample['disks']>[number];

interface Space {
  readonly total: number;
  readonly used: number;
}

/** Bytes of the filesystem at a directory, as df counts them; undefined when it is none, has no size or denies it. */
export function spaceAt(directory: string): Space | undefined {
  try {
    if (!statSync(directory).isDirectory()) return undefined;
    const { bsize, blocks, bfree } = statfsSync(directory);
    const total = blocks * bsize;
    const used = (blocks - bfree) * bsize;
    return Number.isSafeInteger(total) && total > 0 && used >= 0 ? { total, used } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Asks for the space of each mount. A part of a disk that is exactly as large and as full as the root is the root's own
 * disk, seen through a bind mount: /etc/hosts and the volumes of a container.
 */
export function measure(
  mounts: readonly Mount[],
  space: (directory: string) => Space | undefined,
): DiskReading[] {
  const disks: DiskReading[] = [];
  let root: Space | undefined;
  for (const { mount, filesystem, whole } of mounts) {
    const found = space(mount);
    if (!found) continue;
    if (mount === '/') root = found;
    else if (!whole && root?.total === found.total && root.used === found.used) continue;
    disks.push({ mount, filesystem, ...found });
    if (disks.length === MAX_DISKS) break;
  }
  return disks;
}

export function createDiskSource(read: ReadText, mountinfoPath: string): Source {
  let disks: DiskReading[] = [];
  let at = -Infinity;
  return {
    name: 'disk',
    read(now) {
      if (now - at >= DISKS_EVERY_MS) {
        at = now;
        disks = measure(parseMounts(read(mountinfoPath) ?? ''), spaceAt);
      }
      return disks.length > 0 ? { disks } : {};
    },
  };
}
