/**
 * One command after the other to one real client: from the POST until the result is visible, once to a reader of
 * `/api/events`, as the console is, and once to somebody who asks for it again and again.
 */
import { connect } from 'node:net';

import { systemClock } from '@ops/runtime/clock.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { startClient } from '@ops/testkit/start-client.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import { until } from '@ops/testkit/until.ts';

import type { Context } from './benchmark.ts';
import { createCommandsApi, TOKEN } from './commands-api.ts';

const WARM_UP = 30;
const COMMAND = 'uptime';

export interface SingleReading {
  /** From POST until the answer to it. */
  readonly acceptedMs: readonly number[];
  readonly eventMs: readonly number[];
  readonly askedMs: readonly number[];
}

/** Tells when a command was seen to be completed. Events come whole, each in a chunk of its own. */
async function watchCommands(url: string, lifecycle: Context['lifecycle']) {
  const { hostname, port, host } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  lifecycle.onRelease('events', () => void socket.destroy());
  const seen = new Map<string, number>();
  let text = '';
  let open = false;
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    const now = systemClock.mono();
    text += chunk.toString('utf8');
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = text.slice(0, end);
      text = text.slice(end + 2);
      if (event.includes('event: ready')) open = true;
      const id = /"id":"([0-9a-f-]{36})"/.exec(event)?.[1];
      if (id !== undefined && event.includes('"state":"Completed"')) seen.set(id, now);
    }
  });
  const head = [`GET /api/events?topics=command HTTP/1.1`, `host: ${host}`, `authorization: Bearer ${TOKEN}`];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await until(() => open, { what: 'the stream of events to open' });
  return seen;
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
  const seen = await watchCommands(server.url, lifecycle);

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
