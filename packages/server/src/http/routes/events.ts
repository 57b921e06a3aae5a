import { OpsError } from '@ops/protocol/errors.ts';
import { EVENT_TOPICS, events, MAX_POLL_SECS, pollEvents } from '@ops/protocol/http/events.ts';
import type { EventTopic } from '@ops/protocol/http/events.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { Auth } from '../../auth/auth.ts';
import type { Commands } from '../../commands/commands.ts';
import type { EventHub } from '../../events/hub.ts';
import { createKeptViews } from '../../events/kept-views.ts';
import { openPoll } from '../../events/poll.ts';
import { viewsOf } from '../../events/views.ts';
import type { Wish } from '../../events/wish.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { HttpCounters } from '../counters.ts';
import { RequestFault } from '../request-fault.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { createSessionWatch } from '../session-watch.ts';
import { openStream } from '../sse.ts';

/** Leaves half of the sockets to requests. */
export const MAX_STREAMS = 500;
/** Readers of a server that restarts come back spread over this time. */
const RETRY_MS = { least: 2000, spread: 3000 };
const MAX_EVENT_ID = 64;
const SECOND_MS = 1000;

export function eventRoutes(needs: {
  readonly hub: EventHub;
  readonly auth: Pick<Auth, 'sessions'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly counters: HttpCounters;
  readonly fleet: Pick<Fleet, 'window' | 'map'>;
  readonly commands: Pick<Commands, 'stats'>;
}): Route[] {
  const { hub, auth, clock, random, counters } = needs;
  const keptViews = createKeptViews({ clock, random });
  /** Streams and polls together. */
  let open = 0;

  function enter(): void {
    if (open >= MAX_STREAMS) throw new OpsError('server_busy');
    open++;
  }

  return [
    route(events).sends(({ query, principal, context, reply }) => {
      const wish = wishOf(query);
      const views = viewsOf(needs, wish.topics, query);
      enter();
      const lastEventId = reply.request.headers['last-event-id'];
      counters.streamsOpened.count++;
      void reply.hijack();
      openStream(
        {
          hub,
          clock,
          response: reply.raw,
          watchSession: createSessionWatch(
            { auth, clock },
            { principal, access: events.access, local: context.local },
          ),
          onEnd(why) {
            open--;
            counters.streamsClosed[why]++;
          },
        },
        {
          ...wish,
          lastEventId: typeof lastEventId === 'string' ? lastEventId.slice(0, MAX_EVENT_ID) : undefined,
          views,
          retryMs: Math.round(RETRY_MS.least + random.unit() * RETRY_MS.spread),
        },
      );
      return reply;
    }),

    route(pollEvents).sends(async ({ query, principal, context, reply }) => {
      const wish = wishOf(query);
      const { after, wait_secs: waitSecs = MAX_POLL_SECS, ...asked } = query;
      enter();
      counters.polls.count++;
      const watchSession = createSessionWatch(
        { auth, clock },
        { principal, access: pollEvents.access, local: context.local },
      );
      const releases: (() => void)[] = [];
      try {
        const json = await new Promise<string>((resolve, reject) => {
          const poll = openPoll(
            { hub, clock, keptViews, onAnswer: resolve },
            {
              ...wish,
              question: JSON.stringify(asked),
              makeViews: () => viewsOf(needs, wish.topics, query),
              after,
              waitMs: waitSecs * SECOND_MS,
            },
          );
          releases.push(() => poll.close());
          releases.push(watchSession(() => reject(new OpsError('unauthenticated'))));
          // Whoever left gets an answer nobody reads.
          reply.raw.once('close', () => resolve(''));
        });
        return await reply.type('application/json; charset=utf-8').send(json);
      } finally {
        open--;
        for (const release of releases) release();
      }
    }),
  ];
}

interface Asked {
  readonly topics?: string;
  readonly client_id?: string;
  readonly command_id?: string;
  readonly batch_id?: string;
}

function wishOf(query: Asked): Wish {
  const topics = topicsOf(query.topics);
  if (query.topics !== undefined && topics.has('output') && query.command_id === undefined) {
    throw new RequestFault('invalid_request', {
      field: 'query.command_id',
      words: { zh: 'output 需要 query.command_id', en: 'output needs query.command_id' },
    });
  }
  return { topics, clientId: query.client_id, commandId: query.command_id, batchId: query.batch_id };
}

function topicsOf(text: string | undefined): ReadonlySet<EventTopic> {
  if (text === undefined) return new Set(EVENT_TOPICS.filter((name) => name !== 'window' && name !== 'map'));
  const names = text.split(',').map((name) => name.trim());
  return new Set(
    names.map((name) => {
      const topic = EVENT_TOPICS.find((known) => known === name);
      if (topic) return topic;
      const known = EVENT_TOPICS.join(', ');
      throw new RequestFault('invalid_request', {
        field: 'query.topics',
        words: { zh: `query.topics 只能包含 ${known}`, en: `query.topics may hold ${known}` },
      });
    }),
  );
}
