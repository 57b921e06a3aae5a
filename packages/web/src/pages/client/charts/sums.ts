/** What several devices are together. Pure. */

/** Sum of the readings that are there; undefined when none is. */
export function sumOf<T>(
  entries: readonly T[] | undefined,
  reading: (entry: T) => number | undefined,
): number | undefined {
  const known = (entries ?? []).map(reading).filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}

export function shareOf(used: number | undefined, total: number | undefined): number | undefined {
  return used === undefined || total === undefined || total <= 0 ? undefined : (used / total) * 100;
}

/** The disk that will be full first. */
export function fullest<T extends { readonly used: number; readonly total: number }>(
  disks: readonly T[] | undefined,
): T | undefined {
  const shares = (disks ?? []).filter(({ total }) => total > 0);
  return shares.toSorted((a, b) => b.used / b.total - a.used / a.total)[0];
}
