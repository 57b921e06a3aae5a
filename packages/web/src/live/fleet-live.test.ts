import type { ClientNames } from '@ops/protocol/http/clients.ts';
import { describe, expect, test } from 'vitest';

import { manualBrowserClock } from '../browser/clock.test-support.ts';
import { clientNamed, fakeStreams } from './event-source.test-support.ts';
import {
  HIDDEN_CLOSE_MS,
  LOST_AFTER_MS,
  MAX_QUEUED_EVENTS,
  MAX_WAITING_EVENTS,
  SILENT_REOPEN_MS,
  createFleetLive,
} from './fleet-live.ts';
import { createServerClock } from './server-clock.ts';

const COUNTS = { total: 1, online: 1, late: 0, offline: 0 };
const web = clientNamed('web', 1);
const db = clientNamed('db', 2);
const LIST: ClientNames = { clients: { [web.id]: web }, counts: COUNTS, matched: 1, next_cursor: null };

const pulse = (at: number) => ({ at, counts: COUNTS, matched: 1, running_commands: 0, failing_apps: 0 });

function start() {
  const { clock, hand } = manualBrowserClock();
  const streams = fakeStreams();
  const asked: PromiseWithResolvers<ClientNames>[] = [];
  let refusals = 0;
  const serverClock = createServerClock(clock);
  const live = createFleetLive({
    clock,
    connect: streams.connect,
    serverClock,
    fetchFleet() {
      const answer = Promise.withResolvers<ClientNames>();
      asked.push(answer);
      return answer.promise;
    },
    onRefused: () => refusals++,
  });
  const hosts = () =>
    [...(live.picture.get().fleet?.clients.values() ?? [])].map((client) => client.hostname);
  async function settle(ms = 20): Promise<void> {
    await hand.advanceAsync(ms);
  }
  async function answered(list = LIST): Promise<void> {
    asked.at(-1)?.resolve(list);
    await settle();
  }
  async function ready(): Promise<void> {
    streams.opened.at(-1)?.says('ready', { event_id: '1' });
    await answered();
  }
  const stream = () => streams.opened.at(-1)!;
  return {
    live,
    hand,
    asked,
    hosts,
    settle,
    answered,
    ready,
    stream,
    opened: streams.opened,
    refusals: () => refusals,
    now: serverClock.now,
  };
}

describe('the picture', () => {
  test('nobody watches: nothing is opened or fetched', async () => {
    const { opened, asked, settle } = start();
    await settle(10_000);
    expect(opened).toHaveLength(0);
    expect(asked).toHaveLength(0);
  });

  test('the list is fetched once the stream is open, and what came meanwhile is applied on top', async () => {
    const { live, asked, hosts, stream, answered } = start();
    live.watch();
    expect(asked).toHaveLength(0);
    stream().says('ready', { event_id: '1' });
    expect(asked).toHaveLength(1);
    stream().says('client', db);
    await answered();
    expect(hosts()).toEqual(['web', 'db']);
  });

  test('events of one frame are one change', async () => {
    const { live, ready, stream, settle, hosts } = start();
    live.watch();
    await ready();
    let changes = 0;
    live.picture.subscribe(() => changes++);
    stream().says('client', db);
    stream().says('client', clientNamed('cache', 3));
    expect(changes).toBe(0);
    await settle();
    expect(changes).toBe(1);
    expect(hosts()).toEqual(['web', 'db', 'cache']);
  });

  test('a flood does not wait for the frame', async () => {
    const { live, ready, stream, hosts } = start();
    live.watch();
    await ready();
    for (let n = 0; n < MAX_QUEUED_EVENTS - 1; n++) stream().says('client', clientNamed(`h${n}`, n + 10));
    expect(hosts()).toHaveLength(1);
    stream().says('client', db);
    expect(hosts()).toHaveLength(MAX_QUEUED_EVENTS + 1);
  });

  test('too much came while the list was awaited: it is asked for again', () => {
    const { live, asked, stream } = start();
    live.watch();
    stream().says('ready', { event_id: '1' });
    for (let n = 0; n < MAX_WAITING_EVENTS; n++) stream().says('client', db);
    expect(asked).toHaveLength(1);
    stream().says('client', db);
    expect(asked).toHaveLength(2);
  });

  test('reset: fetched again; the answer that was overtaken is dropped', async () => {
    const { live, asked, ready, stream, settle, hosts } = start();
    live.watch();
    await ready();
    stream().says('reset', {});
    stream().says('reset', {});
    expect(asked).toHaveLength(3);
    asked[1]?.resolve({ ...LIST, clients: {} });
    await settle();
    expect(hosts()).toEqual(['web']);
    asked[2]?.resolve({ ...LIST, clients: { [db.id]: db } });
    await settle();
    expect(hosts()).toEqual(['db']);
  });

  test('a fetch that fails is tried again', async () => {
    const { live, asked, stream, settle, answered, hosts } = start();
    live.watch();
    stream().says('ready', { event_id: '1' });
    asked[0]?.reject(new Error('no answer'));
    await settle(3100);
    expect(asked).toHaveLength(2);
    await answered();
    expect(hosts()).toEqual(['web']);
  });
});

describe('a broken stream', () => {
  test('is not worth a word when it is back soon', async () => {
    const { live, ready, stream, settle } = start();
    live.watch();
    await ready();
    stream().breaks();
    await settle(LOST_AFTER_MS - 100);
    stream().says('ready', { event_id: '2' });
    await settle(LOST_AFTER_MS);
    expect(live.picture.get().stale).toBe(false);
  });

  test('makes the picture stale, which stays as it was, until it is back', async () => {
    const { live, ready, stream, settle, hosts } = start();
    live.watch();
    await ready();
    const { asOf } = live.picture.get();
    stream().breaks();
    await settle(LOST_AFTER_MS + 100);
    expect(live.picture.get()).toMatchObject({ stale: true, asOf });
    expect(hosts()).toEqual(['web']);
    stream().says('ready', { event_id: '2' });
    await settle();
    expect(live.picture.get().stale).toBe(false);
  });

  test('opened anew after a refusal, it is stale until the list is in', async () => {
    const { live, ready, stream, settle, answered, opened, refusals } = start();
    live.watch();
    await ready();
    stream().isRefused();
    expect(refusals()).toBe(1);
    await settle(LOST_AFTER_MS + 100);
    expect(opened).toHaveLength(2);
    stream().says('ready', { event_id: '7' });
    await settle();
    expect(live.picture.get().stale).toBe(true);
    await answered();
    expect(live.picture.get().stale).toBe(false);
  });

  test('that only seems alive is opened anew', async () => {
    const { live, ready, settle, opened } = start();
    live.watch();
    await ready();
    await settle(SILENT_REOPEN_MS + 5100);
    expect(opened).toHaveLength(2);
    expect(opened[0]?.readyState).toBe(2);
  });
});

describe('out of sight', () => {
  test('a page that is hidden for long gives its connection back, and takes it again', async () => {
    const { live, ready, settle, opened, hosts } = start();
    live.watch();
    await ready();
    live.visible(false);
    await settle(HIDDEN_CLOSE_MS + 100);
    expect(opened[0]?.readyState).toBe(2);
    expect(hosts()).toEqual(['web']);
    live.visible(true);
    expect(opened).toHaveLength(2);
  });

  test('a short look elsewhere changes nothing', async () => {
    const { live, ready, settle, opened } = start();
    live.watch();
    await ready();
    live.visible(false);
    await settle(HIDDEN_CLOSE_MS - 100);
    live.visible(true);
    await settle(HIDDEN_CLOSE_MS);
    expect(opened).toHaveLength(1);
    expect(opened[0]?.readyState).toBe(1);
  });

  test('when the last watcher leaves, the stream closes and no timer stays', async () => {
    const { live, ready, opened, hand } = start();
    const first = live.watch();
    const second = live.watch();
    await ready();
    first();
    expect(opened[0]?.readyState).toBe(1);
    second();
    expect(opened[0]?.readyState).toBe(2);
    expect(hand.pending).toBe(0);
  });

  test('another reader sees nothing of the one before', async () => {
    const { live, ready } = start();
    live.watch();
    await ready();
    live.forget();
    expect(live.picture.get().fleet).toBeUndefined();
  });
});

describe('a quiet fleet', () => {
  test('is asked for the readings of one host that is online, of no other', () => {
    const { live, stream } = start();
    live.watch();
    const asked = new URL(stream().url, 'http://ops').searchParams;
    expect(Object.fromEntries(asked)).toEqual({ topics: 'client,window', sort: 'status', limit: '1' });
  });

  test('those tell that the stream lives and what time it is, and draw nothing', async () => {
    const { live, ready, stream, settle, opened, now } = start();
    live.watch();
    await ready();
    let changes = 0;
    live.picture.subscribe(() => changes++);
    const ahead = 3_600_000;
    for (let beat = 0; beat < 10; beat++) {
      await settle(SILENT_REOPEN_MS / 3);
      stream().says('window', pulse(now() + (beat === 0 ? ahead : 0)));
    }
    expect(opened).toHaveLength(1);
    expect(changes).toBe(0);
    expect(now()).toBeGreaterThan(ahead);
  });
});

test('a list that cannot be read says why, and is asked for again: by itself, or by the reader', async () => {
  const { live, asked, stream, settle, answered } = start();
  live.watch();
  stream().says('ready', { event_id: '1' });
  const fault = new Error('not now');
  asked[0]?.reject(fault);
  await settle();
  expect(live.picture.get()).toMatchObject({ fleet: undefined, failure: fault });
  live.ask();
  expect(asked).toHaveLength(2);
  asked[1]?.reject(fault);
  await settle(4000);
  expect(asked).toHaveLength(3);
  await answered();
  expect(live.picture.get()).toMatchObject({ stale: false, failure: undefined });
  expect(live.picture.get().fleet?.clients.size).toBe(1);
});
