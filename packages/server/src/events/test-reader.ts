/** A hub over stand-ins, and readers whose writing a test sees. */
import { EVENT_TOPICS, MAX_POLL_SECS, pollEvents } from '@ops/protocol/http/events.ts';
import type { EventTopic, PollAnswer } from '@ops/protocol/http/events.ts';
import { decode } from '@ops/protocol/schema.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';

import { createEventHub } from './hub.ts';
import type { EventHub } from './hub.ts';
import { createKeptViews } from './kept-views.ts';
import type { KeptViews } from './kept-views.ts';
import { openPoll } from './poll.ts';
import { openReader } from './reader.ts';
import type { EventReader, Sink, View } from './reader.ts';
import { createStandInFeeds } from './test-feeds.ts';
import type { StandInFeeds } from './test-feeds.ts';
import { createStandInFleet } from './test-fleet.ts';
import type { StandInFleet } from './test-fleet.ts';
import type { Wish } from './wish.ts';

export interface Seen {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Record<string, unknown>;
}

export interface TestReader {
  readonly reader: EventReader;
  readonly sink: Sink & { full: boolean; waitingBytes: number };
  readonly written: readonly string[];
  readonly ends: readonly string[];
  /** Every event so far. */
  readonly seen: () => Seen[];
  readonly names: () => string[];
}

export interface TestEvents {
  readonly clock: ManualClock;
  readonly fleet: StandInFleet;
  readonly feeds: StandInFeeds;
  readonly hub: EventHub;
  readonly keptViews: KeptViews;
  /** All topics unless some are named. */
  readonly connect: (
    options?: Partial<Omit<Wish, 'topics'>> & {
      topics?: EventTopic[];
      views?: View[];
      lastEventId?: string;
    },
  ) => TestReader;
  /** All topics unless some are named. */
  readonly poll: (
    options?: Partial<Omit<Wish, 'topics'>> & {
      topics?: EventTopic[];
      views?: View[];
      after?: string;
      waitMs?: number;
    },
  ) => TestPoll;
}

export interface TestPoll {
  readonly close: () => void;
  readonly answers: readonly PollAnswer[];
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value ?? {}));
}

export function createTestEvents(): TestEvents {
  const clock = new ManualClock();
  const fleet = createStandInFleet();
  const feeds = createStandInFeeds();
  const hub = createEventHub({ fleet, ...feeds, clock, random: systemRandom });
  const keptViews = createKeptViews({ clock, random: systemRandom });
  return {
    clock,
    fleet,
    feeds,
    hub,
    keptViews,
    poll(options = {}) {
      const answers: PollAnswer[] = [];
      const { topics = EVENT_TOPICS, views = [], after, waitMs = MAX_POLL_SECS * 1000, ...wish } = options;
      const open = openPoll(
        {
          hub,
          clock,
          keptViews,
          onAnswer: (json) => answers.push(decode(pollEvents.answer, JSON.parse(json))),
        },
        {
          ...wish,
          topics: new Set(topics),
          question: topics.join(),
          makeViews: () => views,
          after,
          waitMs,
        },
      );
      return { close: () => open.close(), answers };
    },
    connect(options = {}) {
      const written: string[] = [];
      const ends: string[] = [];
      const sink = {
        full: false,
        waitingBytes: 0,
        write(text: string): boolean {
          written.push(text);
          return !sink.full;
        },
      };
      const { topics = EVENT_TOPICS, views = [], lastEventId, ...wish } = options;
      const reader = openReader(
        { hub, clock, sink, onEnd: (why) => ends.push(why) },
        { ...wish, topics: new Set(topics), views, lastEventId, retryMs: 2500 },
      );
      const seen = (): Seen[] =>
        written
          .join('')
          .split('\n\n')
          .filter((block) => block.includes('event: '))
          .map((block) => ({
            event: /event: (.*)/.exec(block)![1]!,
            id: /^id: (.*)$/m.exec(block)?.[1],
            data: fieldsOf(JSON.parse(/data: (.*)/.exec(block)![1]!)),
          }));
      return { reader, sink, written, ends, seen, names: () => seen().map(({ event }) => event) };
    },
  };
}
