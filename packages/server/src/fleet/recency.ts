/**
 * Online clients in the order of their newest heartbeat, as a doubly linked list through the entries themselves.
 *
 *   oldest ⇄ … ⇄ newest          each heartbeat: unlink, number, link at the end
 *
 * A heartbeat costs a few pointer writes and no allocation (a Map re-inserted at each heartbeat would be rehashed all
 * the time), and what changed since a version is the tail of the list: asking costs what the answer holds, not the
 * size of the fleet.
 */
import type { Entry } from './entry.ts';

export interface Recency {
  /** Version of the newest entry; 0 before the first. */
  readonly version: number;
  readonly size: number;
  /** Puts the entry at the new end, with the next version. Adds it when it was not in the list. */
  touch(entry: Entry): void;
  /** Harmless when it is not in the list. */
  remove(entry: Entry): void;
  /** Calls for each, oldest first. The list must not be changed meanwhile. */
  each(call: (entry: Entry) => void): void;
  /** Entries newer than `version`, oldest first, at most `limit`. */
  since(version: number, limit: number): Entry[];
}

export function createRecency(): Recency {
  let oldest: Entry | undefined;
  let newest: Entry | undefined;
  let version = 0;
  let size = 0;

  /** In the list are the entries with a version. */
  function unlink(entry: Entry): void {
    const { older, newer } = entry;
    if (older) older.newer = newer;
    else oldest = newer;
    if (newer) newer.older = older;
    else newest = older;
    entry.older = undefined;
    entry.newer = undefined;
  }

  return {
    get version() {
      return version;
    },
    get size() {
      return size;
    },

    touch(entry) {
      if (entry.version === 0) size++;
      else unlink(entry);
      entry.version = ++version;
      entry.older = newest;
      if (newest) newest.newer = entry;
      else oldest = entry;
      newest = entry;
    },

    remove(entry) {
      if (entry.version === 0) return;
      unlink(entry);
      entry.version = 0;
      size--;
    },

    each(call) {
      for (let entry = oldest; entry; entry = entry.newer) call(entry);
    },

    since(from, limit) {
      const entries: Entry[] = [];
      let start: Entry | undefined;
      if (oldest && oldest.version > from) start = oldest;
      else for (let entry = newest; entry && entry.version > from; entry = entry.older) start = entry;
      for (let entry = start; entry && entries.length < limit; entry = entry.newer) entries.push(entry);
      return entries;
    },
  };
}
