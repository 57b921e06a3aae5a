/**
 * A history that is read from its end while it grows at its beginning. The newest page is asked for again and again,
 * older ones once; they are put together here without a hole and without repeats. Pure.
 */
export interface Page<T> {
  readonly items: readonly T[];
  /** Where older ones begin; null: there are none. */
  readonly next: string | null;
}

interface HasId {
  readonly id: string;
}

function idsOf(items: readonly HasId[]): Set<string> {
  return new Set(items.map((item) => item.id));
}

/**
 * The newest page over what was known. What the page no longer holds but should (it does not pass the filter any more)
 * goes; what lies behind the page stays. When the page has nothing in common with what was known, more came than a
 * page holds, and the old end is dropped rather than shown behind a hole.
 */
export function withNewest<T extends HasId>(known: Page<T>, newest: Page<T>): Page<T> {
  if (newest.next === null || known.items.length === 0) return newest;
  const fresh = idsOf(newest.items);
  const joint = known.items.findLastIndex((item) => fresh.has(item.id));
  if (joint < 0) return newest;
  const older = known.items.slice(joint + 1);
  if (older.length === 0) return newest;
  return { items: [...newest.items, ...older], next: known.next };
}

/** One more page at the end. */
export function withOlder<T extends HasId>(known: Page<T>, older: Page<T>): Page<T> {
  const before = idsOf(known.items);
  return { items: [...known.items, ...older.items.filter((item) => !before.has(item.id))], next: older.next };
}

/** What is known of an item, brought up to date; items that are not listed are passed over. */
export function withChanged<T extends HasId>(
  known: Page<T>,
  changed: T,
  passes: (item: T) => boolean,
): Page<T> {
  const at = known.items.findIndex((item) => item.id === changed.id);
  if (at < 0) return known;
  const items = passes(changed) ? known.items.with(at, changed) : known.items.toSpliced(at, 1);
  return { ...known, items };
}
