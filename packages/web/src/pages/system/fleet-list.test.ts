import { describe, expect, test } from 'vitest';

import { clientNamed } from '../../live/event-source.test-support.ts';
import { REORDER_MS, comparator, createArrange, hasStatus, matches, wordsOf } from './fleet-list.ts';
import { MAX_FILTER, readFleetSearch } from './fleet-search.ts';
import { shortModel } from './short-model.ts';

const web2 = clientNamed('web-2', 1, { labels: { env: 'prod', role: 'web' }, metrics: { cpu_usage: 90 } });
const web10 = clientNamed('web-10', 2, { labels: { env: 'test' }, late: true, metrics: { cpu_usage: 10 } });
const db = clientNamed('DB', 3, { ip_addresses: ['192.168.7.9', 'fd00::1'], status: 'offline' });
const all = [web2, web10, db];
const fleet = new Map(all.map((client) => [client.id, client]));
const names = (clients: readonly { hostname: string }[]) => clients.map((client) => client.hostname);

describe('filter', () => {
  test.each([
    ['', ['web-2', 'web-10', 'DB']],
    ['WEB', ['web-2', 'web-10']],
    ['env=prod', ['web-2']],
    ['web env=test', ['web-10']],
    ['192.168', ['DB']],
    ['fd00::1', ['DB']],
    [db.id.slice(0, 8), ['DB']],
    ['web-2 192', []],
    ['   ', ['web-2', 'web-10', 'DB']],
  ])('%j shows %j', (q, shown) => {
    expect(names(all.filter((client) => matches(client, wordsOf(q))))).toEqual(shown);
  });

  test('late clients are online too', () => {
    expect(names(all.filter((client) => hasStatus(client, 'online')))).toEqual(['web-2', 'web-10']);
    expect(names(all.filter((client) => hasStatus(client, 'late')))).toEqual(['web-10']);
    expect(names(all.filter((client) => hasStatus(client, 'offline')))).toEqual(['DB']);
  });
});

describe('order', () => {
  test.each([
    ['name', 'asc', ['DB', 'web-2', 'web-10']],
    ['name', 'desc', ['web-10', 'web-2', 'DB']],
    ['status', 'asc', ['web-2', 'web-10', 'DB']],
    ['cpu', 'desc', ['web-2', 'web-10', 'DB']],
    ['cpu', 'asc', ['web-10', 'web-2', 'DB']],
  ] as const)('by %s %s: %j', (sort, dir, order) => {
    expect(names(all.toSorted(comparator(sort, dir)))).toEqual(order);
  });
});

describe('arranging', () => {
  const busier = new Map(fleet).set(web10.id, { ...web10, metrics: { cpu_usage: 99 } });

  test('an order by readings holds for a while, so that it can be read', () => {
    const arrange = createArrange();
    expect(names(arrange(fleet, { sort: 'cpu' }, 0))).toEqual(['web-2', 'web-10', 'DB']);
    expect(names(arrange(busier, { sort: 'cpu' }, REORDER_MS - 1))).toEqual(['web-2', 'web-10', 'DB']);
    expect(names(arrange(busier, { sort: 'cpu' }, REORDER_MS))).toEqual(['web-10', 'web-2', 'DB']);
  });

  test('another order, or a client that came, is shown at once', () => {
    const arrange = createArrange();
    arrange(fleet, { sort: 'cpu' }, 0);
    expect(names(arrange(busier, { sort: 'cpu', dir: 'asc' }, 1))).toEqual(['web-2', 'web-10', 'DB']);
    const more = new Map(busier).set('x', clientNamed('new', 4, { metrics: { cpu_usage: 95 } }));
    expect(names(arrange(more, { sort: 'cpu', dir: 'asc' }, 2))).toEqual(['web-2', 'new', 'web-10', 'DB']);
  });
});

describe('the address', () => {
  test('what is known is taken, the rest is left out', () => {
    expect(readFleetSearch({ q: 'web', status: 'late', sort: 'cpu', dir: 'asc', view: 'table' })).toEqual({
      q: 'web',
      status: 'late',
      sort: 'cpu',
      dir: 'asc',
      view: 'table',
    });
    expect(readFleetSearch({ status: 'broken', sort: '__proto__', view: 3, other: 'x' })).toEqual({});
    expect(readFleetSearch({ q: 'x'.repeat(MAX_FILTER + 1) }).q).toHaveLength(MAX_FILTER);
  });
});

test.each([
  ['Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz', 'Intel Xeon Gold 6338'],
  ['AMD EPYC 7763 64-Core Processor', 'AMD EPYC 7763'],
  ['Ampere Altra', 'Ampere Altra'],
  ['CPU', 'CPU'],
])('%s is shown as %s', (model, short) => {
  expect(shortModel(model)).toBe(short);
});
