import {
  MAX_POLL_BYTES,
  MAX_POLL_SECS,
  MAX_STREAM_QUEUE,
  METRICS_PERIOD_MS,
  POLL_GATHER_MS,
  POLL_READINGS_MS,
} from '@ops/protocol/http/events.ts';
import type { ManualClock } from '@ops/testkit/manual-clock.ts';
import { beforeEach, describe, expect, it } from 'vitest';

import { GATHER_MS } from './hub.ts';
import { MAX_KEPT_VIEWS, VIEWS_KEPT_MS } from './kept-views.ts';
import { OUTPUT_BURST } from './reader.ts';
import { SCOPE_KEPT_MS } from './scopes.ts';
import { exampleCommand } from './test-feeds.ts';
import type { StandInFeeds } from './test-feeds.ts';
import { exampleClient } from './test-fleet.ts';
import type { StandInFleet } from './test-fleet.ts';
import { createTestEvents } from './test-reader.ts';
import type { TestEvents, TestPoll } from './test-reader.ts';

const WAIT_MS = MAX_POLL_SECS * 1000;

let clock: ManualClock;
let fleet: StandInFleet;
let feeds: StandInFeeds;
let poll: TestEvents['poll'];
let events: TestEvents;

beforeEach(() => {
  events = createTestEvents();
  ({ clock, fleet, feeds, poll } = events);
});

const namesOf = ({ answers }: TestPoll): string[][] =>
  answers.map((answer) => answer.events.map(({ event }) => event));

/** A view that has these frames to show, one look at a time. */
const viewOf = (frames: string[]) => ({
  look: () => ({ frame: frames.shift(), more: frames.length > 0 }),
});

const MAP = 'event: map\ndata: {}\n\n';

/** The cursor of a first poll. */
function begun(options: Parameters<typeof poll>[0] = {}): string {
  const first = poll(options);
  clock.advance(POLL_GATHER_MS);
  return first.answers[0]!.cursor;
}

describe('a first poll', () => {
  it('is answered at once, with the newest readings and where to go on', () => {
    fleet.put(exampleClient(1));
    clock.advance(GATHER_MS);
    const first = poll();
    clock.advance(POLL_GATHER_MS);
    expect(namesOf(first)).toEqual([['metrics']]);
    expect(first.answers[0]?.cursor).toMatch(/^[0-9a-f]{12}-2\.\d+$/);
  });

  it('holds the whole of a view, however long, and the next tells what changed when its time has come', () => {
    const long = `event: window\ndata: ${JSON.stringify({ text: 'x'.repeat(MAX_POLL_BYTES) })}\n\n`;
    const frames = [long, long];
    const views = [viewOf(frames)];
    const first = poll({ topics: ['window'], views });
    clock.advance(POLL_GATHER_MS);
    expect(namesOf(first)).toEqual([['window', 'window']]);
    expect(first.answers[0]?.anew).toBe(true);
    frames.push('event: window\ndata: {"changed":1}\n\n');
    const next = poll({ topics: ['window'], views: [], after: first.answers[0]!.cursor });
    clock.advance(POLL_READINGS_MS - 1);
    expect(next.answers).toEqual([]);
    clock.advance(1);
    expect(next.answers).toMatchObject([{ anew: false, events: [{ data: { changed: 1 } }] }]);
  });

  it('that ended in the middle of a view is followed by the rest of it at once', () => {
    const views = [viewOf([MAP, MAP])];
    const name = events.keptViews.keep('map', { views, isUnfinished: true });
    const next = poll({ topics: ['map'], after: `${begun({ topics: ['map'] })}.${name}` });
    clock.advance(POLL_GATHER_MS);
    expect(next.answers).toMatchObject([{ anew: false, events: [{ event: 'map' }, { event: 'map' }] }]);
  });

  it.each([
    ['of an answer that was asked on from already', 'map', 0],
    ['of another question', 'window', 0],
    ['that nobody came back for in time', 'map', VIEWS_KEPT_MS],
  ] as const)('%s, a cursor brings everything anew', (name, topic, laterMs) => {
    const first = poll({ topics: ['map'], views: [viewOf([MAP])] });
    clock.advance(POLL_GATHER_MS);
    const after = first.answers[0]!.cursor;
    if (name.includes('already')) poll({ topics: ['map'], after }).close();
    clock.advance(laterMs);
    const next = poll({ topics: [topic], views: [viewOf([MAP])], after });
    clock.advance(POLL_READINGS_MS);
    expect(next.answers).toMatchObject([{ anew: true, events: [{ event: 'map' }] }]);
  });

  it('keeps the views of so many answers and no more', () => {
    const cursors = Array.from({ length: MAX_KEPT_VIEWS + 1 }, () => {
      const first = poll({ topics: ['map'], views: [viewOf([MAP])] });
      clock.advance(POLL_GATHER_MS);
      return first.answers[0]!.cursor;
    });
    const [second, oldest] = [cursors[1]!, cursors[0]!].map((after) => {
      const next = poll({ topics: ['map'], views: [viewOf([MAP])], after, waitMs: 0 });
      clock.advance(POLL_GATHER_MS);
      return next.answers[0]?.anew;
    });
    expect([second, oldest]).toEqual([false, true]);
  });

  it('that leaves gets no answer and leaves nothing behind', () => {
    const first = poll();
    first.close();
    clock.advance(WAIT_MS);
    expect(first.answers).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});

describe('a poll that goes on', () => {
  it('waits, and gets what happens with its number and what follows at once', () => {
    const after = begun({ topics: ['client'] });
    const next = poll({ topics: ['client'], after });
    clock.advance(10_000);
    expect(next.answers).toEqual([]);
    fleet.put(exampleClient(1));
    clock.advance(GATHER_MS);
    fleet.put(exampleClient(2));
    clock.advance(POLL_GATHER_MS);
    expect(namesOf(next)).toEqual([['client', 'counts', 'client', 'counts']]);
    expect(next.answers[0]?.events.map(({ id }) => id?.split('-')[1])).toEqual(['1', '2', '3', '4']);
    expect(next.answers[0]?.events[0]?.data['hostname']).toBe('host-00001');
  });

  it('gets exactly what it missed in between, once', () => {
    const after = begun({ topics: ['client'] });
    for (const n of [1, 2]) fleet.put(exampleClient(n));
    clock.advance(GATHER_MS);
    const next = poll({ topics: ['client'], after });
    clock.advance(POLL_GATHER_MS);
    expect(namesOf(next)).toEqual([['client', 'client', 'counts']]);
    const last = poll({ topics: ['client'], after: next.answers[0]!.cursor });
    clock.advance(WAIT_MS);
    expect(namesOf(last)).toEqual([[]]);
  });

  it.each([
    ['its own wait', 3000],
    ['the longest', WAIT_MS],
  ])('is answered without events after %s, and not before', (_name, waitMs) => {
    const next = poll({ topics: ['client'], after: begun({ topics: ['client'] }), waitMs });
    clock.advance(waitMs - 1);
    expect(next.answers).toEqual([]);
    clock.advance(1);
    expect(namesOf(next)).toEqual([[]]);
  });

  it('that does not want to wait gets what there is', () => {
    const after = begun({ topics: ['client'] });
    fleet.put(exampleClient(1));
    clock.advance(GATHER_MS);
    const next = poll({ topics: ['client'], after, waitMs: 0 });
    clock.advance(POLL_GATHER_MS);
    expect(namesOf(next)).toEqual([['client', 'counts']]);
  });

  it('does not pass over what it does not want again and again', () => {
    const after = begun({ topics: ['command'] });
    for (let n = 0; n < 20; n++) fleet.put(exampleClient(n));
    clock.advance(GATHER_MS);
    const next = poll({ topics: ['command'], after, waitMs: 1000 });
    clock.advance(1000);
    expect(next.answers[0]?.cursor).toBe(`${events.hub.idOf(events.hub.newest)}.0`);
  });

  it('goes on after the id of an event of the stream, too', () => {
    const { seen } = events.connect({ topics: ['client'] });
    fleet.put(exampleClient(1));
    clock.advance(GATHER_MS);
    const next = poll({ topics: ['client'], after: seen()[0]!.id! });
    clock.advance(POLL_GATHER_MS);
    expect(namesOf(next)).toEqual([['client', 'counts']]);
  });

  it.each(['', 'nonsense', '000000000000-1.5', '.', 'x'.repeat(64)])(
    'after what nobody knows (%j) is told to begin anew',
    (after) => {
      const next = poll({ topics: ['client'], after });
      clock.advance(POLL_GATHER_MS);
      expect(namesOf(next)).toEqual([['reset']]);
      const last = poll({ topics: ['client'], after: next.answers[0]!.cursor, waitMs: 200 });
      clock.advance(200);
      expect(namesOf(last)).toEqual([[]]);
    },
  );

  it('gets readings that are new, and for them alone no more often than every other second', () => {
    for (const n of [1, 2]) fleet.put(exampleClient(n));
    clock.advance(GATHER_MS);
    const after = begun({ topics: ['metrics'] });
    const next = poll({ topics: ['metrics'], after });
    fleet.measure(exampleClient(2).id, { cpu_usage: 99 }, 1_767_225_603_000);
    clock.advance(METRICS_PERIOD_MS + POLL_GATHER_MS);
    expect(next.answers).toEqual([]);
    clock.advance(POLL_READINGS_MS - METRICS_PERIOD_MS);
    expect(next.answers[0]?.events).toMatchObject([
      { event: 'metrics', data: { clients: { [exampleClient(2).id]: { cpu_usage: 99 } } } },
    ]);
    expect(Object.keys(next.answers[0]?.events[0]?.data['clients'] ?? {})).toHaveLength(1);
  });

  it('does not wait for readings when something happened', () => {
    fleet.put(exampleClient(1));
    clock.advance(GATHER_MS);
    const next = poll({ topics: ['metrics', 'client'], after: begun() });
    fleet.put(exampleClient(2));
    clock.advance(GATHER_MS + POLL_GATHER_MS);
    expect(next.answers).toHaveLength(1);
  });

  it('loses no output between two polls, and gets it in answers of bounded size', () => {
    const command = exampleCommand(1);
    const wish = { topics: ['output' as const], commandId: command.id };
    let after = begun(wish);
    let sent = 0;
    const piece = 'x'.repeat(16 * 1024);
    for (; sent < MAX_STREAM_QUEUE * 0.75; sent += piece.length) feeds.output(command.id, sent, piece);
    let got = 0;
    for (let round = 0; round < 100 && got < sent; round++) {
      const next = poll({ ...wish, after });
      for (let step = 0; next.answers.length === 0 && step < 300; step++) clock.advance(POLL_GATHER_MS);
      const [answer] = next.answers;
      const texts = answer!.events.map(({ data }) => String(data['text']));
      expect(texts.join('').length).toBeLessThanOrEqual(OUTPUT_BURST + 2 * piece.length);
      got += texts.join('').length;
      after = answer!.cursor;
    }
    expect(got).toBe(sent);
  });

  it('is answered before its time with the byte that is one too many, and the rest comes with the next', () => {
    const labels = Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`label-${n}`, 'x'.repeat(63)]));
    let after = begun({ topics: ['client'] });
    const first = poll({ topics: ['client'], after });
    const count = Math.ceil((1.5 * MAX_POLL_BYTES) / 5600);
    for (let n = 0; n < count; n++) fleet.put({ ...exampleClient(n), labels });
    clock.advance(GATHER_MS + 1);
    const size = JSON.stringify(first.answers[0]).length;
    expect(size).toBeGreaterThan(MAX_POLL_BYTES / 2);
    expect(size).toBeLessThan(1.5 * MAX_POLL_BYTES);
    after = first.answers[0]!.cursor;
    const rest = poll({ topics: ['client'], after });
    clock.advance(POLL_GATHER_MS);
    const names = [...namesOf(first), ...namesOf(rest)].flat();
    expect(names.filter((name) => name === 'client')).toHaveLength(count);
  });

  it('that stayed away longer than its scope is kept is told to begin anew', () => {
    const command = exampleCommand(1);
    const wish = { topics: ['output' as const], commandId: command.id };
    const after = begun(wish);
    clock.advance(SCOPE_KEPT_MS + 1);
    fleet.put(exampleClient(1));
    clock.advance(GATHER_MS);
    const next = poll({ ...wish, after });
    clock.advance(POLL_GATHER_MS);
    expect(namesOf(next)).toEqual([['reset']]);
  });

  it('is answered when the server stops', () => {
    const next = poll({ topics: ['client'], after: begun({ topics: ['client'] }) });
    events.hub.close();
    clock.advance(1);
    expect(namesOf(next)).toEqual([[]]);
  });
});
