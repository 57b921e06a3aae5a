import { expect, test } from 'vitest';

import { manualBrowserClock } from '../browser/clock.test-support.ts';
import { createSignal } from '../browser/signal.ts';
import { fakeStreams } from './event-source.test-support.ts';
import { keepStream } from './event-stream.ts';
import type { StreamPhase } from './event-stream.ts';
import { reopenDelay } from './stream-terms.ts';

function watch() {
  const { clock, hand } = manualBrowserClock();
  const streams = fakeStreams();
  const phases: StreamPhase[] = [];
  const heard: string[] = [];
  let fresh = 0;
  let refusals = 0;
  const signedIn = createSignal(0);
  const close = keepStream(
    { clock, connect: streams.connect, signedIn },
    { topics: 'client,metrics', client_id: 'x' },
    {
      onPhase: (phase) => phases.push(phase),
      onEvent: (event) => heard.push(event.name),
      onFresh: () => fresh++,
      onRefused: () => refusals++,
    },
  );
  const signIn = () => signedIn.set(signedIn.get() + 1);
  return { ...streams, hand, phases, heard, close, signIn, fresh: () => fresh, refusals: () => refusals };
}

test('asks for its topics by the path of the endpoint', () => {
  const { opened } = watch();
  expect(opened[0]?.url).toBe('/api/events?topics=client%2Cmetrics&client_id=x');
});

test('is live, and fresh, at the first ready', () => {
  const stream = watch();
  expect(stream.phases).toEqual(['opening']);
  stream.opened[0]?.says('ready', { event_id: '1' });
  expect(stream.phases).toEqual(['opening', 'live']);
  expect(stream.fresh()).toBe(1);
});

test('a break that the browser mends is not fresh: the server sends what was missed', () => {
  const stream = watch();
  stream.opened[0]?.says('ready', { event_id: '1' });
  stream.opened[0]?.breaks();
  stream.opened[0]?.says('ready', { event_id: '5' });
  expect(stream.phases).toEqual(['opening', 'live', 'lost', 'live']);
  expect(stream.fresh()).toBe(1);
  expect(stream.opened).toHaveLength(1);
});

test('a refusal is looked into, and the stream opened anew after a growing delay', async () => {
  const stream = watch();
  stream.opened[0]?.isRefused();
  expect(stream.refusals()).toBe(1);
  await stream.hand.advanceAsync(499);
  expect(stream.opened).toHaveLength(1);
  await stream.hand.advanceAsync(1);
  expect(stream.opened).toHaveLength(2);
  stream.opened[1]?.isRefused();
  await stream.hand.advanceAsync(999);
  expect(stream.opened).toHaveLength(2);
  await stream.hand.advanceAsync(1);
  stream.opened[2]?.says('ready', { event_id: '9' });
  expect(stream.fresh()).toBe(1);
});

test('whoever signs in again does not wait: what was refused is opened at once, what is live is left alone', async () => {
  const stream = watch();
  for (let refused = 0; refused < 6; refused++) {
    stream.opened.at(-1)?.isRefused();
    await stream.hand.advanceAsync(15_000);
  }
  stream.opened.at(-1)?.isRefused();
  const before = stream.opened.length;
  stream.signIn();
  expect(stream.opened).toHaveLength(before + 1);
  stream.opened.at(-1)?.says('ready', { event_id: '9' });
  expect([stream.phases.at(-1), stream.fresh()]).toEqual(['live', 1]);
  stream.signIn();
  await stream.hand.advanceAsync(60_000);
  expect(stream.opened).toHaveLength(before + 1);
  stream.close();
  stream.signIn();
  expect(stream.opened).toHaveLength(before + 1);
});

test('once closed, nothing is heard and nothing opened', async () => {
  const stream = watch();
  stream.opened[0]?.isRefused();
  stream.close();
  await stream.hand.advanceAsync(60_000);
  expect(stream.opened).toHaveLength(1);
  expect(stream.hand.pending).toBe(0);
  expect(stream.phases.at(-1)).toBe('closed');
});

test.each([
  [0, 1, 1000],
  [1, 1, 2000],
  [3, 0.5, 4000],
  [4, 1, 15_000],
  [1000, 1, 15_000],
  [5, 0, 0],
])('attempt %d, chance %d: %d ms', (attempt, unit, delay) => {
  expect(reopenDelay(attempt, unit)).toBe(delay);
});
