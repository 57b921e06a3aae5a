/**
 * Reads files of /proc and /sys again and again: each is opened once and read from its start into one buffer, so that
 * a sample neither allocates nor looks up paths.
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

import type { ReadText } from './readings.ts';

const FIRST_BUFFER = 16 * 1024;
/** /proc/stat of 1,024 cores has about 100 KiB; what is longer is cut at a line. */
export const MAX_KERNEL_FILE = 1024 * 1024;
/** Files kept open. */
const MAX_OPEN = 16;

export interface KernelFiles {
  /** The whole file as Latin-1; keeps it open for the next time. */
  readonly read: ReadText;
  /** The whole file as UTF-8, opened for this once: for what is read rarely or holds names. */
  readonly readOnce: ReadText;
  readonly close: () => void;
}

export function createKernelFiles(): KernelFiles {
  const open = new Map<string, number>();
  let buffer = Buffer.allocUnsafeSlow(FIRST_BUFFER);

  /** Bytes read into the buffer. The kernel hands long files out in pieces, so it is read until nothing comes. */
  function fill(fd: number): number {
    let length = 0;
    for (;;) {
      if (length === buffer.length) {
        if (length >= MAX_KERNEL_FILE) return buffer.lastIndexOf('\n', length - 1) + 1;
        const grown = Buffer.allocUnsafeSlow(length * 2);
        buffer.copy(grown, 0, 0, length);
        buffer = grown;
      }
      const got = readSync(fd, buffer, length, buffer.length - length, length);
      if (got === 0) return length;
      length += got;
    }
  }

  return {
    read(path) {
      let fd = open.get(path);
      try {
        if (fd === undefined) {
          if (open.size >= MAX_OPEN) return undefined;
          fd = openSync(path, 'r');
          open.set(path, fd);
        }
        const length = fill(fd);
        return buffer.toString('latin1', 0, length);
      } catch {
        // Gone or replaced: opened anew the next time.
        if (fd !== undefined) {
          open.delete(path);
          closeSync(fd);
        }
        return undefined;
      }
    },
    readOnce(path) {
      try {
        return readFileSync(path, 'utf8').slice(0, MAX_KERNEL_FILE);
      } catch {
        return undefined;
      }
    },
    close() {
      for (const fd of open.values()) closeSync(fd);
      open.clear();
    },
  };
}
