/** Looks at the console the way browsers reach it: through whatever proxy stands between. */
import type { Clock } from '@ops/runtime/clock.ts';
import { ask } from '@ops/runtime/doctor/ask.ts';
import type { Answer } from '@ops/runtime/doctor/ask.ts';
import { isLoopback } from '@ops/runtime/ip-address.ts';

import type { UrlFacts } from './facts.ts';

export interface UrlNeeds {
  readonly url: URL;
  /** Opens the stream of events; without one nobody may. */
  readonly token: string | undefined;
  readonly clock: Clock;
  /** A proxy that holds the first event back for this long buffers. */
  readonly streamDeadlineMs?: number | undefined;
}

/** Never rejects. */
export async function lookThroughUrl(needs: UrlNeeds): Promise<UrlFacts> {
  const { url, clock } = needs;
  const health = await ask({ url: new URL('/health', url), clock });
  // Changes nothing: nobody is signed in. The origin is judged before that is found out.
  const crossSite = await ask({
    url: new URL('/api/logout', url),
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url.origin },
    body: '{}',
    clock,
  });
  return { url, health, crossSite, events: await eventsOf(needs) };
}

async function eventsOf({
  url,
  token,
  clock,
  streamDeadlineMs,
}: UrlNeeds): Promise<Answer | 'no token' | 'not encrypted'> {
  if (token === undefined) return 'no token';
  // The token is worth as much as a password.
  if (url.protocol === 'http:' && !isLoopback(url.hostname.replace(/^\[(.*)\]$/, '$1')))
    return 'not encrypted';
  return ask({
    url: new URL('/api/events?topics=client', url),
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
    clock,
    ...(streamDeadlineMs !== undefined && { deadlineMs: streamDeadlineMs }),
    enough: (body) => body.includes('event: ready'),
  });
}
