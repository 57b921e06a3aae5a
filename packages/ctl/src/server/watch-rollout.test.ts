import { systemClock } from '@ops/runtime/clock.ts';
import { expect, it } from 'vitest';

import { rolloutSummaryOf } from '../test-rollout.ts';
import { eventOf, eventServer } from './test-event-server.ts';
import { watchRollout } from './watch-rollout.ts';

const { id } = rolloutSummaryOf();
const OTHER = '00000000-0000-4000-8000-000000000009';

it('is followed by its own events, over a broken stream, until it is held', async () => {
  const streams = [
    [rolloutSummaryOf({ revision: 2 }), rolloutSummaryOf({ id: OTHER, revision: 99, state: 'held' })],
    [rolloutSummaryOf({ revision: 3, state: 'paused' }), rolloutSummaryOf({ revision: 4, state: 'held' })],
  ];
  const resumedFrom: unknown[] = [];
  const server = await eventServer({
    answer: () => ({ rollout: rolloutSummaryOf() }),
    stream(reply, request) {
      resumedFrom.push(request.headers['last-event-id']);
      reply.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const data of streams.shift() ?? []) reply.write(eventOf('rollout', data.revision, data));
      if (streams.length > 0) reply.end();
    },
  });
  const seen: string[] = [];
  const last = await watchRollout(id, {
    server,
    clock: systemClock,
    signal: new AbortController().signal,
    onChange: ({ revision, state }) => seen.push(`${revision} ${state}`),
  });
  expect(last?.state).toBe('held');
  expect(seen).toEqual(['1 running', '2 running', '3 paused', '4 held']);
  expect(resumedFrom).toEqual([undefined, '99']);
});
