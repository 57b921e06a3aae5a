/** Which of the history is shown: the query string of its page. Pure. */
import { UUID_PATTERN } from '@ops/protocol/domain/id.ts';

const TABS = ['batches'] as const;
/** As the API has them. */
export const STATE_FILTERS = ['active', 'Completed', 'Timeout', 'Failed', 'Cancelled'] as const;
type StateFilter = (typeof STATE_FILTERS)[number];

export interface HistorySearch {
  /** Commands when absent. */
  readonly tab?: (typeof TABS)[number];
  readonly q?: string;
  readonly state?: StateFilter;
  readonly host?: string;
  readonly user?: string;
  /** Commands of batches are listed as well. */
  readonly members?: 'yes';
}

export const MAX_WORDS = 128;
export const MAX_USER = 64;

/** Believes nothing of an address someone typed: what is not known is left out. */
export function readHistorySearch(raw: Readonly<Record<string, unknown>>): HistorySearch {
  const text = (name: string, max: number): string => {
    const value = raw[name];
    return typeof value === 'string' ? value.slice(0, max) : '';
  };
  const tab = TABS.find((entry) => entry === raw['tab']);
  const state = STATE_FILTERS.find((entry) => entry === raw['state']);
  const q = text('q', MAX_WORDS);
  const user = text('user', MAX_USER);
  const host = text('host', 36);
  return {
    ...(tab && { tab }),
    ...(q !== '' && { q }),
    ...(state && { state }),
    ...(UUID_PATTERN.test(host) && { host }),
    ...(user !== '' && { user }),
    ...(raw['members'] === 'yes' && { members: 'yes' as const }),
  };
}

export interface HistoryQuery {
  readonly search?: string;
  readonly status?: StateFilter;
  readonly client_id?: string;
  readonly created_by?: string;
  readonly single?: 'true';
}

/** What the API is asked for. The commands of one host include those of batches: they ran there too. */
export function historyQuery(search: HistorySearch): HistoryQuery {
  return {
    ...(search.q !== undefined && { search: search.q }),
    ...(search.state !== undefined && { status: search.state }),
    ...(search.host !== undefined && { client_id: search.host }),
    ...(search.user !== undefined && { created_by: search.user }),
    ...(search.members === undefined && search.host === undefined && { single: 'true' as const }),
  };
}
