/** Which hosts of a batch are listed: the query string of its page. Pure. */
const HOST_STATES = [
  'held',
  'pending',
  'executing',
  'succeeded',
  'nonzero',
  'timeout',
  'failed',
  'cancelled',
] as const;
export type HostState = (typeof HOST_STATES)[number];

export interface BatchSearch {
  readonly state?: HostState;
  /** Key of a group. */
  readonly group?: string;
  readonly q?: string;
}

export const MAX_WORDS = 128;
const GROUP_PATTERN = /^[0-9A-Za-z_-]{1,64}$/;

/** Believes nothing of an address someone typed: what is not known is left out. */
export function readBatchSearch(raw: Readonly<Record<string, unknown>>): BatchSearch {
  const state = HOST_STATES.find((entry) => entry === raw['state']);
  const group =
    typeof raw['group'] === 'string' && GROUP_PATTERN.test(raw['group']) ? raw['group'] : undefined;
  const q = typeof raw['q'] === 'string' ? raw['q'].slice(0, MAX_WORDS) : '';
  return { ...(state && { state }), ...(group !== undefined && { group }), ...(q !== '' && { q }) };
}
