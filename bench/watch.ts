/** A reader of `/api/events`, as a page of the console is. Events come whole, each in a chunk of its own. */
import { connect } from 'node:net';

import type { EventTopic } from '@ops/protocol/http/events.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { until } from '@ops/testkit/until.ts';

import type { Context } from './benchmark.ts';
import { TOKEN } from './commands-api.ts';

/** @param seen is called with the text of each event, and when it came: monotonic milliseconds */
export async function watchEvents(
  url: string,
  topic: EventTopic,
  lifecycle: Context['lifecycle'],
  seen: (event: string, at: number) => void,
): Promise<void> {
  const { hostname, port, host } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  lifecycle.onRelease('events', () => void socket.destroy());
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
      seen(event, now);
    }
  });
  const head = [
    `GET /api/events?topics=${topic} HTTP/1.1`,
    `host: ${host}`,
    `authorization: Bearer ${TOKEN}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await until(() => open, { what: 'the stream of events to open' });
}

const ANSWERED_WITHIN_MS = 60_000;
/** Between two looks at what the events told, which costs nobody else anything. */
const LOOK_MS = 5;

/** @returns when a reader of the events was told that all results of a batch are there: monotonic milliseconds */
export async function watchBatches(
  url: string,
  lifecycle: Context['lifecycle'],
): Promise<(id: string) => Promise<number>> {
  const ends = new Map<string, number>();
  await watchEvents(url, 'batch', lifecycle, (event, at) => {
    const id = /"id":"([0-9a-f-]{36})"/.exec(event)?.[1];
    if (id !== undefined && event.includes('"state":"finished"')) ends.set(id, at);
  });
  return async (id) => {
    await until(() => ends.has(id), {
      within: ANSWERED_WITHIN_MS,
      every: LOOK_MS,
      what: `the end of the batch ${id}`,
    });
    return ends.get(id)!;
  };
}
