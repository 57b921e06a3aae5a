import { expect, test } from 'vitest';

import { askedFor, groupsFor, MAX_IN_GROUP, STEPS } from './items.ts';
import type { Candidate, GroupName } from './items.ts';

const candidate = (group: GroupName, name: string, more: Partial<Candidate> = {}): Candidate => ({
  id: `${group}-${name}`,
  group,
  name,
  leads: { act: () => {} },
  ...more,
});
const shown = (candidates: readonly Candidate[], typed: string): string[] =>
  groupsFor(candidates, typed).map(
    ({ name, entries }) => `${name}: ${entries.map((one) => one.name).join(' ')}`,
  );

test('the best group is first, in it the best entry; what does not fit is not there', () => {
  const all = [
    candidate('pages', 'Webhooks'),
    candidate('hosts', 'cobweb'),
    candidate('hosts', 'web'),
    candidate('runs', 'uptime', { about: 'web' }),
    candidate('commands', 'df -h'),
  ];
  expect(shown(all, 'web')).toEqual(['hosts: web cobweb', 'pages: Webhooks', 'runs: uptime']);
});

test('what fits whatever is typed comes after all else', () => {
  const all = [
    candidate('commands', 'Run df -h', { last: true }),
    candidate('commands', 'df -hT'),
    candidate('runs', 'backup df -h'),
  ];
  expect(shown(all, 'df -h')).toEqual(['commands: df -hT Run df -h', 'runs: backup df -h']);
  expect(shown(all.slice(0, 1), 'df -h')).toEqual(['commands: Run df -h']);
  expect(shown([all[0]!, all[2]!], 'df -h')).toEqual(['runs: backup df -h', 'commands: Run df -h']);
});

test('without words everything is there in its own order', () => {
  const all = [candidate('runs', 'uptime'), candidate('runs', 'date'), candidate('pages', 'Systems')];
  expect(shown(all, ' ')).toEqual(['pages: Systems', 'runs: uptime date']);
});

test(`a group has ${MAX_IN_GROUP} entries and not one more`, () => {
  const hosts = Array.from({ length: MAX_IN_GROUP + 1 }, (_, number) => candidate('hosts', `web-${number}`));
  expect(groupsFor(hosts, 'web')[0]?.entries).toHaveLength(MAX_IN_GROUP);
});

test('what the server found by something that is not here is kept for these words, and no others', () => {
  const host = candidate('hosts', 'db-1', { found: '198.51.100.7' });
  expect(shown([host], '198.51.100.7')).toEqual(['hosts: db-1']);
  expect(shown([host], '198.51.100.7 db')).toEqual(['hosts: db-1']);
  expect(shown([host], '198.51.100.75')).toEqual([]);
});

test('the server is asked for the longest word', () => {
  expect(askedFor(' a web-01 prod')).toBe('web-01');
  expect(askedFor('  ')).toBe('');
});

test.each([
  ['ArrowDown', 0, 1],
  ['ArrowDown', 9, 0],
  ['ArrowUp', 0, 9],
  ['PageDown', 8, 9],
  ['PageUp', 3, 0],
  ['Home', 5, 0],
  ['End', 5, 9],
])('%s from %i of ten leads to %i', (key, from, to) => {
  expect(STEPS[key]?.(from, 10)).toBe(to);
});
