import type { MapEvent } from '@ops/protocol/http/events.ts';
import { expect, test } from 'vitest';

import { manualBrowserClock } from '../browser/clock.test-support.ts';
import { fakeStreams } from './event-source.test-support.ts';
import { createMapLive } from './map-live.ts';

function mapOf(more: Partial<MapEvent> = {}): MapEvent {
  return { at: 0, hosts: [], cells: [], gone: [], more: false, ...more };
}

const TWO = mapOf({
  keys: ['env'],
  hosts: [
    [0, 'id-10', 'web-10', 'prod', null],
    [1, 'id-9', 'web-9', null, null],
  ],
  cells: [0, 0, 45, 1, 0, -1],
});

function start() {
  const { clock, hand } = manualBrowserClock();
  const { opened, connect } = fakeStreams();
  const live = createMapLive({ clock, connect, onRefused: () => {} });
  live.watch();
  const stream = () => opened.at(-1)!;
  const tell = (event: MapEvent): void => {
    stream().says('map', event);
    hand.advance(20);
  };
  const begin = (event: MapEvent): void => {
    stream().says('ready', { event_id: '1' });
    tell(event);
  };
  const names = () => live.picture.get().cells?.map(({ hostname, state }) => `${hostname} ${state}`);
  return { live, opened, stream, tell, begin, names, picture: live.picture.get };
}

test('all hosts stand by name, with their figures as numbers', () => {
  const { begin, picture } = start();
  begin(TWO);
  expect(picture().keys).toEqual(['env']);
  expect(picture().cells).toEqual([
    { id: 'id-9', hostname: 'web-9', group: null, state: 'online', share: undefined, lastSeenMs: null },
    { id: 'id-10', hostname: 'web-10', group: 'prod', state: 'online', share: 45, lastSeenMs: null },
  ]);
});

test('is drawn only once all of it is in', () => {
  const { begin, tell, names } = start();
  begin({ ...TWO, more: true });
  expect(names()).toBeUndefined();
  tell(mapOf({ hosts: [[2, 'id-1', 'db', null, null]], cells: [2, 1, -1] }));
  expect(names()).toEqual(['db late', 'web-9 online', 'web-10 online']);
});

test('changes cell by cell; who did not change stays the same object', () => {
  const { begin, tell, picture, names } = start();
  begin(TWO);
  const before = picture().cells;
  tell(mapOf({ hosts: [[1, 'id-9', 'web-9', null, 5000]], cells: [1, 2, -1] }));
  expect(names()).toEqual(['web-9 offline', 'web-10 online']);
  expect(picture().cells?.[0]?.lastSeenMs).toBe(5000);
  expect(picture().cells?.[1]).toBe(before?.[1]);
  tell(mapOf({ gone: [0] }));
  expect(names()).toEqual(['web-9 offline']);
});

test('another question keeps what was shown until its answer is in', () => {
  const { live, opened, begin, names, picture } = start();
  begin(TWO);
  live.ask({ group: 'rack', shade: 'cpu' });
  live.ask({ group: 'rack', shade: 'cpu' });
  expect(opened.map(({ url }) => url)).toEqual([
    '/api/events?topics=map',
    '/api/events?topics=map&group=rack&shade=cpu',
  ]);
  expect(names()).toHaveLength(2);
  begin(mapOf({ hosts: [[0, 'id-1', 'db', 'r1', null]], cells: [0, 0, 90] }));
  expect([names(), picture().group, picture().shade]).toEqual([['db online'], 'rack', 'cpu']);
});

test('after a break the numbers begin anew', () => {
  const { stream, begin, names } = start();
  begin(TWO);
  stream().breaks();
  begin(mapOf({ hosts: [[0, 'id-9', 'web-9', null, null]], cells: [0, 1, -1] }));
  expect(names()).toEqual(['web-9 late']);
});
