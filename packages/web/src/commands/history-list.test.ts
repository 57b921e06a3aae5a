import { expect, test } from 'vitest';

import { readBatchSearch } from '../pages/batch/batch-search.ts';
import { historyQuery, MAX_WORDS, readHistorySearch } from '../pages/history/history-search.ts';
import { CLIENT_ID } from './command.test-support.ts';
import { withChanged, withNewest, withOlder } from './history-list.ts';
import type { Page } from './history-list.ts';

interface Item {
  readonly id: string;
  readonly state?: string;
}
const page = (ids: string, next: string | null): Page<Item> => ({
  items: ids.split('').map((id) => ({ id })),
  next,
});
const ids = (list: Page<Item>): string => list.items.map((item) => item.id).join('');

test('what is new comes in front, what was read before stays behind', () => {
  const known = withOlder(page('dcb', 'b'), page('a', null));
  expect(ids(known)).toBe('dcba');
  const grown = withNewest(known, page('fed', 'd'));
  expect([ids(grown), grown.next]).toEqual(['fedcba', null]);
});

test('what the newest page should hold and does not is gone', () => {
  expect(ids(withNewest(page('dcba', 'a'), page('db', 'b')))).toBe('dba');
});

test('more than a page came: no hole is shown, older ones are read again', () => {
  const jumped = withNewest(page('cba', 'a'), page('zyx', 'x'));
  expect([ids(jumped), jumped.next]).toEqual(['zyx', 'x']);
});

test('a page that holds everything is everything', () => {
  expect(withNewest(page('dcba', 'a'), page('dc', null))).toEqual(page('dc', null));
});

test('an older page that overlaps repeats nothing', () => {
  expect(ids(withOlder(page('dcb', 'b'), page('ba', null)))).toBe('dcba');
});

function passes(item: Item): boolean {
  return item.state !== 'over';
}

test('an item is brought up to date where it stands, and leaves when it no longer passes', () => {
  const known = page('cba', null);
  expect(withChanged(known, { id: 'b', state: 'on' }, passes).items[1]).toEqual({ id: 'b', state: 'on' });
  expect(ids(withChanged(known, { id: 'b', state: 'over' }, passes))).toBe('ca');
  expect(withChanged(known, { id: 'x' }, passes)).toBe(known);
});

test('the address of the history: what is known is taken, the rest is left out', () => {
  const search = { tab: 'batches', q: 'up', state: 'Failed', host: CLIENT_ID, user: 'ann', members: 'yes' };
  expect(readHistorySearch(search)).toEqual(search);
  expect(readHistorySearch({ tab: 'x', state: 'Broken', host: '../x', members: 'no', q: 7 })).toEqual({});
  expect(readHistorySearch({ q: 'x'.repeat(MAX_WORDS + 1) }).q).toHaveLength(MAX_WORDS);
});

test('commands of batches are left out, unless they or one host are asked for', () => {
  expect(historyQuery({})).toEqual({ single: 'true' });
  expect(historyQuery({ members: 'yes' })).toEqual({});
  expect(historyQuery({ host: CLIENT_ID })).toEqual({ client_id: CLIENT_ID });
  expect(historyQuery({ q: 'x', state: 'active', user: 'ann' })).toEqual({
    search: 'x',
    status: 'active',
    created_by: 'ann',
    single: 'true',
  });
});

test('the address of a batch: what is known is taken, the rest is left out', () => {
  expect(readBatchSearch({ state: 'nonzero', group: 'a1_-', q: 'web' })).toEqual({
    state: 'nonzero',
    group: 'a1_-',
    q: 'web',
  });
  expect(readBatchSearch({ state: 'odd', group: '<script>', q: '' })).toEqual({});
});
