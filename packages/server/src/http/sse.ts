/** The socket end of `GET /api/events`: headers, back-pressure, and every way a stream may end, told once. */
import type { ServerResponse } from 'node:http';

import type { Clock } from '@ops/runtime/clock.ts';

import type { EventHub } from '../events/hub.ts';
import { MAX_WRITE, openReader } from '../events/reader.ts';
import type { ReaderOptions } from '../events/reader.ts';
import type { StreamEnd } from './counters.ts';
import type { WatchSession } from './session-watch.ts';

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store, no-transform',
  // nginx passes on what it gets at once.
  'X-Accel-Buffering': 'no',
};

export interface StreamNeeds {
  readonly hub: EventHub;
  readonly clock: Clock;
  readonly response: ServerResponse;
  readonly watchSession: WatchSession;
  readonly onEnd: (why: StreamEnd) => void;
}

/** Answers a request with the events from now on. Returns at once. */
export function openStream(needs: StreamNeeds, options: ReaderOptions): void {
  const { hub, clock, response, watchSession, onEnd } = needs;
  let open = true;
  const releases: (() => void)[] = [];

  function end(why: StreamEnd): void {
    if (!open) return;
    open = false;
    for (const release of releases) release();
    // What a slow reader has not taken is not worth waiting for.
    if (why === 'slow') response.destroy();
    else response.end();
    onEnd(why);
  }

  response.writeHead(200, HEADERS);
  response.on('close', () => end('left'));
  response.on('error', () => end('left'));
  // Node itself would take 64 KiB for each reader, most of it for those that do not read.
  const mayGoOn = (): boolean => response.writableLength <= MAX_WRITE;
  const onTaken = (): void => {
    if (mayGoOn()) reader.drained();
  };
  const sink = {
    write(text: string): boolean {
      if (!open) return false;
      response.write(text, onTaken);
      return mayGoOn();
    },
    get waitingBytes() {
      return response.writableLength;
    },
  };
  const reader = openReader({ hub, clock, sink, onEnd: end }, options);
  releases.push(() => reader.close());
  releases.push(watchSession(() => end('session_ended')));
}
