/**
 * Tells when something in the base directory may have changed: the system says so where it can, and where it cannot
 * somebody looks. Only directories that others cannot write to are watched: the rest could be used to keep us busy.
 */
import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';

/** Events of no use (a log that grows) from one directory between two `calm`; after these it is only looked at. */
export const MAX_NOISE = 500;

export interface Watched {
  readonly path: string;
  readonly inode: number;
  /** Only these of its files matter; undefined: all. */
  readonly files?: ReadonlySet<string>;
}

export interface DirectoryWatch {
  /** From now on these, by key. What is watched already stays. @returns keys that could not be watched */
  follow(directories: ReadonlyMap<string, Watched>): ReadonlySet<string>;
  /** Some time has passed: the count of events of no use begins anew. */
  calm(): void;
  close(): void;
}

export type StartWatch = (
  path: string,
  changed: (file: string | null) => void,
  lost: () => void,
) => { close(): void };

export const systemWatch: StartWatch = (path, changed, lost) => {
  const watcher: FSWatcher = watch(path, { persistent: false }, (_event, file) => changed(file));
  watcher.on('error', lost);
  return watcher;
};

interface Followed {
  readonly inode: number;
  readonly watcher: { close(): void } | undefined;
  noise: number;
}

/** @param changed the key of a directory in which something happened */
export function createDirectoryWatch(
  changed: (key: string) => void,
  start: StartWatch = systemWatch,
): DirectoryWatch {
  const followed = new Map<string, Followed>();

  function begin(key: string, { path, inode, files }: Watched): Followed {
    const lost = (): void => {
      const now = followed.get(key);
      if (now !== mine) return;
      mine.watcher?.close();
      followed.set(key, { inode, watcher: undefined, noise: 0 });
    };
    const event = (file: string | null): void => {
      if (file === null || !files || files.has(file)) return changed(key);
      if (++mine.noise > MAX_NOISE) lost();
    };
    let watcher: Followed['watcher'];
    try {
      watcher = start(path, event, lost);
    } catch {
      // No such thing here, none left, or the directory is gone: it is looked at instead.
    }
    const mine: Followed = { inode, watcher, noise: 0 };
    return mine;
  }

  function end(key: string): void {
    followed.get(key)?.watcher?.close();
    followed.delete(key);
  }

  return {
    follow(directories) {
      for (const [key, { inode }] of followed) if (directories.get(key)?.inode !== inode) end(key);
      const unwatched = new Set<string>();
      for (const [key, directory] of directories) {
        if (!followed.has(key)) followed.set(key, begin(key, directory));
        if (!followed.get(key)?.watcher) unwatched.add(key);
      }
      return unwatched;
    },
    calm() {
      for (const each of followed.values()) each.noise = 0;
    },
    close() {
      for (const key of followed.keys()) end(key);
    },
  };
}
