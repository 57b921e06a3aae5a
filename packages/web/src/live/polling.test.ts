/** From streams to polls and back, by the clock. */
import { MAX_POLL_SECS } from '@ops/protocol/http/events.ts';
import type { PollAnswer } from '@ops/protocol/http/events.ts';
import { describe, expect, test } from 'vitest';

import { manualBrowserClock } from '../browser/clock.test-support.ts';
import { createSignal } from '../browser/signal.ts';
import { fakeStreams, idOf } from './event-source.test-support.ts';
import { keepStream } from './event-stream.ts';
import type { StreamPhase } from './event-stream.ts';
import { LEAST_POLL_SECS, PATIENCE_MS } from './keep-polling.ts';
import { createPolling, FIRST_TRY_MS, RETRY_MS } from './polling.ts';
import { CUT_TIMES, DOUBT_AGAIN_MS, LASTING_MS, READY_WITHIN_MS } from './stream-terms.ts';
import type { AskPoll, Way } from './stream-terms.ts';

interface Asked {
  readonly query: Parameters<AskPoll>[0];
  answer(events?: PollAnswer['events'], cursor?: string, anew?: boolean): Promise<void>;
  refuse(): Promise<void>;
  readonly signal: AbortSignal;
}

function watch(remembered: Way = 'stream') {
  const { clock, hand } = manualBrowserClock();
  const streams = fakeStreams();
  const asked: Asked[] = [];
  const kept: Way[] = [];
  let answers = 0;
  const polling = createPolling({
    clock,
    connect: streams.connect,
    ask: (query, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
        asked.push({
          query,
          signal,
          async answer(events = [], cursor = `c-${++answers}.0`, anew = true) {
            resolve({ cursor, anew, events });
            await hand.advanceAsync(0);
          },
          async refuse() {
            reject(new Error('502'));
            await hand.advanceAsync(0);
          },
        });
      }),
    remembered,
    remember: (way) => kept.push(way),
  });
  const phases: StreamPhase[] = [];
  const heard: string[] = [];
  let fresh = 0;
  let refusals = 0;
  const signedIn = createSignal(0);
  const close = keepStream(
    { clock, connect: streams.connect, polling, signedIn },
    { topics: 'client' },
    {
      onPhase: (phase) => phases.push(phase),
      onEvent: (event) => heard.push(event.name),
      onFresh: () => fresh++,
      onRefused: () => refusals++,
    },
  );
  return {
    opened: streams.opened,
    asked,
    kept,
    hand,
    phases,
    heard,
    polling,
    close,
    signIn: () => signedIn.set(signedIn.get() + 1),
    fresh: () => fresh,
    refusals: () => refusals,
    stream: () => streams.opened.at(-1)!,
    poll: () => asked.at(-1)!,
  };
}

const cut = async (page: ReturnType<typeof watch>, lived: number): Promise<void> => {
  page.stream().says('ready', { event_id: 'c-1' });
  await page.hand.advanceAsync(lived);
  page.stream().breaks();
};

/** Answers polls as time goes by. */
async function pass(page: ReturnType<typeof watch>, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1000) {
    await page.hand.advanceAsync(1000);
    await page.poll().answer();
  }
}

const FORGOTTEN: PollAnswer['events'] = [{ id: 'c-9', event: 'forgotten', data: { id: idOf(1) } }];

describe('a stream that is held back', () => {
  test('is given up for polls when the server answers one', async () => {
    const page = watch();
    await page.hand.advanceAsync(READY_WITHIN_MS - 1);
    expect(page.asked).toHaveLength(0);
    await page.hand.advanceAsync(1);
    expect(page.poll().query).toEqual({ topics: 'client', wait_secs: 0 });
    await page.poll().answer();
    expect([page.polling.way.get(), page.kept]).toEqual(['poll', ['poll']]);
    expect(page.stream().readyState).toBe(2);

    // The first of its own comes at once; then it is live, and what happened before is asked for.
    expect(page.poll().query).toEqual({ topics: 'client', wait_secs: 0 });
    await page.poll().answer([], 'c-5.7');
    expect([page.phases.at(-1), page.fresh()]).toEqual(['live', 1]);
    expect(page.poll().query).toEqual({ topics: 'client', after: 'c-5.7', wait_secs: MAX_POLL_SECS });
    await page.poll().answer(FORGOTTEN);
    expect(page.heard).toEqual(['ready', 'ready', 'forgotten']);
    expect(page.fresh()).toBe(1);
    page.close();
    await page.hand.advanceAsync(0);
    expect([page.poll().signal.aborted, page.hand.pending]).toEqual([true, 0]);
  });

  test('and was late only is kept', async () => {
    const page = watch();
    await page.hand.advanceAsync(READY_WITHIN_MS);
    page.stream().says('ready', { event_id: 'c-1' });
    await page.poll().answer();
    expect(page.polling.way.get()).toBe('stream');
    page.close();
    expect(page.hand.pending).toBe(0);
  });

  test('is not blamed while the server does not answer either; it is asked again', async () => {
    const page = watch();
    await page.hand.advanceAsync(READY_WITHIN_MS);
    await page.poll().refuse();
    expect(page.polling.way.get()).toBe('stream');
    await page.hand.advanceAsync(DOUBT_AGAIN_MS);
    expect(page.asked).toHaveLength(2);
    // No answer at all is none.
    await page.hand.advanceAsync(DOUBT_AGAIN_MS);
    expect(page.poll().signal.aborted).toBe(true);
    await page.hand.advanceAsync(DOUBT_AGAIN_MS);
    expect(page.asked).toHaveLength(3);
    page.stream().says('ready', { event_id: 'c-1' });
    await page.hand.advanceAsync(10 * DOUBT_AGAIN_MS);
    expect([page.asked.length, page.polling.way.get()]).toEqual([3, 'stream']);
    page.close();
  });
});

describe('a server that was away', () => {
  test('and is back before its stream is, is not taken for a broken stream', async () => {
    const page = watch();
    page.stream().says('ready', { event_id: 'c-1' });
    await page.hand.advanceAsync(LASTING_MS);
    page.stream().breaks();
    await page.hand.advanceAsync(DOUBT_AGAIN_MS);
    await page.poll().answer();
    expect([page.polling.way.get(), page.opened.length]).toEqual(['stream', 2]);
    page.stream().says('ready', { event_id: 'd-1' });
    await page.hand.advanceAsync(DOUBT_AGAIN_MS);
    expect([page.polling.way.get(), page.asked.length]).toEqual(['stream', 1]);
    page.close();
  });

  test('is polled again after a growing delay, and tells when what was missed is not known', async () => {
    const page = watch('poll');
    await page.poll().answer([], 'c-5.7');
    await page.poll().refuse();
    expect([page.phases.at(-1), page.refusals()]).toEqual(['lost', 1]);
    await page.hand.advanceAsync(500);
    // At once, to know whether it is there.
    expect(page.poll().query).toMatchObject({ after: 'c-5.7', wait_secs: 0 });
    await page.poll().refuse();
    await page.hand.advanceAsync(999);
    expect(page.asked).toHaveLength(3);
    await page.hand.advanceAsync(1);
    await page.poll().answer([{ event: 'reset', data: {} }], 'd-0.0');
    expect([page.phases.at(-1), page.heard.at(-1), page.fresh()]).toEqual(['live', 'reset', 1]);
    page.close();
  });
});

test('a stream that is refused again and again while polls are answered is given up', async () => {
  const page = watch();
  page.stream().isRefused();
  await page.hand.advanceAsync(500);
  page.stream().isRefused();
  await page.poll().answer();
  expect(page.polling.way.get()).toBe('stream');
  page.stream().isRefused();
  await page.poll().answer();
  expect(page.polling.way.get()).toBe('poll');
  page.close();
});

describe('a stream that is cut', () => {
  test('soon, thrice in a row, is given up, and goes on by polls where it was', async () => {
    const page = watch();
    for (let time = 0; time < CUT_TIMES; time++) await cut(page, LASTING_MS - 1);
    expect(page.asked).toHaveLength(1);
    await page.poll().answer();
    expect(page.polling.way.get()).toBe('poll');
    await page.poll().answer();
    // It saw all that came before.
    expect(page.fresh()).toBe(1);
    page.close();
  });

  test('after a good while is only picked up again', async () => {
    const page = watch();
    for (let time = 0; time < 5; time++) await cut(page, LASTING_MS);
    expect([page.asked.length, page.polling.way.get()]).toEqual([0, 'stream']);
    page.close();
  });
});

describe('polls', () => {
  test('that a proxy cuts ask for shorter waits, down to a least one', async () => {
    const page = watch('poll');
    await page.poll().answer();
    const waits: number[] = [];
    for (let round = 0; round < 6; round++) {
      waits.push(page.poll().query.wait_secs);
      await page.hand.advanceAsync(Math.min(9, page.poll().query.wait_secs) * 1000);
      await page.poll().refuse();
      await page.hand.advanceAsync(15_000);
      await page.poll().answer();
    }
    expect(waits).toEqual([25, 4, 2, LEAST_POLL_SECS, LEAST_POLL_SECS, LEAST_POLL_SECS]);
    page.close();
  });

  test('without an answer are given up after their wait and some patience', async () => {
    const page = watch('poll');
    await page.poll().answer();
    await page.hand.advanceAsync(MAX_POLL_SECS * 1000 + PATIENCE_MS - 1);
    expect(page.phases.at(-1)).toBe('live');
    await page.hand.advanceAsync(1);
    expect(page.phases.at(-1)).toBe('lost');
    page.close();
  });

  test('go on from the answer before, unless they begin anew', async () => {
    const page = watch('poll');
    await page.poll().answer();
    await page.poll().answer(FORGOTTEN, 'c-2.0', false);
    expect(page.heard).toEqual(['ready', 'forgotten']);
    await page.poll().answer([], 'c-3.0', true);
    expect(page.heard).toEqual(['ready', 'forgotten', 'ready']);
    page.close();
  });

  test('that were refused are asked again at once by whoever signs in, from where they were', async () => {
    const page = watch('poll');
    await page.poll().answer([], 'c-5.7');
    for (let refused = 0; refused < 6; refused++) {
      await page.poll().refuse();
      await page.hand.advanceAsync(15_000);
    }
    await page.poll().refuse();
    const before = page.asked.length;
    page.signIn();
    expect(page.asked).toHaveLength(before + 1);
    expect(page.poll().query).toMatchObject({ after: 'c-5.7', wait_secs: 0 });
    // One that is out was asked by nobody: it is let go of.
    page.signIn();
    expect(page.asked.map(({ signal }) => signal.aborted).slice(-2)).toEqual([true, false]);
    await page.poll().answer();
    expect(page.phases.at(-1)).toBe('live');
    page.signIn();
    expect(page.asked).toHaveLength(before + 3);
    page.close();
    await page.hand.advanceAsync(0);
    expect(page.hand.pending).toBe(0);
  });

  test('that somebody answers from a store are not asked in a circle', async () => {
    const page = watch('poll');
    await page.poll().answer([], 'c-1.0');
    await page.poll().answer([], 'c-1.0');
    expect(page.asked).toHaveLength(2);
    await page.hand.advanceAsync(1000);
    expect(page.asked).toHaveLength(3);
    page.close();
  });

  test('are what a page begins with that remembers them', async () => {
    const page = watch('poll');
    expect([page.opened.length, page.asked.length]).toEqual([0, 1]);
    await page.poll().answer();
    expect([page.phases.at(-1), page.fresh()]).toEqual(['live', 1]);
    page.close();
  });
});

describe('the way back', () => {
  test('is a stream that was tried beside the polls and lasted', async () => {
    const page = watch('poll');
    await pass(page, FIRST_TRY_MS);
    expect([page.opened.length, page.stream().url]).toEqual([1, '/api/events?topics=rollout']);
    page.stream().says('ready', { event_id: 'c-1' });
    await pass(page, LASTING_MS - 2000);
    expect(page.polling.way.get()).toBe('poll');
    await pass(page, 2000);
    expect([page.polling.way.get(), page.kept]).toEqual(['stream', ['stream']]);
    expect(page.opened.map(({ url }) => url)).toEqual([
      '/api/events?topics=rollout',
      '/api/events?topics=client',
    ]);
    page.stream().says('ready', { event_id: 'c-9' });
    // It cannot be told where to go on.
    expect([page.phases.at(-1), page.fresh()]).toEqual(['live', 2]);
    page.close();
    expect(page.hand.pending).toBe(0);
  });

  test.each([
    ['does not begin', () => {}],
    [
      'does not last',
      (stream: ReturnType<ReturnType<typeof watch>['stream']>) => {
        stream.says('ready', { event_id: 'c-1' });
        stream.breaks();
      },
    ],
    ['is refused', (stream: ReturnType<ReturnType<typeof watch>['stream']>) => stream.isRefused()],
  ])('is tried again later where the stream %s', async (_what, happens) => {
    const page = watch('poll');
    await pass(page, FIRST_TRY_MS);
    happens(page.stream());
    await pass(page, RETRY_MS - 1000);
    expect([page.opened.length, page.polling.way.get()]).toEqual([1, 'poll']);
    expect(page.stream().readyState).toBe(2);
    await pass(page, 4000);
    expect(page.opened).toHaveLength(2);
    page.close();
  });
});
