import { expect, test } from 'vitest';

import { manualBrowserClock } from '../browser/clock.test-support.ts';
import { batchOf, commandOf } from '../commands/command.test-support.ts';
import { QUIET_MS, watchNews } from './news-live.ts';
import { fakeStreams } from './event-source.test-support.ts';
import type { EventStreamQuery } from './event-stream.ts';

function watch(query: EventStreamQuery = { topics: 'command,batch' }) {
  const { clock, hand } = manualBrowserClock();
  const streams = fakeStreams();
  const stale: boolean[] = [];
  const heard: string[] = [];
  let news = 0;
  const close = watchNews(
    { clock, connect: streams.connect },
    query,
    ({ name }) => name === 'command' || name === 'batch',
    {
      onNews: () => news++,
      onRefused: () => {},
      onStale: (is) => stale.push(is),
      onEvent: (event) => heard.push(event.name),
    },
  );
  const [source] = streams.opened;
  return { hand, source: source!, stale, heard, close, news: () => news };
}

test('much that happens is asked about once a second, and the last of it is not missed', async () => {
  const { source, hand, news, heard } = watch();
  source.says('ready', { event_id: '1' });
  expect(news()).toBe(1);
  for (let count = 0; count < 50; count++) source.says('command', commandOf());
  expect([news(), heard.length]).toEqual([1, 51]);
  await hand.advanceAsync(QUIET_MS);
  expect(news()).toBe(2);
  await hand.advanceAsync(QUIET_MS);
  expect(news()).toBe(2);
});

test('what is no news is heard and not asked about', async () => {
  const { id } = batchOf();
  const { source, news, heard, hand } = watch({ topics: 'batch,client', batch_id: id });
  expect(source.url).toBe(`/api/events?topics=batch%2Cclient&batch_id=${id}`);
  source.says('batch', batchOf());
  expect(news()).toBe(1);
  source.says('forgotten', { id });
  await hand.advanceAsync(QUIET_MS);
  expect([news(), heard]).toEqual([1, ['batch', 'forgotten']]);
});

test('a break is told after a moment; closing leaves nothing behind', async () => {
  const { source, stale, hand, close } = watch();
  source.says('ready', { event_id: '1' });
  source.breaks();
  await hand.advanceAsync(3000);
  expect(stale).toEqual([false, true]);
  close();
  expect(hand.pending).toBe(0);
});
