/** A server that answers and tells what a test wants, for tests of what follows something. */
import { createServer as createHttp } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { EventData, EventName } from '@ops/protocol/http/events.ts';
import { onTestFinished } from 'vitest';

import { createServer } from './server.ts';
import type { Server } from './server.ts';

/** An event as it is on a stream. */
export const eventOf = <N extends EventName>(name: N, id: number, data: EventData[N]): string =>
  `event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;

export async function eventServer(of: {
  /** The answer to anything but a stream; a number is the status of a failure. */
  readonly answer: (url: URL) => unknown;
  /** What is written on a stream; what it does not end stays open. */
  readonly stream: (reply: ServerResponse, request: IncomingMessage) => void;
}): Promise<Server> {
  const http = createHttp((request, reply) => {
    const url = new URL(request.url!, 'http://127.0.0.1');
    if (url.pathname === '/api/events') {
      of.stream(reply, request);
      return;
    }
    const found = of.answer(url);
    reply.writeHead(typeof found === 'number' ? found : 200, { 'content-type': 'application/json' });
    reply.end(JSON.stringify(typeof found === 'number' ? FAILURES[found] : found));
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  onTestFinished(async () => {
    http.closeAllConnections();
    await new Promise((done) => http.close(done));
  });
  const address = http.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return createServer({ url: `http://127.0.0.1:${String(port)}`, language: 'en', credentials: {} });
}

const FAILURES: Readonly<Record<number, unknown>> = {
  404: { success: false, code: 'not_found', message: 'there is none' },
  503: { success: false, code: 'server_busy', message: 'later' },
};
