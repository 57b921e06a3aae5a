import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';

import { freePort } from '@ops/testkit/free-port.ts';
import { afterEach, expect, it } from 'vitest';

import { GATHER_MS } from '../events/hub.ts';
import { MAX_WRITE } from '../events/reader.ts';
import { exampleClient } from '../events/test-fleet.ts';
import { createTestEvents } from '../events/test-reader.ts';
import { openStream } from './sse.ts';

const releases: (() => void)[] = [];
afterEach(() => {
  for (const release of releases.splice(0)) release();
});

it('a reader that does not read costs what one write costs, until it is closed', async () => {
  const { hub, clock, fleet } = createTestEvents();
  const ends: string[] = [];
  let answer: ServerResponse | undefined;
  const server = createServer((_, response) => {
    answer = response;
    openStream(
      { hub, clock, response, watchSession: () => () => {}, onEnd: (why) => ends.push(why) },
      { topics: new Set(['client']), views: [], lastEventId: undefined, retryMs: 1000 },
    );
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const deaf = connect(port, '127.0.0.1');
  releases.push(
    () => server.close(),
    () => deaf.destroy(),
    () => hub.close(),
  );
  deaf.pause();
  deaf.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(server, 'request');

  let most = 0;
  for (let round = 0; round < 5000 && ends.length === 0; round++) {
    for (let n = 0; n < 20; n++) fleet.put(exampleClient(n));
    await clock.advanceAsync(GATHER_MS);
    most = Math.max(most, answer?.writableLength ?? 0);
  }
  expect(ends).toEqual(['slow']);
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(2 * MAX_WRITE + 4096);
});
