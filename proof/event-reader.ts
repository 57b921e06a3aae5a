/** Readers of `/api/events`: those that read, and those that open the stream and never do. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';

import type { EventData, EventName } from '@ops/protocol/http/events.ts';
import { until } from '@ops/testkit/until.ts';

export interface EventReader {
  readonly isClosed: boolean;
  /** Bytes that came, headers included. */
  readonly bytes: number;
  close(): void;
}

export interface EventOptions {
  /** As in the address, without the question mark. */
  readonly query?: string;
  /** Called for each event with its data. */
  on?(name: EventName, data: EventData[EventName]): void;
  /** Never reads a byte. */
  readonly deaf?: boolean;
}

/** Resolves when the stream is open. @throws Error when it is refused */
export async function openEvents(
  url: string,
  token: string,
  options: EventOptions = {},
): Promise<EventReader> {
  const { query = '', deaf = false } = options;
  const { hostname, port, host } = new URL(url);
  const socket: Socket = connect({ host: hostname, port: Number(port) });
  let closed = false;
  let text = '';
  let bytes = 0;
  let headers = '';
  socket.on('error', () => (closed = true));
  socket.on('close', () => (closed = true));
  if (deaf) socket.pause();
  else {
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      text += chunk.toString('utf8');
      if (headers === '' && text.includes('\r\n\r\n')) [headers = ''] = text.split('\r\n\r\n', 1);
      take();
    });
  }
  socket.write(
    `GET /api/events${query && `?${query}`} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${token}\r\n\r\n`,
  );

  /** Events may be cut by the chunks of the transfer encoding: each of ours is written whole, in one chunk. */
  function take(): void {
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      if (!options.on) continue;
      const name = lines
        .find((line) => line.startsWith('event:'))
        ?.slice(6)
        .trim();
      const data = lines.find((line) => line.startsWith('data:'))?.slice(5);
      if (name !== undefined && data !== undefined) options.on(name as EventName, JSON.parse(data));
    }
  }

  if (!deaf) {
    await until(() => headers !== '' || closed, { what: 'the stream of events to open' });
    if (!headers.startsWith('HTTP/1.1 200'))
      throw new Error(`no stream of events: ${headers.split('\r\n')[0]}`);
  }
  return {
    get isClosed() {
      return closed;
    },
    get bytes() {
      return bytes;
    },
    close: () => void socket.destroy(),
  };
}
