import { OpsError } from '@ops/protocol/errors.ts';
import { EVENT_TOPICS, events } from '@ops/protocol/http/events.ts';
import type { EventTopic } from '@ops/protocol/http/events.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { Auth } from '../../auth/auth.ts';
import { refusal, sessionPrincipal } from '../../auth/principal.ts';
import type { Principal } from '../../auth/principal.ts';
import type { Commands } from '../../commands/commands.ts';
import type { EventHub } from '../../events/hub.ts';
import { viewsOf } from '../../events/views.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { HttpCounters } from '../counters.ts';
import type { RequestContext } from '../request-context.ts';
import { RequestFault } from '../request-fault.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { openStream } from '../sse.ts';

/** Leaves half of the sockets to requests. */
export const MAX_STREAMS = 500;
/** Readers of a server that restarts come back spread over this time. */
const RETRY_MS = { least: 2000, spread: 3000 };
const MAX_EVENT_ID = 64;

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
  let openStreams = 0;

  async function mayGoOn(principal: Principal, context: RequestContext): Promise<boolean> {
    if (principal.kind === 'token') return true;
    const session = await auth.sessions.findByHash(principal.session.hash);
    if (!session) return false;
    return refusal(events.access, sessionPrincipal(session, context.local), context.local) === undefined;
  }

  return [
    route(events).sends(({ query, principal, context, reply }) => {
      const topics = topicsOf(query.topics);
      if (query.topics !== undefined && topics.has('output') && query.command_id === undefined) {
        throw new RequestFault('invalid_request', {
          field: 'query.command_id',
          words: { zh: 'output 需要 query.command_id', en: 'output needs query.command_id' },
        });
      }
      if (openStreams >= MAX_STREAMS) throw new OpsError('server_busy');
      const views = viewsOf(needs, topics, query);
      const lastEventId = reply.request.headers['last-event-id'];
      openStreams++;
      counters.streamsOpened.count++;
      void reply.hijack();
      openStream(
        {
          hub,
          clock,
          response: reply.raw,
          mayGoOn: () => mayGoOn(principal, context),
          onSessionEnd: (call) =>
            principal.kind === 'session' ? auth.sessions.onEnd(principal.session.hash, call) : () => {},
          onEnd(why) {
            openStreams--;
            counters.streamsClosed[why]++;
          },
        },
        {
          topics,
          clientId: query.client_id,
          commandId: query.command_id,
          batchId: query.batch_id,
          lastEventId: typeof lastEventId === 'string' ? lastEventId.slice(0, MAX_EVENT_ID) : undefined,
          views,
          retryMs: Math.round(RETRY_MS.least + random.unit() * RETRY_MS.spread),
        },
      );
      return reply;
    }),
  ];
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
