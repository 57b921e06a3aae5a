/** What of the fleet is shown, and how: the query string of the system page. */
const STATUS_FILTERS = ['online', 'late', 'offline'] as const;
export type StatusFilter = (typeof STATUS_FILTERS)[number];

export const SORT_KEYS = ['name', 'status', 'cpu', 'memory', 'disk', 'seen'] as const;
export type SortKey = (typeof SORT_KEYS)[number];

const VIEWS = ['cards', 'table'] as const;
export type View = (typeof VIEWS)[number];

export interface FleetSearch {
  readonly q?: string;
  readonly status?: StatusFilter;
  /** By name when absent. */
  readonly sort?: SortKey;
  /** The natural direction of the key when absent: names up, loads down. */
  readonly dir?: 'asc' | 'desc';
  /** As this browser remembers when absent. */
  readonly view?: View;
}

export const MAX_FILTER = 128;

function oneOf<const T extends readonly string[]>(allowed: T, value: unknown): T[number] | undefined {
  return allowed.find((entry) => entry === value);
}

/** Believes nothing of an address someone typed: what is not known is left out. */
export function readFleetSearch(raw: Readonly<Record<string, unknown>>): FleetSearch {
  const q = typeof raw['q'] === 'string' ? raw['q'].slice(0, MAX_FILTER) : '';
  const status = oneOf(STATUS_FILTERS, raw['status']);
  const sort = oneOf(SORT_KEYS, raw['sort']);
  const dir = oneOf(['asc', 'desc'], raw['dir']);
  const view = oneOf(VIEWS, raw['view']);
  return {
    ...(q !== '' && { q }),
    ...(status && { status }),
    ...(sort && { sort }),
    ...(dir && { dir }),
    ...(view && { view }),
  };
}

/** Loads and bad news first, names from A. */
export function naturalDirection(sort: SortKey): 'asc' | 'desc' {
  return sort === 'name' || sort === 'status' ? 'asc' : 'desc';
}
