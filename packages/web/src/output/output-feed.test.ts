import { KEPT_HEAD_BYTES } from '@ops/protocol/domain/command.ts';
import type { OutputStream } from '@ops/protocol/domain/command.ts';
import { MAX_OUTPUT_PAGE } from '@ops/protocol/http/commands.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { expect, test } from 'vitest';

import { manualBrowserClock } from '../browser/clock.test-support.ts';
import { COMMAND_ID, commandOf } from '../commands/command.test-support.ts';
import { fakeStreams } from '../live/event-source.test-support.ts';
import { createOutputFeed } from './output-feed.ts';
import type { OutputPage } from './output-feed.ts';

/** A server that keeps the output of one command, with answers the test may hold back. */
function start(options: { readonly pageBytes?: number } = {}) {
  const { clock, hand } = manualBrowserClock();
  const streams = fakeStreams();
  const server = {
    summary: commandOf() as CommandSummary | undefined,
    output: { stdout: '', stderr: '' },
    gap: null as OutputPage['gap'],
    failing: 0,
    asked: [] as { stream: OutputStream; offset: number; limit: number }[],
  };
  let held: (() => void)[] | undefined;
  const feed = createOutputFeed(
    {
      clock,
      connect: streams.connect,
      mayRetry: () => true,
      onRefused: () => {},
      fetchSummary: async () => Promise.resolve(server.summary),
      async fetchOutput(_id, stream, offset, limit) {
        server.asked.push({ stream, offset, limit });
        if (server.failing > 0) {
          server.failing--;
          throw new Error('no answer');
        }
        const whole = server.output[stream];
        const end = Math.min(whole.length, offset + Math.min(limit, options.pageBytes ?? limit));
        const page: OutputPage = {
          offset,
          next_offset: end,
          text: whole.slice(offset, end),
          kept_bytes: whole.length,
          gap: stream === 'stdout' ? server.gap : null,
          complete: server.summary?.state === 'Completed',
        };
        const waiting = held;
        if (waiting !== undefined) await new Promise<void>((resolve) => waiting.push(resolve));
        return page;
      },
    },
    COMMAND_ID,
  );
  const close = feed.watch();
  const open = async (): Promise<void> => {
    streams.opened.at(-1)?.says('ready', { event_id: '1' });
    await hand.advanceAsync(200);
  };
  return {
    feed,
    server,
    hand,
    streams,
    close,
    open,
    shown: (stream: OutputStream = 'stdout') =>
      feed.buffers[stream].transcript().shown((bytes) => `[${bytes}]`),
    says(stream: OutputStream, text: string) {
      const offset = server.output[stream].length;
      server.output[stream] += text;
      const next_offset = server.output[stream].length;
      streams.opened.at(-1)?.says('output', { command_id: COMMAND_ID, stream, offset, text, next_offset });
    },
    changes(more: Partial<CommandSummary>) {
      server.summary = commandOf(more);
      streams.opened.at(-1)?.says('command', server.summary);
    },
    hold() {
      held = [];
    },
    async letGo() {
      const waiting = held ?? [];
      held = undefined;
      for (const go of waiting) go();
      await hand.advanceAsync(200);
    },
  };
}

test('what was written before comes by asking, what is written now by itself', async () => {
  const run = start({ pageBytes: 4 });
  run.server.output.stdout = 'before ';
  run.server.output.stderr = 'oh';
  await run.open();
  expect([run.shown(), run.shown('stderr')]).toEqual(['before ', 'oh']);
  const asked = run.server.asked.length;
  run.says('stdout', 'now');
  await run.hand.advanceAsync(200);
  expect(run.shown()).toBe('before now');
  expect(run.server.asked).toHaveLength(asked);
});

test('an event that does not join is asked for, once for all of them', async () => {
  const run = start();
  await run.open();
  run.server.output.stdout += 'lost ';
  const asked = run.server.asked.length;
  run.says('stdout', 'found ');
  run.says('stdout', 'more');
  await run.hand.advanceAsync(200);
  expect(run.shown()).toBe('lost found more');
  expect(run.server.asked.length - asked).toBeLessThanOrEqual(2);
});

test('events that come while a page is on its way are joined to it', async () => {
  const run = start();
  run.server.output.stdout = 'page ';
  run.hold();
  await run.open();
  run.says('stdout', 'event');
  await run.letGo();
  expect(run.shown()).toBe('page event');
});

test('the end asks for what may still be missing, and tells when all is there', async () => {
  const run = start();
  await run.open();
  expect(run.feed.picture.get().complete).toBe(false);
  run.server.output.stdout = 'the last words';
  run.changes({ state: 'Completed', exit_code: 0 });
  await run.hand.advanceAsync(200);
  expect(run.shown()).toBe('the last words');
  expect(run.feed.picture.get()).toMatchObject({ complete: true, summary: { exit_code: 0 } });
});

test('an end that waits behind much output is seen all the same, and the rest is fetched', async () => {
  const run = start();
  await run.open();
  run.says('stdout', 'much ');
  run.server.output.stdout += 'more that is still on its way';
  run.server.summary = commandOf({ state: 'Completed', exit_code: 0 });
  await run.hand.advanceAsync(1300);
  expect(run.feed.picture.get().summary?.state).toBe('Completed');
  expect(run.shown()).toBe('much more that is still on its way');
});

test('pages are cut where output may have been left out, and the gap is marked', async () => {
  const run = start();
  run.server.output.stdout = 'x'.repeat(KEPT_HEAD_BYTES + 10);
  run.server.gap = { at: KEPT_HEAD_BYTES, bytes: 77 };
  run.changes({ state: 'Completed', exit_code: 0 });
  await run.open();
  expect(run.server.asked.filter(({ stream }) => stream === 'stdout').map(({ offset }) => offset)).toEqual([
    0,
    MAX_OUTPUT_PAGE,
    2 * MAX_OUTPUT_PAGE,
    KEPT_HEAD_BYTES,
  ]);
  expect(run.shown().endsWith(`x\n[77]\n${'x'.repeat(10)}`)).toBe(true);
});

test('a page that fails is asked for again', async () => {
  const run = start();
  run.server.output.stdout = 'patience';
  run.server.failing = 2;
  await run.open();
  expect(run.shown()).toBe('');
  await run.hand.advanceAsync(3200);
  expect(run.shown()).toBe('patience');
});

test('an answer that was overtaken by an event does not turn time back', async () => {
  const run = start();
  run.server.summary = commandOf();
  run.streams.opened[0]?.says('ready', { event_id: '1' });
  run.changes({ state: 'Executing', executed_at_ms: 2000 });
  run.server.summary = commandOf();
  await run.hand.advanceAsync(200);
  expect(run.feed.picture.get().summary?.state).toBe('Executing');
});

test('a server that lost the thread is asked for everything, and nothing is shown twice', async () => {
  const run = start();
  await run.open();
  run.says('stdout', 'one ');
  run.server.output.stdout += 'two ';
  run.server.summary = commandOf({ state: 'Completed', exit_code: 0 });
  run.streams.opened[0]?.says('reset', {});
  await run.hand.advanceAsync(200);
  expect(run.shown()).toBe('one two ');
  expect(run.feed.picture.get().summary?.state).toBe('Completed');
});

test('a command nobody knows is missing', async () => {
  const run = start();
  run.server.summary = undefined;
  await run.open();
  expect(run.feed.picture.get().missing).toBe(true);
});

test('a broken stream is told after a moment, and mended when it is back', async () => {
  const run = start();
  await run.open();
  run.streams.opened[0]?.breaks();
  await run.hand.advanceAsync(2000);
  expect(run.feed.picture.get().stale).toBe(false);
  await run.hand.advanceAsync(1000);
  expect(run.feed.picture.get().stale).toBe(true);
  run.streams.opened[0]?.says('ready', { event_id: '2' });
  expect(run.feed.picture.get().stale).toBe(false);
});

test('out of sight it rests; back in sight it goes on from where it was', async () => {
  const run = start();
  await run.open();
  run.says('stdout', 'seen ');
  await run.hand.advanceAsync(200);
  run.close();
  expect(run.hand.pending).toBe(0);
  run.server.output.stdout += 'unseen';
  const close = run.feed.watch();
  await run.open();
  expect(run.shown()).toBe('seen unseen');
  expect(run.server.asked.at(-2)).toMatchObject({ stream: 'stdout', offset: 5 });
  close();
  expect(run.hand.pending).toBe(0);
});
