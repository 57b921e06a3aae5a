/** Which time the charts of a host show: the query string of its page. Pure, and read with the first page. */
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Ranges that end now, by their name in the address, shortest first. */
export const RANGES = {
  '15m': 15 * MINUTE_MS,
  '1h': HOUR_MS,
  '6h': 6 * HOUR_MS,
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '30d': 30 * DAY_MS,
} as const;
export type RangeName = keyof typeof RANGES;
export const RANGE_NAMES: readonly RangeName[] = ['15m', '1h', '6h', '24h', '7d', '30d'];
export const DEFAULT_RANGE: RangeName = '1h';

export interface HostSearch {
  /** One hour when absent. */
  readonly range?: RangeName;
  /** A part of the time that was zoomed into, in milliseconds since 1970; both or none. */
  readonly from?: string;
  readonly to?: string;
}

export interface TimeWindow {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/** Closer than this there is nothing to see: two averages. */
export const MIN_WINDOW_MS = 2 * MINUTE_MS;
/** As long as averages are kept. */
export const MAX_WINDOW_MS = RANGES['30d'];

const TIME_PATTERN = /^\d{1,14}$/;

/** Believes nothing of an address someone typed: what is not known is left out. */
export function readHostSearch(raw: Readonly<Record<string, unknown>>): HostSearch {
  const range = RANGE_NAMES.find((name) => name === raw['range']);
  const { from, to } = raw;
  const isWindow =
    typeof from === 'string' &&
    typeof to === 'string' &&
    TIME_PATTERN.test(from) &&
    TIME_PATTERN.test(to) &&
    Number(to) - Number(from) >= MIN_WINDOW_MS &&
    Number(to) - Number(from) <= MAX_WINDOW_MS;
  return { ...(range && { range }), ...(isWindow && { from, to }) };
}

export function windowOf({ from, to }: HostSearch): TimeWindow | undefined {
  return from === undefined || to === undefined ? undefined : { from: Number(from), to: Number(to) };
}

/** A window that can be shown: not too short, not too long, not after `newest`. Whole milliseconds. */
export function fitWindow({ from, to }: TimeWindow, newest: number): TimeWindow {
  const length = Math.min(MAX_WINDOW_MS, Math.max(MIN_WINDOW_MS, to - from));
  const middle = (from + to) / 2;
  const end = Math.round(Math.min(newest, middle + length / 2));
  return { from: Math.round(end - length), to: end };
}

/** Longer or shorter around its middle or another moment of it. */
export function zoomWindow(
  { from, to }: TimeWindow,
  factor: number,
  newest: number,
  around = (from + to) / 2,
): TimeWindow {
  return fitWindow({ from: around - (around - from) * factor, to: around + (to - around) * factor }, newest);
}

/** By a share of its length, to the past when negative. */
export function moveWindow({ from, to }: TimeWindow, share: number, newest: number): TimeWindow {
  const by = (to - from) * share;
  return fitWindow({ from: from + by, to: to + by }, newest);
}
