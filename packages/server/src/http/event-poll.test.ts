/** `GET /api/events/poll` over real sockets: sessions, the number of them, those who leave. */
import { request } from 'node:http';

import { MAX_POLL_SECS, POLL_GATHER_MS } from '@ops/protocol/http/events.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { until } from '@ops/testkit/until.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { exampleClient } from '../events/test-fleet.ts';
import { MAX_STREAMS } from './routes/events.ts';
import { SESSION_LOOK_MS } from './session-watch.ts';
import { startTrial, TOKEN } from './test-server.ts';
import type { Answer, Trial } from './test-server.ts';

const POLL = '/api/events/poll?topics=client';
const byToken = { authorization: `Bearer ${TOKEN}` };
const as = (id: string): Record<string, string> => ({ cookie: `session_id=${id}` });

let trial: Trial;
let clock: ManualClock;

beforeEach(async () => {
  clock = new ManualClock();
  trial = await startTrial({ clock });
});
afterEach(() => trial.close());

/** In an array, as a promise in a promise is taken out of it. */
async function hold(path: string, headers: Record<string, string>): Promise<[Promise<Answer>]> {
  const before = trial.server.counters.polls.count;
  const answer = trial.ask(path, { headers });
  await until(() => trial.server.counters.polls.count > before, { what: 'the poll to be held' });
  return [answer];
}

async function cursor(headers = byToken as Record<string, string>): Promise<string> {
  const [first] = await hold(POLL, headers);
  clock.advance(POLL_GATHER_MS);
  return encodeURIComponent(String((await first).json['cursor']));
}

describe('a poll', () => {
  it('is held until something happens', async () => {
    const [answer] = await hold(`${POLL}&after=${await cursor()}`, byToken);
    clock.advance(5000);
    trial.fleet.put(exampleClient(1));
    clock.advance(1000);
    const { status, headers, json } = await answer;
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'application/json; charset=utf-8',
      'no-store',
    ]);
    expect(json['events']).toMatchObject([{ event: 'client' }, { event: 'counts' }]);
  });

  it('is answered without events when its time is over', async () => {
    const [answer] = await hold(`${POLL}&after=${await cursor()}`, byToken);
    clock.advance(MAX_POLL_SECS * 1000);
    expect((await answer).json['events']).toEqual([]);
  });

  it.each([
    '?topics=nonsense',
    '?topics=output',
    '?wait_secs=26',
    '?wait_secs=-1',
    '?wait_secs=x',
    `?after=${'x'.repeat(65)}`,
  ])('with %s is refused', async (query) => {
    expect((await trial.ask(`/api/events/poll${query}`, { headers: byToken })).status).toBe(400);
  });

  it('of another site is refused (S-21)', async () => {
    const foreign: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'https://evil.example' },
    ];
    for (const headers of foreign) expect((await trial.ask(POLL, { headers })).status).toBe(403);
  });

  it('is not one too many, and leaves its place when it is answered', async () => {
    const after = await cursor();
    const { polls } = trial.server.counters;
    const before = polls.count;
    const many = Array.from({ length: MAX_STREAMS }, () =>
      trial.ask(`${POLL}&after=${after}`, { headers: byToken }),
    );
    await until(() => polls.count === before + MAX_STREAMS, { what: 'all polls to be held' });
    const refused = await trial.ask(POLL, { headers: byToken });
    expect([refused.status, refused.json['code']]).toEqual([503, 'server_busy']);
    trial.fleet.put(exampleClient(1));
    clock.advance(1000);
    expect((await Promise.all(many)).every(({ status }) => status === 200)).toBe(true);
    expect(await cursor()).toContain('-');
  });

  it('of somebody who left leaves its place', async () => {
    const after = await cursor();
    const { polls } = trial.server.counters;
    const before = polls.count;
    const asking = Array.from({ length: MAX_STREAMS }, () => {
      const one = request({
        host: '127.0.0.1',
        port: trial.port,
        path: `${POLL}&after=${after}`,
        headers: byToken,
        agent: false,
      });
      one.on('error', () => {});
      one.end();
      return one;
    });
    await until(() => polls.count === before + MAX_STREAMS, { what: 'all polls to be held' });
    expect((await trial.ask(POLL, { headers: byToken })).status).toBe(503);
    for (const one of asking) one.destroy();
    const admitted = async (): Promise<boolean> => {
      const asked = trial.ask(`${POLL}&wait_secs=0&after=${after}`, { headers: byToken });
      await until(() => clock.pending > 0, { what: 'a timer' });
      await clock.advanceAsync(POLL_GATHER_MS);
      return (await asked).status === 200;
    };
    await until(admitted, { what: 'a place to be free' });
  });
});

describe('S-22 a poll is refused within a second', () => {
  const unauthenticated = { status: 401 };

  it('of the sign-out', async () => {
    const id = await trial.signIn();
    const [answer] = await hold(`${POLL}&after=${await cursor(as(id))}`, as(id));
    await trial.ask('/api/logout', { headers: as(id), body: {} });
    expect(await answer).toMatchObject(unauthenticated);
  });

  it('of the end of the session, which polls do not extend', async () => {
    const id = await trial.signIn();
    clock.advance(1_800_000);
    const after = await cursor(as(id));
    clock.advance(1_799_000 - POLL_GATHER_MS);
    const [answer] = await hold(`${POLL}&after=${after}`, as(id));
    clock.advance(1000);
    expect(await answer).toMatchObject(unauthenticated);
  });

  it('of the stop of the server, with an answer', async () => {
    const [answer] = await hold(`${POLL}&after=${await cursor()}`, byToken);
    const closing = trial.server.close();
    await clock.advanceAsync(1);
    expect((await answer).status).toBe(200);
    await closing;
  });

  it('and when its user was disabled, at the next look', async () => {
    const id = await trial.signIn();
    const [answer] = await hold(`${POLL}&after=${await cursor(as(id))}`, as(id));
    const { query } = trial.database;
    await trial.database.write({ statements: [query.updateTable('users').set({ disabled: 1 })] });
    clock.advance(SESSION_LOOK_MS);
    expect(await answer).toMatchObject(unauthenticated);
  });
});
