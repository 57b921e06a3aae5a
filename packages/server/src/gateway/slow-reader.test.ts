/** P8: what waits for a client that does not read is bounded; then it is disconnected, and counted. */
import { MAX_QUEUED_BYTES } from '@ops/protocol/wire/limits.ts';
import { connectFakeClient } from '@ops/testkit/fake-client.ts';
import { until } from '@ops/testkit/until.ts';
import { expect, it } from 'vitest';

import type { ClientLink } from '../fleet/fleet.ts';
import { Connection } from './connection.ts';
import { SECRET, startTestGateway } from './test-gateway.ts';

it('a client that stops reading costs 1 MiB and its connection; another one notices nothing', async () => {
  await using server = await startTestGateway();
  const slow = await connectFakeClient({ port: server.port, secret: SECRET });
  await slow.enter();
  const honest = await connectFakeClient({ port: server.port, secret: SECRET });
  await honest.enter();
  const links = server.inbox.told.flatMap((entry) => (entry.what === 'online' ? [entry.link] : []));
  const connection: ClientLink | undefined = links[0];
  if (!(connection instanceof Connection)) throw new Error('the link is no connection');

  slow.pause();
  const before = process.memoryUsage().rss;
  const body = Buffer.from(JSON.stringify({ type: 'heartbeat_ack', server_time: 0, pad: 'x'.repeat(8000) }));
  await until(
    () => {
      // As much as fits, then a turn for everybody else.
      for (let i = 0; i < 50; i++) connection.send(body);
      return connection.state !== 'ready';
    },
    { what: 'the slow reader to be disconnected' },
  );
  expect(server.gateway.stats().closed.slow_reader).toBe(1);
  expect(server.inbox.about(slow.clientId).at(-1)).toBe('offline');
  // What the kernel holds for it comes on top.
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * MAX_QUEUED_BYTES);
  await honest.heartbeat();
  slow.destroy();
  honest.destroy();
});
