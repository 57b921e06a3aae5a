/**
 * One command after the other to one real client: from the POST until the result is visible, once to a reader of
 * `/api/events`, as the console is, and once to somebody who asks for it again and again.
 */
import { systemClock } from '@ops/runtime/clock.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { startClient } from '@ops/testkit/start-client.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import { until } from '@ops/testkit/until.ts';

import type { Context } from './benchmark.ts';
import { createCommandsApi, TOKEN } from './commands-api.ts';
import { watchEvents } from './watch.ts';

const WARM_UP = 30;
const COMMAND = 'uptime';

export interface SingleReading {
  /** From POST until the answer to it. */
  readonly acceptedMs: readonly number[];
  readonly eventMs: readonly number[];
  readonly askedMs: readonly number[];
}

export async function measureSingle(count: number, context: Context): Promise<SingleReading> {
  const { lifecycle } = context;
  context.say(`single: ${count} commands to one client`);
  const secret = systemRandom.bytes(32).toString('hex');
  const server = await startServer({
    secret,
    file: 'bin/ops-server',
    env: { OPS_AUTH_TOKEN: TOKEN, OPS_LOG_LEVEL: 'warn' },
  });
  lifecycle.onRelease('server', () => server[Symbol.asyncDispose]());
  const client = await startClient({ server: { port: server.tcpPort }, secret, file: 'bin/ops-client' });
  lifecycle.onRelease('client', () => client[Symbol.asyncDispose]());
  const api = createCommandsApi(server.url);
  const [clientId] = await api.onlineIds();
  if (clientId === undefined) throw new Error('the client is not online');
  const seen = new Map<string, number>();
  await watchEvents(server.url, 'command', lifecycle, (event, at) => {
    const id = /"id":"([0-9a-f-]{36})"/.exec(event)?.[1];
    if (id !== undefined && event.includes('"state":"Completed"')) seen.set(id, at);
  });

  const acceptedMs: number[] = [];
  const eventMs: number[] = [];
  const askedMs: number[] = [];
  for (let i = 0; i < WARM_UP + 2 * count; i++) {
    const start = systemClock.mono();
    const id = await api.send(clientId, COMMAND);
    const accepted = systemClock.mono() - start;
    // Every other command is asked for, as asking is work for the server as well.
    const asking = i % 2 === 0;
    if (asking) {
      await until(async () => (await api.result(id))[0] === 'Completed', {
        every: 1,
        what: 'the command to be completed',
      });
      if (i >= WARM_UP) askedMs.push(systemClock.mono() - start);
    } else {
      await until(() => seen.has(id), { every: 1, what: 'the event of the command' });
      if (i >= WARM_UP) eventMs.push(seen.get(id)! - start);
    }
    if (i >= WARM_UP) acceptedMs.push(accepted);
  }
  await client.program.stop();
  await server.program.stop();
  return { acceptedMs, eventMs, askedMs };
}
