/**
 * Online clients in the order of their newest heartbeat: a doubly linked ring of places, of which 0 is its head.
 *
 *   head ⇄ oldest ⇄ … ⇄ newest ⇄ head          each heartbeat: unlink, number, link before the head
 *
 * A heartbeat costs a few writes and no allocation (a Map re-inserted at each heartbeat would be rehashed all the time),
 * and what changed since a version is the end of the ring: asking costs what the answer holds, not the size of the fleet.
 * The links are numbers side by side: those of ten thousand clients fit in the processor's cache, and the neighbours of an
 * entry, which nobody else looks at then, need not be fetched.
 */
import type { Entry } from './entry.ts';

const FIRST_PLACES = 1024;

export interface Recency {
  /** Version of the newest entry; 0 before the first. */
  readonly version: number;
  readonly size: number;
  /** Puts the entry at the new end, with the next version. Adds it when it was not in the list. */
  touch(entry: Entry): void;
  /** Harmless when it is not in the list. */
  remove(entry: Entry): void;
  /** Calls for each, oldest first, until one call returns false. The list must not be changed meanwhile. */
  each(call: (entry: Entry) => boolean): void;
  /** Entries newer than `version`, oldest first, at most `limit`. */
  since(version: number, limit: number): Entry[];
}

export function createRecency(): Recency {
  let older = new Int32Array(FIRST_PLACES);
  let newer = new Int32Array(FIRST_PLACES);
  /** By place. */
  const entries: (Entry | undefined)[] = [undefined];
  const free: number[] = [];
  let version = 0;

  function takePlace(entry: Entry): void {
    entry.place = free.pop() ?? entries.length;
    entries[entry.place] = entry;
    if (entry.place < older.length) return;
    const grown = [new Int32Array(older.length * 2), new Int32Array(older.length * 2)] as const;
    grown[0].set(older);
    grown[1].set(newer);
    [older, newer] = grown;
  }

  function unlink(place: number): void {
    const before = older[place]!;
    const behind = newer[place]!;
    newer[before] = behind;
    older[behind] = before;
  }

  return {
    get version() {
      return version;
    },
    get size() {
      return entries.length - 1 - free.length;
    },

    touch(entry) {
      if (entry.place === 0) takePlace(entry);
      else unlink(entry.place);
      const { place } = entry;
      const newest = older[0]!;
      entry.version = ++version;
      older[place] = newest;
      newer[place] = 0;
      newer[newest] = place;
      older[0] = place;
    },

    remove(entry) {
      if (entry.place === 0) return;
      unlink(entry.place);
      entries[entry.place] = undefined;
      free.push(entry.place);
      entry.place = 0;
    },

    each(call) {
      for (let place = newer[0]!; place !== 0; place = newer[place]!) if (!call(entries[place]!)) return;
    },

    since(from, limit) {
      const found: Entry[] = [];
      let place = newer[0]!;
      // Unless all are wanted, from the newest back to the first that is.
      if (place !== 0 && entries[place]!.version <= from) {
        place = 0;
        while (older[place] !== 0 && entries[older[place]!]!.version > from) place = older[place]!;
      }
      for (; place !== 0 && found.length < limit; place = newer[place]!) found.push(entries[place]!);
      return found;
    },
  };
}
