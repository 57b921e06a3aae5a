import type { ClientSummary } from '@ops/protocol/http/clients.ts';
import type { WindowEvent } from '@ops/protocol/http/events.ts';
import { describe, expect, test } from 'vitest';

import { manualBrowserClock } from '../browser/clock.test-support.ts';
import { clientNamed, fakeStreams } from './event-source.test-support.ts';
import { LOST_AFTER_MS, SILENT_REOPEN_MS } from './fleet-live.ts';
import { createServerClock } from './server-clock.ts';
import { createWindowLive, KEEP, MARGIN, MOVE_MS, WINDOW } from './window-live.ts';

const FRAME_MS = 20;

function eventOf(matched: number, more: Partial<WindowEvent> = {}): WindowEvent {
  const counts = { total: matched, online: matched, late: 0, offline: 0 };
  return { at: 0, counts, matched, running_commands: 0, failing_apps: 0, ...more };
}

/** Host `n` is at place `n`. */
function part(from: number, count: number, matched: number): WindowEvent {
  const clients = Array.from({ length: count }, (_, index) =>
    clientNamed(`web-${from + index}`, from + index),
  );
  return eventOf(matched, {
    ids: clients.map(({ id }) => id),
    clients: Object.fromEntries(clients.map((client) => [client.id, client])),
  });
}

function start() {
  const { clock, hand } = manualBrowserClock();
  const { opened, connect } = fakeStreams();
  let refusals = 0;
  const live = createWindowLive({
    clock,
    connect,
    serverClock: createServerClock(clock),
    onRefused: () => refusals++,
  });
  const stream = () => opened.at(-1)!;
  const asked = () => Object.fromEntries(new URL(stream().url, 'http://x').searchParams);
  return {
    live,
    hand,
    opened,
    stream,
    asked,
    refusals: () => refusals,
    picture: live.picture.get,
    at: (index: number): ClientSummary | undefined => live.picture.get().rows.at(index),
    tell: (event: WindowEvent): void => {
      stream().says('window', event);
      hand.advance(FRAME_MS);
    },
    begin: (event: WindowEvent): void => {
      stream().says('ready', { event_id: '1' });
      stream().says('window', event);
      hand.advance(FRAME_MS);
    },
  };
}

describe('what is asked for', () => {
  test('nothing while nobody watches', () => {
    const { live, opened } = start();
    live.ask({ status: 'late', rows: true });
    expect(opened).toHaveLength(0);
    live.watch()();
    expect(opened.map(({ readyState }) => readyState)).toEqual([2]);
  });

  test('is the list of the address, its first rows alone', () => {
    const { live, asked } = start();
    live.ask({ status: 'late', search: 'web', sort: 'cpu', dir: 'asc', rows: true });
    live.watch();
    expect(asked()).toEqual({
      topics: 'window',
      status: 'late',
      search: 'web',
      sort: 'cpu',
      dir: 'asc',
      offset: '0',
      limit: String(WINDOW),
    });
  });

  test('the same once more opens nothing, another list does; what was shown stays until it is answered', () => {
    const { live, opened, begin, at, picture } = start();
    live.watch();
    begin(part(0, 2, 2));
    live.ask({ rows: true });
    expect(opened).toHaveLength(1);
    live.ask({ search: 'db', rows: true });
    expect(opened.map(({ readyState }) => readyState)).toEqual([2, 0]);
    expect(at(1)?.hostname).toBe('web-1');
    begin(part(7, 1, 1));
    expect([picture().rows.count, at(0)?.hostname, at(1)]).toEqual([1, 'web-7', undefined]);
  });

  test('without rows only the figures, and the rows that are known stay', () => {
    const { live, asked, begin, picture, at } = start();
    live.watch();
    begin(part(0, 2, 2));
    live.ask({ rows: false });
    expect(asked()['limit']).toBe('0');
    begin(eventOf(2, { ids: [], running_commands: 3 }));
    expect(picture().figures?.running_commands).toBe(3);
    live.ask({ rows: true });
    expect(at(0)?.hostname).toBe('web-0');
  });
});

describe('rows', () => {
  test('change by what the server says changed, and others stay the same object', () => {
    const { live, begin, tell, at } = start();
    live.watch();
    begin(part(0, 2, 2));
    const [first, second] = [at(0), at(1)];
    tell(eventOf(2, { metrics: { [first!.id]: { cpu_usage: 9, last_seen_ms: 5 } } }));
    expect(at(0)).toMatchObject({ metrics: { cpu_usage: 9 }, last_seen_ms: 5 });
    expect(at(1)).toBe(second);
    tell(eventOf(2, { ids: [second!.id, first!.id] }));
    expect([at(0)?.hostname, at(1)?.hostname]).toEqual(['web-1', 'web-0']);
    tell(eventOf(1, { ids: [second!.id] }));
    expect([at(0)?.hostname, at(1)]).toEqual(['web-1', undefined]);
  });

  test('several events are drawn once', () => {
    const { live, begin, stream, hand, picture } = start();
    live.watch();
    begin(part(0, 1, 1));
    let draws = 0;
    live.picture.subscribe(() => draws++);
    for (const running of [1, 2, 3]) stream().says('window', eventOf(1, { running_commands: running }));
    hand.advance(FRAME_MS);
    expect([draws, picture().figures?.running_commands]).toEqual([1, 3]);
  });

  test('the window follows what is in sight once there is little left on a side, and what it left stays known', () => {
    const { live, hand, opened, asked, begin, at } = start();
    live.watch();
    begin(part(0, WINDOW, 1000));
    live.show(0, WINDOW - 4 * MARGIN - 1);
    hand.advance(MOVE_MS);
    expect(opened).toHaveLength(1);
    live.show(100, 140);
    live.show(110, 150);
    hand.advance(MOVE_MS);
    expect([opened.length, asked()['offset']]).toEqual([2, String(130 - WINDOW / 2)]);
    expect(at(110)?.hostname).toBe('web-110');
    expect(at(160)).toBeUndefined();
    begin(part(130 - WINDOW / 2, WINDOW, 1000));
    expect([at(0)?.hostname, at(160)?.hostname]).toEqual(['web-0', 'web-160']);
  });

  test('another order is shown from where one is, another filter from its beginning', () => {
    const { live, hand, asked, begin, at } = start();
    live.watch();
    begin(part(0, WINDOW, 1000));
    live.show(500, 540);
    hand.advance(MOVE_MS);
    begin(part(520 - WINDOW / 2, WINDOW, 1000));
    live.ask({ sort: 'cpu', rows: true });
    expect(asked()['offset']).toBe(String(520 - WINDOW / 2));
    begin(part(520 - WINDOW / 2, WINDOW, 1000));
    live.ask({ search: 'web', sort: 'cpu', rows: true });
    expect(asked()['offset']).toBe('0');
    // Long enough that nothing on the page moves: the window goes where one is.
    begin(part(0, WINDOW, 900));
    hand.advance(MOVE_MS);
    expect(asked()['offset']).toBe(String(520 - WINDOW / 2));
    begin(part(520 - WINDOW / 2, WINDOW, 900));
    expect(at(510)?.hostname).toBe('web-510');
  });

  test('of a filter that leaves little are there whatever was in sight', () => {
    const { live, hand, opened, begin, at } = start();
    live.watch();
    begin(part(0, WINDOW, 1000));
    live.show(500, 540);
    hand.advance(MOVE_MS);
    begin(part(520 - WINDOW / 2, WINDOW, 1000));
    live.ask({ search: 'web', rows: true });
    begin(part(0, 3, 3));
    hand.advance(MOVE_MS);
    expect([opened.length, at(2)?.hostname]).toEqual([3, 'web-2']);
  });

  test('far from the window are forgotten, near ones are not', () => {
    const { live, hand, begin, at } = start();
    const all = 10 * KEEP;
    live.watch();
    begin(part(0, WINDOW, all));
    const jump = (to: number): void => {
      live.show(to, to + 40);
      hand.advance(MOVE_MS);
      begin(part(to + 20 - WINDOW / 2, WINDOW, all));
    };
    jump(KEEP + WINDOW / 2 - 20);
    expect(at(0)?.hostname).toBe('web-0');
    jump(KEEP + WINDOW);
    expect(at(0)).toBeUndefined();
    expect(at(KEEP + WINDOW)?.hostname).toBe(`web-${KEEP + WINDOW}`);
  });

  test('at the end of the list there is nothing more to move to', () => {
    const { live, hand, opened, begin } = start();
    live.watch();
    begin(part(0, 40, 40));
    live.show(10, 39);
    hand.advance(MOVE_MS);
    expect(opened).toHaveLength(1);
  });

  test('more than a window in sight is asked for whole', () => {
    const { live, hand, asked, begin, opened } = start();
    live.watch();
    begin(part(0, WINDOW, 1000));
    live.show(0, 199);
    hand.advance(MOVE_MS);
    expect(Number(asked()['limit'])).toBeGreaterThan(200);
    begin(part(0, Number(asked()['limit']), 1000));
    live.show(0, 199);
    hand.advance(MOVE_MS);
    expect(opened).toHaveLength(2);
  });
});

describe('a stream that is lost', () => {
  test('leaves the last picture, said to be old after a while, until a new one is in', () => {
    const { live, hand, stream, begin, picture, at } = start();
    live.watch();
    begin(part(0, 1, 1));
    stream().breaks();
    hand.advance(LOST_AFTER_MS - 1);
    expect(picture().stale).toBe(false);
    hand.advance(1);
    expect([picture().stale, at(0)?.hostname]).toEqual([true, 'web-0']);
    stream().says('ready', { event_id: '1' });
    expect(picture().stale).toBe(true);
    begin(part(0, 1, 1));
    expect(picture().stale).toBe(false);
  });

  test('without a sound is opened anew', () => {
    const { live, hand, opened, begin } = start();
    live.watch();
    begin(part(0, 1, 1));
    hand.advance(SILENT_REOPEN_MS + 5000);
    expect(opened).toHaveLength(2);
  });

  test('because it was refused is looked into', () => {
    const { live, stream, refusals } = start();
    live.watch();
    stream().isRefused();
    expect(refusals()).toBe(1);
  });
});

test('nothing of one reader is shown to the next', () => {
  const { live, begin, picture, at, opened } = start();
  live.watch();
  begin(part(0, 1, 1));
  live.forget();
  expect([picture().figures, at(0), opened.length]).toEqual([undefined, undefined, 2]);
});
