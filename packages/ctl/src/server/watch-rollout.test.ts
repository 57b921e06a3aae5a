import { createServer as createHttp } from 'node:http';

import { systemClock } from '@ops/runtime/clock.ts';
import { expect, it, onTestFinished } from 'vitest';

import { rolloutSummaryOf } from '../test-rollout.ts';
import { createServer } from './server.ts';
import { watchRollout } from './watch-rollout.ts';

const { id } = rolloutSummaryOf();
const OTHER = '00000000-0000-4000-8000-000000000009';

it('is followed by its own events, over a broken stream, until it is held', async () => {
  const streams = [
    [rolloutSummaryOf({ revision: 2 }), rolloutSummaryOf({ id: OTHER, revision: 99, state: 'held' })],
    [rolloutSummaryOf({ revision: 3, state: 'paused' }), rolloutSummaryOf({ revision: 4, state: 'held' })],
  ];
  const resumedFrom: unknown[] = [];
  const http = createHttp((request, reply) => {
    if (!request.url!.startsWith('/api/events')) {
      reply.writeHead(200, { 'content-type': 'application/json' });
      reply.end(JSON.stringify({ rollout: rolloutSummaryOf() }));
      return;
    }
    resumedFrom.push(request.headers['last-event-id']);
    reply.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const data of streams.shift() ?? [])
      reply.write(`event: rollout\nid: ${data.revision}\ndata: ${JSON.stringify(data)}\n\n`);
    if (streams.length > 0) reply.end();
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  const address = http.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const seen: string[] = [];
  const last = await watchRollout(id, {
    server: createServer({ url: `http://127.0.0.1:${String(port)}`, language: 'en', credentials: {} }),
    clock: systemClock,
    signal: new AbortController().signal,
    onChange: ({ revision, state }) => seen.push(`${revision} ${state}`),
  });
  expect(last?.state).toBe('held');
  expect(seen).toEqual(['1 running', '2 running', '3 paused', '4 held']);
  expect(resumedFrom).toEqual([undefined, '99']);
});
