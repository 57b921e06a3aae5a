/** What `GET /api/clients` may ask for. */
import type { Entry } from './entry.ts';
import type { ClientFilter } from './fleet.ts';
import { createSearch } from './search.ts';
import { createSelector } from './selector.ts';

type Test = (entry: Entry) => boolean;

const BY_STATUS: Readonly<Record<NonNullable<ClientFilter['status']>, Test>> = {
  online: (entry) => entry.presence !== 'offline',
  late: (entry) => entry.presence === 'late',
  offline: (entry) => entry.presence === 'offline',
};

/** @returns whether an entry passes all of the filter. @throws OpsError `invalid_request` for a malformed selector */
export function createFilter(filter: ClientFilter): Test {
  const tests: Test[] = [];
  if (filter.status !== undefined) tests.push(BY_STATUS[filter.status]);
  if (filter.selector !== undefined) {
    const selects = createSelector(filter.selector);
    tests.push((entry) => selects(entry.labels));
  }
  // Last, because it costs most.
  if (filter.search !== undefined) tests.push(createSearch(filter.search));
  return (entry) => {
    for (const test of tests) if (!test(entry)) return false;
    return true;
  };
}
