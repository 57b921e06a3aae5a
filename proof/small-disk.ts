/**
 * A directory on a disk of its own that can be filled: a tmpfs in a mount namespace that needs no root. Programs enter
 * it by a prefix; from outside it is reached through /proc.
 */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startProgram } from '@ops/testkit/child-program.ts';

export interface SmallDisk {
  /** Puts a program into the namespace. */
  readonly prefix: readonly string[];
  fill(): Promise<void>;
  free(): Promise<void>;
  /** A copy of what is on it, without the filling. Whole when nobody writes meanwhile. */
  copyTo(directory: string): Promise<void>;
  close(): Promise<void>;
}

const MOUNT = 'mount -t tmpfs -o size="$2" none "$1" && echo mounted && exec sleep infinity\n';
const FILLING = 'filling';
const BLOCK = Buffer.alloc(64 * 1024);

/** @returns undefined where namespaces are not to be had */
export async function mountSmallDisk(
  directory: string,
  size: string,
  scratch: string,
): Promise<SmallDisk | undefined> {
  const script = join(scratch, 'mount.sh');
  await mkdir(directory, { recursive: true });
  await writeFile(script, MOUNT);
  const holder = await startProgram({
    file: '/usr/bin/unshare',
    args: ['-Urm', 'bash', script, directory, size],
  }).catch(() => undefined);
  try {
    await holder?.line(/^mounted$/);
  } catch {
    if (holder?.isRunning) await holder.kill9();
    return undefined;
  }
  if (!holder) return undefined;
  const inside = join(`/proc/${holder.pid}/root`, directory);
  const free = (): Promise<void> => rm(join(inside, FILLING), { force: true });
  return {
    prefix: ['nsenter', '-t', String(holder.pid), '-U', '-m', '--preserve-credentials', '--'],
    async fill() {
      for (let blocks = 0; blocks < 100_000; blocks++) {
        try {
          await writeFile(join(inside, FILLING), BLOCK, { flag: 'a' });
        } catch {
          // Full, but for less than a block.
          return;
        }
      }
    },
    free,
    async copyTo(to) {
      await rm(to, { recursive: true, force: true });
      await cp(inside, to, { recursive: true, filter: (source) => !source.endsWith(FILLING) });
    },
    async close() {
      if (holder.isRunning) await holder.kill9();
    },
  };
}
