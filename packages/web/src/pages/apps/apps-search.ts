/** Which applications are shown: the query string of their page. Pure. */
import { SERVICE_STATUSES } from '@ops/protocol/domain/app.ts';
import { CLIENT_STATUSES } from '@ops/protocol/domain/client.ts';
import { UUID_PATTERN } from '@ops/protocol/domain/id.ts';

const VIEWS = ['list', 'grid'] as const;
export type ViewName = (typeof VIEWS)[number];

export const STATUS_FILTERS = [...SERVICE_STATUSES, 'failing'] as const;
export type StatusFilter = (typeof STATUS_FILTERS)[number];

export interface AppsSearch {
  readonly client?: string;
  /** Part of a name, in any case. */
  readonly name?: string;
  readonly connection?: (typeof CLIENT_STATUSES)[number];
  /** `failing`: on a host that is online, and does not run although it should. */
  readonly status?: StatusFilter;
  /** Only those that differ from the same app elsewhere. */
  readonly drift?: 'only';
  /** As this browser remembers when absent. */
  readonly view?: ViewName;
}

export const MAX_NAME = 64;

/** Believes nothing of an address someone typed: what is not known is left out. */
export function readAppsSearch(raw: Readonly<Record<string, unknown>>): AppsSearch {
  const client = typeof raw['client'] === 'string' && UUID_PATTERN.test(raw['client']) ? raw['client'] : '';
  const name = typeof raw['name'] === 'string' ? raw['name'].slice(0, MAX_NAME) : '';
  const connection = CLIENT_STATUSES.find((one) => one === raw['connection']);
  const status = STATUS_FILTERS.find((one) => one === raw['status']);
  const view = VIEWS.find((one) => one === raw['view']);
  return {
    ...(client !== '' && { client }),
    ...(name !== '' && { name }),
    ...(connection && { connection }),
    ...(status && { status }),
    ...(raw['drift'] === 'only' && { drift: 'only' }),
    ...(view && { view }),
  };
}
