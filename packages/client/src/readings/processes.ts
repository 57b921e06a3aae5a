/** How many processes there are: the numbered entries of /proc (the total in /proc/loadavg counts threads). */
import { readdirSync } from 'node:fs';

import type { Source } from './readings.ts';

/** Listing /proc costs more than all other readings together on a host with thousands of processes. */
export const PROCESS_COUNT_EVERY_MS = 15_000;

export function countProcesses(entries: readonly string[]): number {
  let count = 0;
  for (const entry of entries) {
    const first = entry.charCodeAt(0);
    if (first >= 0x31 && first <= 0x39) count++;
  }
  return count;
}

export function createProcessSource(path: string): Source {
  let counted: number | undefined;
  let at = -Infinity;
  return {
    name: 'processes',
    read(now) {
      if (now - at >= PROCESS_COUNT_EVERY_MS) {
        at = now;
        counted = undefined;
        counted = countProcesses(readdirSync(path)) || undefined;
      }
      return counted === undefined ? {} : { process_count: counted };
    },
  };
}
