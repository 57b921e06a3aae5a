/** `GET /api/events` over real sockets: sessions, resuming, readers that do not read. */
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';

import { MAX_OFFSET } from '@ops/protocol/http/clients.ts';
import { EVENT_TOPICS, MAX_WINDOW } from '@ops/protocol/http/events.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { until } from '@ops/testkit/until.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { exampleBatch, exampleCommand, exampleId } from '../events/test-feeds.ts';
import { exampleClient } from '../events/test-fleet.ts';
import { SESSION_LOOK_MS } from './session-watch.ts';
import { MAX_STREAMS } from './routes/events.ts';
import { PASSWORD, startTrial, TOKEN } from './test-server.ts';
import type { Trial } from './test-server.ts';

interface Stream {
  readonly response: IncomingMessage;
  readonly text: () => string;
  readonly ended: () => boolean;
  close(): unknown;
}

let trial: Trial;
let clock: ManualClock;
const streams: Stream[] = [];

beforeEach(async () => {
  clock = new ManualClock();
  trial = await startTrial({ clock });
});
afterEach(async () => {
  for (const stream of streams.splice(0)) stream.close();
  await trial.close();
});

const as = (id: string): Record<string, string> => ({ cookie: `session_id=${id}` });
const byToken = { authorization: `Bearer ${TOKEN}` };

function open(headers: Record<string, string>, query = ''): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const asking = request({
      host: '127.0.0.1',
      port: trial.port,
      path: `/api/events${query}`,
      headers,
      agent: false,
    });
    asking.on('error', reject);
    asking.on('response', (response) => {
      let text = '';
      let ended = false;
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('close', () => (ended = true));
      response.on('error', () => {});
      const stream = { response, text: () => text, ended: () => ended, close: () => asking.destroy() };
      streams.push(stream);
      resolve(stream);
    });
    asking.end();
  });
}

/** Lets the server's timers run until the stream shows the text. */
function shows(stream: Stream, text: string): Promise<unknown> {
  const look = async (): Promise<boolean> => {
    await clock.advanceAsync(5);
    return stream.text().includes(text);
  };
  return until(look, { what: `the stream to show ${text}` });
}

function ends(stream: Stream): Promise<unknown> {
  return until(() => stream.ended(), { what: 'the stream to end' });
}

describe('a stream', () => {
  it('begins at once, is not cached, not buffered by proxies, and carries the headers of every answer', async () => {
    const stream = await open(byToken);
    expect(stream.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    await until(() => stream.text().includes('event: ready'), { what: 'ready' });
    expect(stream.text()).toMatch(/^retry: [2-4]\d{3}\n/);
  });

  it('shows what happens, and what was missed after Last-Event-ID', async () => {
    const stream = await open(byToken);
    trial.fleet.put(exampleClient(1));
    await shows(stream, 'event: counts');
    expect(stream.text()).toContain('"hostname":"host-00001"');
    const last = [...stream.text().matchAll(/^id: (.*)$/gm)].at(-1)![1]!;
    stream.close();
    trial.fleet.put(exampleClient(2));
    const again = await open({ ...byToken, 'last-event-id': last }, '?topics=client');
    await shows(again, 'host-00002');
    expect(again.text()).not.toContain('host-00001');
    expect(again.text()).not.toContain('event: reset');
  });

  it('of one client, of one topic', async () => {
    const stream = await open(byToken, `?topics=client&client_id=${exampleClient(2).id}`);
    for (const n of [1, 2]) trial.fleet.put(exampleClient(n));
    await shows(stream, 'event: counts');
    expect(stream.text()).toContain('host-00002');
    expect(stream.text()).not.toContain('host-00001');
  });

  it('of one command shows its changes and its output, and those of a batch to who names it', async () => {
    const { feeds } = trial.commands;
    const [command, member, batch] = [
      exampleCommand(1),
      exampleCommand(2, { batch_id: exampleId(9) }),
      exampleBatch(9),
    ];
    const ofCommand = await open(byToken, `?topics=command,output&command_id=${command.id}`);
    const ofBatch = await open(byToken, `?topics=command,batch&batch_id=${batch.id}`);
    const all = await open(byToken, '?topics=command,batch');
    for (const one of [command, member]) feeds.command(one);
    for (const one of [command, member]) feeds.output(one.id, 0, `output of ${one.id}`);
    feeds.batch(batch);
    await shows(ofCommand, `output of ${command.id}`);
    await shows(ofBatch, 'event: batch');
    await shows(all, 'event: batch');
    for (const stream of [ofCommand, all]) expect(stream.text()).not.toContain(member.id);
    expect(ofBatch.text()).toContain(member.id);
    expect(ofBatch.text()).not.toContain(command.id);
    expect(all.text()).not.toContain('event: output');
  });

  it.each([
    '?topics=',
    '?topics=nonsense',
    '?topics=client,',
    '?topics=output',
    '?client_id=x',
    '?command_id=x',
    '?batch_id=x',
    '?last_event_id=1',
    `?topics=window&limit=${MAX_WINDOW + 1}`,
    `?topics=window&offset=${MAX_OFFSET + 1}`,
    '?topics=window&limit=-1',
    '?topics=window&sort=colour',
    '?topics=map&shade=colour',
    `?topics=map&group=${'x'.repeat(318)}`,
  ])('with %s is refused', async (query) => {
    expect((await trial.ask(`/api/events${query}`, { headers: byToken })).status).toBe(400);
  });

  it('of an unknown topic is refused with the list of those there are', async () => {
    const { json } = await trial.ask('/api/events?topics=nonsense', { headers: byToken });
    expect(json['message']).toBe(`请求无效：query.topics 只能包含 ${EVENT_TOPICS.join(', ')}`);
  });

  it('is open to a viewer', async () => {
    const id = await trial.signIn();
    const { query } = trial.database;
    await trial.database.write({ statements: [query.updateTable('users').set({ role: 'viewer' })] });
    expect((await open(as(id), '?topics=command,batch')).response.statusCode).toBe(200);
  });

  it('is not one too many', async () => {
    const many = await Promise.all(Array.from({ length: MAX_STREAMS }, () => open(byToken)));
    const refused = await trial.ask('/api/events', { headers: byToken });
    expect([refused.status, refused.json['code'], refused.headers['retry-after']]).toEqual([
      503,
      'server_busy',
      '1',
    ]);
    many[0]!.close();
    await until(() => trial.server.counters.streamsClosed.left === 1, { what: 'the place to be free' });
    expect((await open(byToken)).response.statusCode).toBe(200);
  });
});

describe('S-22 a stream ends within a second', () => {
  it('of the sign-out', async () => {
    const id = await trial.signIn();
    const stream = await open(as(id));
    await trial.ask('/api/logout', { headers: as(id), body: {} });
    await ends(stream);
    expect(trial.server.counters.streamsClosed.session_ended).toBe(1);
  });

  it('of a change of the password elsewhere, but not where it was made', async () => {
    const [own, other] = [await trial.signIn(), await trial.signIn()];
    const [ownStream, otherStream] = [await open(as(own)), await open(as(other))];
    await trial.ask('/api/change-password', {
      headers: as(own),
      body: { current_password: PASSWORD, new_password: 'oak-Lantern_47 mitten' },
    });
    await ends(otherStream);
    expect(ownStream.ended()).toBe(false);
  });

  it('of the end of the session, which the stream does not extend', async () => {
    const stream = await open(as(await trial.signIn()));
    clock.advance(3_599_000);
    expect(stream.ended()).toBe(false);
    clock.advance(1000);
    await ends(stream);
  });

  it('of the stop of the server', async () => {
    const stream = await open(byToken);
    await trial.server.close();
    await ends(stream);
    expect(trial.server.counters.streamsClosed.shutdown).toBe(1);
  });
});

describe('a stream looks every quarter of a minute', () => {
  it('whether its user was disabled', async () => {
    const stream = await open(as(await trial.signIn()));
    await trial.database.write({
      statements: [trial.database.query.updateTable('users').set({ disabled: 1 })],
    });
    clock.advance(SESSION_LOOK_MS - 1000);
    expect(stream.ended()).toBe(false);
    clock.advance(1000);
    await ends(stream);
  });

  it('whether its session is still there', async () => {
    const stream = await open(as(await trial.signIn()));
    await trial.database.write({ statements: [trial.database.query.deleteFrom('sessions')] });
    clock.advance(SESSION_LOOK_MS - 1000);
    expect(stream.ended()).toBe(false);
    clock.advance(1000);
    await ends(stream);
  });
});

describe('P8 a reader that does not read', () => {
  it('is closed and counted while others go on', async () => {
    const deaf = connect(trial.port, '127.0.0.1');
    deaf.on('error', () => {});
    deaf.pause();
    deaf.write(`GET /api/events?topics=client HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`);
    const quick = await open(byToken, '?topics=client');
    const labels = Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`label-${n}`, 'x'.repeat(63)]));
    const { streamsClosed } = trial.server.counters;
    for (let round = 0; round < 2000 && streamsClosed.slow === 0; round++) {
      for (let n = 0; n < 20; n++) trial.fleet.put({ ...exampleClient(n), labels });
      await clock.advanceAsync(30);
    }
    expect(streamsClosed.slow).toBe(1);
    trial.fleet.put(exampleClient(777));
    await shows(quick, 'host-00777');
    expect((await trial.ask('/health')).status).toBe(200);
    deaf.destroy();
  });
});
