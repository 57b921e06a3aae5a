/** What of the fleet is shown, and how: the query string of the system page. */
import { CLIENT_SORTS, DIRECTIONS } from '@ops/protocol/http/clients.ts';
import type { ClientSort, Direction } from '@ops/protocol/http/clients.ts';
import { MAP_SHADES } from '@ops/protocol/http/events.ts';
import type { MapShade } from '@ops/protocol/http/events.ts';

import type { ListQuery } from '../../live/window-live.ts';

const STATUS_FILTERS = ['online', 'late', 'offline'] as const;
export type StatusFilter = (typeof STATUS_FILTERS)[number];

const VIEWS = ['cards', 'table', 'map'] as const;
export type View = (typeof VIEWS)[number];

/** A reader's own word for what the cells of the map show besides: nothing. */
const SHADES = ['status', ...MAP_SHADES] as const;
export type Shade = 'status' | MapShade;

export interface FleetSearch {
  readonly q?: string;
  readonly status?: StatusFilter;
  /** By name when absent. */
  readonly sort?: ClientSort;
  /** The natural direction of the key when absent: names up, loads down. */
  readonly dir?: Direction;
  /** These three as this browser remembers when absent. */
  readonly view?: View;
  /** Label key the map is grouped by; `NO_GROUP` for no groups. */
  readonly group?: string;
  readonly shade?: Shade;
}

export const MAX_FILTER = 128;
/** Longest key of a label. */
export const MAX_GROUP = 317;
/** No label has such a key. */
export const NO_GROUP = '-';

function oneOf<const T extends readonly string[]>(allowed: T, value: unknown): T[number] | undefined {
  return allowed.find((entry) => entry === value);
}

export function readView(value: unknown): View | undefined {
  return oneOf(VIEWS, value);
}

export function readShade(value: unknown): Shade | undefined {
  return oneOf(SHADES, value);
}

function textOf(value: unknown, max: number): string {
  return typeof value === 'string' ? value.slice(0, max) : '';
}

/** Believes nothing of an address someone typed: what is not known is left out. */
export function readFleetSearch(raw: Readonly<Record<string, unknown>>): FleetSearch {
  const q = textOf(raw['q'], MAX_FILTER);
  const status = oneOf(STATUS_FILTERS, raw['status']);
  const sort = oneOf(CLIENT_SORTS, raw['sort']);
  const dir = oneOf(DIRECTIONS, raw['dir']);
  const view = readView(raw['view']);
  const group = textOf(raw['group'], MAX_GROUP);
  const shade = readShade(raw['shade']);
  return {
    ...(q !== '' && { q }),
    ...(status && { status }),
    ...(sort && { sort }),
    ...(dir && { dir }),
    ...(view && { view }),
    ...(group !== '' && { group }),
    ...(shade && { shade }),
  };
}

/** What of it the server is asked by. */
export type Asked = { readonly [K in 'q' | 'status' | 'sort' | 'dir']?: FleetSearch[K] | undefined };

/** What the server is asked to list. */
export function listQuery({ q, status, sort, dir }: Asked, view: View): ListQuery {
  return { status, search: q, sort, dir, rows: view !== 'map' };
}
