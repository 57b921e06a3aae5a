import { describe, expect, test } from 'vitest';

import { clientNamed } from '../../live/event-source.test-support.ts';
import { compareNames, matches, wordsOf } from './fleet-list.ts';
import { listQuery, MAX_FILTER, MAX_GROUP, readFleetSearch } from './fleet-search.ts';
import { shortModel } from './short-model.ts';

const web2 = clientNamed('web-2', 1, { labels: { env: 'prod', role: 'web' }, metrics: { cpu_usage: 90 } });
const web10 = clientNamed('web-10', 2, { labels: { env: 'test' }, late: true, metrics: { cpu_usage: 10 } });
const db = clientNamed('DB', 3, { ip_addresses: ['192.168.7.9', 'fd00::1'], status: 'offline' });
const all = [web2, web10, db];
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
});

test('names are ordered with their figures, whatever the case', () => {
  expect(names(all.toSorted(compareNames))).toEqual(['DB', 'web-2', 'web-10']);
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
    expect(readFleetSearch({ view: 'map', group: 'env', shade: 'memory' })).toEqual({
      view: 'map',
      group: 'env',
      shade: 'memory',
    });
    expect(readFleetSearch({ shade: 'colour' })).toEqual({});
    expect(readFleetSearch({ group: 'x'.repeat(MAX_GROUP + 1) }).group).toHaveLength(MAX_GROUP);
  });

  test('is what the server is asked for; the map needs no rows', () => {
    expect(listQuery({ q: 'web', status: 'late', sort: 'cpu', dir: 'asc' }, 'table')).toEqual({
      search: 'web',
      status: 'late',
      sort: 'cpu',
      dir: 'asc',
      rows: true,
    });
    expect(listQuery({}, 'map').rows).toBe(false);
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
