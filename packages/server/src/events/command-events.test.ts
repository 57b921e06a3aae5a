/** Events of commands, their output, and batches: who gets them, when they are kept, how fast they go. */
import { MAX_OUTPUT_PER_SEC, MAX_STREAM_QUEUE } from '@ops/protocol/http/events.ts';
import type { ManualClock } from '@ops/testkit/manual-clock.ts';
import { beforeEach, describe, expect, it } from 'vitest';

import { GATHER_MS, PROMPT_WAKES_BURST } from './hub.ts';
import type { EventHub } from './hub.ts';
import { MAX_EVENT_OUTPUT } from './output-text.ts';
import { OUTPUT_BURST } from './reader.ts';
import { MAX_KEPT_SCOPES, SCOPE_KEPT_MS } from './scopes.ts';
import { exampleBatch, exampleCommand, exampleId, exampleRollout } from './test-feeds.ts';
import type { StandInFeeds } from './test-feeds.ts';
import { exampleClient } from './test-fleet.ts';
import { createTestEvents } from './test-reader.ts';
import type { TestEvents, TestReader } from './test-reader.ts';

const BATCH = exampleId(100);
const single = exampleCommand(1);
const member = exampleCommand(2, { batch_id: BATCH });

let clock: ManualClock;
let feeds: StandInFeeds;
let hub: EventHub;
let connect: TestEvents['connect'];

beforeEach(() => {
  ({ clock, feeds, hub, connect } = createTestEvents());
});

const idsOf = (reader: TestReader): unknown[] =>
  reader
    .seen()
    .filter(({ event }) => event === 'command')
    .map(({ data }) => data['id']);

const textOf = (reader: TestReader): string =>
  reader
    .seen()
    .filter(({ event }) => event === 'output')
    .map(({ data }) => String(data['text']))
    .join('');

describe('a change of a command', () => {
  it('reaches everybody, within the time changes are gathered', () => {
    const reader = connect();
    feeds.command(single);
    clock.advance(GATHER_MS);
    expect(reader.seen().at(-1)).toMatchObject({ event: 'command', data: { ...single } });
    expect(reader.names()).not.toContain('counts');
  });

  it('reaches a reader at once, and many changes together', () => {
    const reader = connect({ topics: ['command'] });
    clock.advance(1);
    feeds.command(single);
    clock.advance(1);
    expect(idsOf(reader)).toEqual([single.id]);
    const before = reader.written.length;
    for (let n = 0; n < 2 * PROMPT_WAKES_BURST; n++) feeds.command(exampleCommand(n));
    clock.advance(GATHER_MS);
    expect(idsOf(reader)).toHaveLength(1 + 2 * PROMPT_WAKES_BURST);
    expect(reader.written.length - before).toBeLessThan(60);
  });

  it('reaches a crowd of readers within the time changes are gathered', () => {
    const crowd = Array.from({ length: PROMPT_WAKES_BURST + 1 }, () => connect({ topics: ['command'] }));
    clock.advance(1);
    feeds.command(single);
    clock.advance(1);
    expect(crowd.flatMap(idsOf)).toEqual([]);
    clock.advance(GATHER_MS);
    expect(crowd.flatMap(idsOf)).toHaveLength(crowd.length);
  });

  it('reaches who named its client, and not who named another', () => {
    const own = connect({ clientId: single.client_id });
    const other = connect({ clientId: exampleClient(2).id });
    feeds.command(single);
    clock.advance(GATHER_MS);
    expect([idsOf(own), idsOf(other)]).toEqual([[single.id], []]);
  });

  it('of a batch reaches only who named the command or the batch', () => {
    const readers = [
      connect(),
      connect({ batchId: BATCH }),
      connect({ commandId: member.id }),
      connect({ batchId: exampleId(101) }),
      connect({ commandId: single.id }),
      connect({ commandId: single.id, batchId: BATCH }),
    ];
    feeds.command(single);
    feeds.command(member);
    clock.advance(GATHER_MS);
    expect(readers.map(idsOf)).toEqual([
      [single.id],
      [member.id],
      [member.id],
      [],
      [single.id],
      [single.id, member.id],
    ]);
  });

  it('of a batch to which nobody listens is not kept: a fleet must not push out what others missed', () => {
    feeds.command(member);
    expect(hub.newest).toBe(0);
    connect({ batchId: BATCH });
    feeds.command(member);
    expect(hub.newest).toBe(1);
  });
});

describe('a change of a batch', () => {
  it('reaches everybody but who named another batch or a client', () => {
    const readers = [
      connect(),
      connect({ batchId: BATCH }),
      connect({ batchId: exampleId(101) }),
      connect({ clientId: single.client_id }),
      connect({ topics: ['command'] }),
    ];
    feeds.batch(exampleBatch(100));
    clock.advance(GATHER_MS);
    const counts = readers.map((reader) => reader.names().filter((name) => name === 'batch').length);
    expect(counts).toEqual([1, 1, 0, 0, 0]);
    expect(readers[0]!.seen().at(-1)?.data).toEqual(exampleBatch(100));
  });
});

describe('output', () => {
  it('reaches only who named its command and asked for output', () => {
    const named = connect({ commandId: single.id });
    const others = [
      connect(),
      connect({ commandId: member.id }),
      connect({ commandId: single.id, topics: ['command'] }),
    ];
    feeds.output(single.id, 0, 'one\n');
    feeds.output(single.id, 0, 'oops\n', 'stderr');
    clock.advance(GATHER_MS);
    expect(
      named
        .seen()
        .slice(1)
        .map(({ data }) => data),
    ).toEqual([
      { command_id: single.id, stream: 'stdout', offset: 0, text: 'one\n', next_offset: 4 },
      { command_id: single.id, stream: 'stderr', offset: 0, text: 'oops\n', next_offset: 5 },
    ]);
    expect(others.map(textOf)).toEqual(['', '', '']);
  });

  it('to which nobody listens is not kept', () => {
    connect({ commandId: single.id, topics: ['command', 'batch'] });
    feeds.output(single.id, 0, 'one');
    expect(hub.newest).toBe(0);
  });

  it('keeps a character whole that is split between pieces, and shows the last bytes before the end', () => {
    const reader = connect({ commandId: single.id });
    const bytes = Buffer.from('主机');
    feeds.output(single.id, 0, bytes.subarray(0, 4));
    feeds.output(single.id, 4, bytes.subarray(4, 5));
    feeds.command({ ...single, state: 'Completed' });
    clock.advance(GATHER_MS);
    expect(reader.names()).toEqual(['ready', 'output', 'output', 'command']);
    expect(textOf(reader)).toBe('主\u{fffd}');
  });

  it(`goes at most ${MAX_OUTPUT_PER_SEC / 1024} KiB a second, whole and in order, with everything behind it`, () => {
    const reader = connect({ commandId: single.id });
    const text = Array.from({ length: 100_000 }, (_, line) => `line ${line} 主机`)
      .join('\n')
      .slice(0, 1_000_000);
    feeds.output(single.id, 0, text);
    feeds.command({ ...single, state: 'Completed' });
    const sizes: number[] = [];
    let before = reader.written.length;
    for (let second = 0; second < 12; second++) {
      for (let step = 0; step < 100; step++) clock.advance(10);
      sizes.push(Buffer.byteLength(reader.written.slice(before).join('')));
      before = reader.written.length;
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_OUTPUT_PER_SEC);
    expect(sizes[1]).toBeGreaterThan(MAX_OUTPUT_PER_SEC - OUTPUT_BURST - 2 * MAX_EVENT_OUTPUT);
    expect(textOf(reader)).toBe(text);
    expect(reader.names().filter((name) => name === 'command')).toHaveLength(1);
    expect(reader.ends).toEqual([]);
  });

  it('of control characters, six times as long in JSON, goes as well', () => {
    const reader = connect({ commandId: single.id });
    feeds.output(single.id, 0, Buffer.alloc(3 * MAX_EVENT_OUTPUT, 1));
    clock.advance(GATHER_MS);
    clock.advance(1000);
    expect(textOf(reader)).toBe('\u0001'.repeat(3 * MAX_EVENT_OUTPUT));
  });

  it('that waits is not held against a reader whose connection is full for a moment', () => {
    const reader = connect({ commandId: single.id });
    reader.sink.full = true;
    feeds.output(single.id, 0, 'x');
    clock.advance(GATHER_MS);
    feeds.output(single.id, 1, 'x'.repeat(2 * MAX_STREAM_QUEUE));
    clock.advance(1000);
    expect(reader.ends).toEqual([]);
  });
});

function lastId(reader: TestReader): string {
  return reader.seen().findLast(({ id }) => id !== undefined)!.id!;
}

describe('a reader of output that comes back', () => {
  it('gets exactly what it missed', () => {
    const before = connect({ commandId: member.id });
    feeds.output(member.id, 0, 'one');
    clock.advance(GATHER_MS);
    before.reader.close();
    feeds.output(member.id, 3, 'two');
    feeds.command(member);
    clock.advance(SCOPE_KEPT_MS - 1);
    const after = connect({ commandId: member.id, lastEventId: lastId(before) });
    clock.advance(GATHER_MS);
    expect(after.names()).toEqual(['ready', 'output', 'command']);
    expect(textOf(after)).toBe('two');
  });

  it('is told to begin anew when it was away longer than its output is kept', () => {
    const before = connect({ commandId: member.id });
    clock.advance(1);
    before.reader.close();
    clock.advance(SCOPE_KEPT_MS);
    feeds.output(member.id, 0, 'one');
    feeds.command(single);
    const after = connect({ commandId: member.id, lastEventId: lastId(before) });
    clock.advance(GATHER_MS);
    expect(after.names()).toEqual(['ready', 'reset']);
  });

  it('to a command to which nobody has listened is told to begin anew', () => {
    const before = connect();
    feeds.output(single.id, 0, 'one');
    feeds.command(exampleCommand(3));
    clock.advance(GATHER_MS);
    const after = connect({ commandId: single.id, lastEventId: before.seen()[0]!.id! });
    expect(after.names()).toEqual(['ready', 'reset']);
  });

  it(`finds its place among the ${MAX_KEPT_SCOPES} that are kept, not among more`, () => {
    const topics = ['output' as const];
    const places = Array.from({ length: MAX_KEPT_SCOPES + 1 }, (_, n) => {
      const reader = connect({ topics, commandId: exampleId(n) });
      reader.reader.close();
      return reader.seen()[0]!.id!;
    });
    feeds.command(single);
    const again = (n: number): string[] =>
      connect({ topics, commandId: exampleId(n), lastEventId: places[n]! }).names();
    expect(again(1)).toEqual(['ready']);
    expect(again(0)).toEqual(['ready', 'reset']);
  });
});

it('nothing is left when the readers are gone and the hub is closed', () => {
  const before = clock.pending;
  const reader = connect({ commandId: single.id, batchId: BATCH });
  feeds.output(single.id, 0, 'x'.repeat(MAX_STREAM_QUEUE));
  clock.advance(GATHER_MS);
  reader.reader.close();
  hub.close();
  expect(clock.pending).toBe(before);
  feeds.command(single);
  expect(clock.pending).toBe(before);
});

it('rollouts go to whoever asks for them, and not to who looks at one client', () => {
  const test = createTestEvents();
  const all = test.connect({ topics: ['rollout'] });
  const one = test.connect({ clientId: exampleId(1) });
  test.feeds.rollout(exampleRollout(1));
  test.clock.advance(GATHER_MS);
  expect(all.names()).toEqual(['ready', 'rollout']);
  expect(all.seen()[1]).toMatchObject({ data: { id: exampleId(1), state: 'running' } });
  expect(one.names()).toEqual(['ready']);
});
