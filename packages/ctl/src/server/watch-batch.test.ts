import type { ServerResponse } from 'node:http';

import type { BatchSummary } from '@ops/protocol/http/batches.ts';
import { systemClock } from '@ops/runtime/clock.ts';
import { describe, expect, it } from 'vitest';

import { ApiFailure } from './server.ts';
import { eventOf, eventServer } from './test-event-server.ts';
import { watchBatch } from './watch-batch.ts';

const ID = '00000000-0000-4000-8000-000000000001';

function batch(version: number, succeeded: number): BatchSummary {
  return {
    id: ID,
    command: 'uptime',
    ran: 'uptime',
    state: succeeded === 2 ? 'finished' : 'running',
    stopped: null,
    stopped_by: null,
    created_by: 'admin',
    created_at_ms: 0,
    finished_at_ms: null,
    targets: 2,
    counts: {
      held: 0,
      pending: 2 - succeeded,
      executing: 0,
      succeeded,
      nonzero: 0,
      timeout: 0,
      failed: 0,
      cancelled: 0,
    },
    version,
    concurrency: 10,
    stop_after_failures: null,
    timeout_secs: 30,
    queue_secs: null,
    selection: { kind: 'all', selector: null },
    rerun_of: null,
  };
}

let asked: () => unknown;
let stream: (reply: ServerResponse) => void;

async function watch(signal = new AbortController().signal): Promise<number[]> {
  const server = await eventServer({ answer: () => asked(), stream: (reply) => stream(reply) });
  const versions: number[] = [];
  await watchBatch(ID, {
    server,
    clock: systemClock,
    signal,
    onChange: ({ version }) => versions.push(version),
  });
  return versions;
}

const view = (of: BatchSummary): unknown => ({ batch: of, groups: [], more_groups: 0, more_hosts: 0 });
const event = (data: BatchSummary): string => eventOf('batch', data.version, data);

describe('a watched batch', () => {
  it('is told by events, the newest only', async () => {
    asked = () => view(batch(1, 0));
    stream = (reply) => {
      reply.writeHead(200, { 'content-type': 'text/event-stream' });
      reply.write(event(batch(3, 1)) + event(batch(2, 0)) + event(batch(4, 2)));
    };
    expect(await watch()).toEqual([1, 3, 4]);
  });

  it('is asked for where there is no stream', async () => {
    const answers = [batch(1, 0), batch(2, 2)];
    asked = () => view(answers.shift()!);
    stream = (reply) => reply.writeHead(503).end('down');
    expect(await watch()).toEqual([1, 2]);
  });

  it('is left alone when somebody does not want to wait', async () => {
    asked = () => view(batch(1, 0));
    const stop = new AbortController();
    stream = (reply) => {
      reply.writeHead(200, { 'content-type': 'text/event-stream' });
      reply.write(': open\n\n');
      stop.abort();
    };
    expect(await watch(stop.signal)).toEqual([1]);
  });

  it('that nobody knows is a failure', async () => {
    asked = () => 404;
    await expect(watch()).rejects.toThrow(ApiFailure);
  });
});
