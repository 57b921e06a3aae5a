/** Clients ordered by host name as people order them, then id: the same on every machine. Kept sorted, never sorted anew. */
import type { Entry } from './entry.ts';

export interface Order {
  readonly entries: readonly Entry[];
  /** Sorts many at once, instead of what was there. */
  fill(entries: Iterable<Entry>): void;
  add(entry: Entry): void;
  /** Before the host name changes: the entry is found by it. */
  remove(entry: Entry): void;
}

function compare(a: Entry, b: Entry): number {
  if (a.sortName !== b.sortName) return a.sortName < b.sortName ? -1 : 1;
  if (a.facts.hostname !== b.facts.hostname) return a.facts.hostname < b.facts.hostname ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

export function createOrder(): Order {
  let entries: Entry[] = [];

  /** Index of the entry, or where it belongs. */
  function place(entry: Entry): number {
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(entries[middle]!, entry) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    get entries() {
      return entries;
    },
    fill(all) {
      entries = Array.from(all).toSorted(compare);
    },
    add(entry) {
      entries.splice(place(entry), 0, entry);
    },
    remove(entry) {
      const at = place(entry);
      if (entries[at] === entry) entries.splice(at, 1);
    },
  };
}
