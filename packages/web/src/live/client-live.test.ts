import { expect, test } from 'vitest';

import { manualBrowserClock } from '../browser/clock.test-support.ts';
import { QUIET_MS, watchClient } from './client-live.ts';
import { clientNamed, fakeStreams } from './event-source.test-support.ts';
import { LOST_AFTER_MS } from './fleet-live.ts';

const web = clientNamed('web', 1);
const READINGS = { at: 1, clients: { [web.id]: { last_seen_ms: 1 } } };

function start() {
  const { clock, hand } = manualBrowserClock();
  const streams = fakeStreams();
  const seen = { news: 0, forgotten: 0, stale: [] as boolean[] };
  const stop = watchClient({ clock, connect: streams.connect }, web.id, {
    onNews: () => seen.news++,
    onForgotten: () => seen.forgotten++,
    onStale: (stale) => seen.stale.push(stale),
    onRefused: () => {},
  });
  const stream = streams.opened[0]!;
  stream.says('ready', { event_id: '1' });
  return { hand, seen, stop, stream };
}

test('asks once at the start, then once for what comes within a second, and none of it is lost', async () => {
  const { hand, seen, stream } = start();
  expect(seen.news).toBe(1);
  stream.says('metrics', READINGS);
  stream.says('client', web);
  expect(seen.news).toBe(1);
  await hand.advanceAsync(QUIET_MS);
  expect(seen.news).toBe(2);
  await hand.advanceAsync(10 * QUIET_MS);
  expect(seen.news).toBe(2);
});

test('tells that the client was deleted, not that another was', () => {
  const { seen, stream } = start();
  stream.says('forgotten', { id: clientNamed('db', 2).id });
  expect(seen.forgotten).toBe(0);
  stream.says('forgotten', { id: web.id });
  expect(seen.forgotten).toBe(1);
});

test('is stale after a while without a stream, and not after it stopped', async () => {
  const { hand, seen, stop, stream } = start();
  stream.breaks();
  await hand.advanceAsync(LOST_AFTER_MS);
  expect(seen.stale.at(-1)).toBe(true);
  stream.says('ready', { event_id: '2' });
  expect(seen.stale.at(-1)).toBe(false);
  stop();
  expect(hand.pending).toBe(0);
});
