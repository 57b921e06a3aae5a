import { decode } from '@ops/protocol/schema.ts';
import {
  clientSummary,
  clientView,
  MAX_MINUTES,
  MAX_RANGE_MINUTES,
  MIN_POINTS,
} from '@ops/protocol/http/clients.ts';
import type { MinuteSample } from '@ops/protocol/http/clients.ts';
import { sleep, systemClock } from '@ops/runtime/clock.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { exampleClient } from '../events/test-fleet.ts';
import { pageOf } from './client-page.ts';
import { jsonInPieces } from './json-list.ts';
import { startTrial, TOKEN } from './test-server.ts';
import type { Answer, Trial } from './test-server.ts';

const NOBODY = '7e6f2f1e-0000-4000-8000-000000000001';
const MINUTE_MS = 60_000;
const asked: unknown[][] = [];
/** Rows the history has. */
let rows = 1;
const sample: MinuteSample = { t: 60_000, samples: 20, cpu_usage: 12.5 };

let trial: Trial;
let session: Record<string, string>;

beforeAll(async () => {
  trial = await startTrial({
    needs: {
      listMinutes: (...what) => {
        asked.push(what);
        return Array.from({ length: rows }, () => sample);
      },
    },
  });
  for (let n = 1; n <= 5; n++) trial.fleet.put(exampleClient(n, n === 5 ? 'offline' : 'online'));
  session = { cookie: `session_id=${await trial.signIn()}` };
});
afterAll(() => trial.close());

function get(path: string): Promise<Answer> {
  return trial.ask(path, { headers: { authorization: `Bearer ${TOKEN}` } });
}

function forget(id: string): Promise<Answer> {
  return trial.ask(`/api/clients/${id}`, { method: 'DELETE', headers: session, body: {} });
}

function clientsOf(answer: Answer): Record<string, Record<string, unknown>> {
  return Object.fromEntries(Object.entries(answer.json['clients'] ?? {}));
}

describe('the list of clients', () => {
  it('has every client by its id, as the manual prints it, and the counts', async () => {
    const answer = await get('/api/clients');
    expect(answer.text).toMatch(/^\{"clients":\{"00000001-/);
    expect(Object.keys(clientsOf(answer))).toHaveLength(5);
    for (const client of Object.values(clientsOf(answer))) expect(decode(clientView, client)).toEqual(client);
    expect(answer.json['counts']).toEqual({ total: 5, online: 4, late: 0, offline: 1 });
    expect(answer.json['next_cursor']).toBeNull();
  });

  it('is shorter with fields=summary', async () => {
    const answer = await get('/api/clients?fields=summary');
    for (const client of Object.values(clientsOf(answer)))
      expect(decode(clientSummary, client)).toEqual(client);
  });

  it('has but what hosts are chosen by with fields=names', async () => {
    const answer = await get('/api/clients?fields=names');
    expect(clientsOf(answer)[exampleClient(2).id]).toMatchObject({ hostname: exampleClient(2).hostname });
    expect(answer.json['counts']).toEqual({ total: 5, online: 4, late: 0, offline: 1 });
  });

  it('hands filters to the fleet', async () => {
    expect(Object.keys(clientsOf(await get('/api/clients?status=offline')))).toEqual([exampleClient(5).id]);
    expect(Object.keys(clientsOf(await get('/api/clients?search=00002')))).toEqual([exampleClient(2).id]);
  });

  it('begins anywhere, and says how many pass the filter', async () => {
    const answer = await get('/api/clients?status=online&offset=3&limit=5&sort=name&dir=asc');
    expect(Object.keys(clientsOf(answer))).toEqual([exampleClient(4).id]);
    expect([answer.json['matched'], answer.json['next_cursor']]).toEqual([4, null]);
    const beyond = await get('/api/clients?offset=100000');
    expect([beyond.status, clientsOf(beyond)]).toEqual([200, {}]);
  });

  it('comes in pages', async () => {
    const names: string[] = [];
    let path: string | undefined = '/api/clients?limit=2';
    for (let page = 0; path !== undefined && page < 10; page++) {
      const answer = await get(path);
      names.push(
        Object.keys(clientsOf(answer))
          .map((id) => id.slice(7, 8))
          .join(''),
      );
      const cursor = answer.json['next_cursor'];
      path = typeof cursor === 'string' ? `/api/clients?limit=2&cursor=${cursor}` : undefined;
    }
    expect(names).toEqual(['12', '34', '5']);
  });

  it.each([
    ['limit=0', 'query.limit'],
    ['limit=10001', 'query.limit'],
    ['limit=1e3', 'query.limit'],
    ['limit=+1', 'query.limit'],
    ['limit=', 'query.limit'],
    ['status=gone', 'query.status'],
    [`search=${'x'.repeat(129)}`, 'query.search'],
    ['cursor=nonsense', 'query.cursor'],
    ['sort=colour', 'query.sort'],
    ['dir=up', 'query.dir'],
    ['offset=100001', 'query.offset'],
    ['offset=1&cursor=MTp4', 'query.offset'],
    ['__proto__=1', 'query.__proto__'],
  ])('refuses ?%s', async (query, field) => {
    const answer = await get(`/api/clients?${query}`);
    expect([answer.status, answer.json['field']]).toEqual([400, field]);
  });
});

describe('a page of a list', () => {
  const ids = ['a', 'b', 'c', 'd', 'e'].map((letter) => `${letter.repeat(8)}-0000-4000-8000-000000000000`);

  it('goes on behind the last client although others came before it', () => {
    const first = pageOf(ids, 2, undefined);
    const later = pageOf(['00000000-0000-4000-8000-000000000000', ...ids], 2, first.nextCursor!);
    expect(later.ids).toEqual(ids.slice(2, 4));
  });

  it('goes on at the same place when the last client is gone', () => {
    const first = pageOf(ids, 2, undefined);
    expect(pageOf(ids.toSpliced(1, 1), 2, first.nextCursor!).ids).toEqual(ids.slice(3, 5));
    expect(pageOf([], 2, first.nextCursor!)).toEqual({ ids: [], nextCursor: null });
  });

  it('has a cursor that fits the schema even of the longest list', () => {
    const many = Array.from({ length: 100_000 }, () => ids[0]!);
    expect(pageOf([...many, ids[1]!], 100_000, undefined).nextCursor!.length).toBeLessThanOrEqual(64);
  });
});

describe('one client', () => {
  it('is shown in full', async () => {
    const { json } = await get(`/api/clients/${exampleClient(1).id}`);
    expect(decode(clientView, json)).toEqual(json);
  });

  it('that is not known is 404', async () => {
    for (const path of [`/api/clients/${NOBODY}`, `/api/clients/${NOBODY}/samples`]) {
      const answer = await get(path);
      expect([answer.status, answer.json['code']]).toEqual([404, 'client_not_found']);
    }
  });
});

describe('forgetting a client', () => {
  it('works when it is offline', async () => {
    trial.fleet.put(exampleClient(9, 'offline'));
    expect((await forget(exampleClient(9).id)).json).toEqual({ success: true, message: '客户端已删除' });
    expect((await get(`/api/clients/${exampleClient(9).id}`)).status).toBe(404);
  });

  it('is refused while it is online, or when it is not known, and that is audited', async () => {
    const online = await forget(exampleClient(1).id);
    expect([online.status, online.json['code']]).toEqual([409, 'client_online']);
    const unknown = await forget(NOBODY);
    expect([unknown.status, unknown.json['code']]).toEqual([404, 'client_not_found']);
    const entries = (await trial.audited()).filter(({ action }) => action === 'client_forget');
    expect(entries.map(({ actor, outcome }) => `${actor} ${outcome}`)).toEqual([
      'admin refused',
      'admin refused',
    ]);
  });
});

describe('the samples of a client', () => {
  const path = `/api/clients/${exampleClient(1).id}/samples`;

  it('are of the last hour unless asked otherwise', async () => {
    asked.length = 0;
    const answer = await get(path);
    expect(answer.json).toEqual({ client_id: exampleClient(1).id, resolution_secs: 60, samples: [sample] });
    const [id, from, to] = asked[0]!;
    expect([id, Number(to) - Number(from)]).toEqual([exampleClient(1).id, 60 * MINUTE_MS]);
  });

  it('stand for as many minutes as it takes to be no more points than asked for', async () => {
    const day = 24 * 60;
    const cases = [
      [60, 60, 1],
      [61, 60, 2],
      [day, 720, 2],
      [7 * day, 750, 15],
      [30 * day, 750, 60],
      [MAX_RANGE_MINUTES, MIN_POINTS, day],
    ] as const;
    for (const [minutes, points, step] of cases) {
      asked.length = 0;
      const answer = await get(`${path}?from=1000&to=${1000 + minutes * MINUTE_MS}&points=${points}`);
      expect([answer.status, answer.json['resolution_secs']]).toEqual([200, step * 60]);
      expect(asked[0]?.[3]).toBe(step);
    }
  });

  it('are of a month and a day at most with points, and never more than asked for', async () => {
    const longest = MAX_RANGE_MINUTES * MINUTE_MS;
    for (const query of [
      `from=1000&to=${1001 + longest}&points=720`,
      `from=0&to=1000&points=${MIN_POINTS - 1}`,
      `from=0&to=1000&points=${MAX_MINUTES + 1}`,
    ])
      expect((await get(`${path}?${query}`)).status).toBe(400);
    rows = MIN_POINTS + 1;
    const answer = await get(`${path}?from=0&to=${MIN_POINTS * MINUTE_MS}&points=${MIN_POINTS}`);
    expect(answer.json['samples']).toHaveLength(MIN_POINTS);
    rows = 1;
  });

  it('are of a day at most', async () => {
    const day = MAX_MINUTES * MINUTE_MS;
    expect((await get(`${path}?from=1000&to=${1000 + day}`)).status).toBe(200);
    for (const query of [`from=1000&to=${1001 + day}`, 'from=5&to=5', 'from=6&to=5']) {
      const answer = await get(`${path}?${query}`);
      expect([answer.status, answer.json['field']]).toEqual([400, 'query.from']);
    }
  });
});

describe('a long list', () => {
  it('lets others have their turn', async () => {
    let turns = 0;
    const ticking = systemClock.every(1, () => turns++);
    let text = '';
    for await (const piece of jsonInPieces(systemClock, 'clients', slowEntries(), () => ({ end: true })))
      text += piece;
    ticking.cancel();
    expect(turns).toBeGreaterThanOrEqual(10);
    expect(JSON.parse(text)).toMatchObject({ clients: { 0: 5, 29: 5 }, end: true });
  });

  it('leaves out what went away meanwhile', async () => {
    let text = '';
    const entries = [['a', () => 1] as const, ['b', () => undefined] as const, ['c', () => 3] as const];
    for await (const piece of jsonInPieces(systemClock, 'clients', entries, () => ({}))) text += piece;
    expect(text).toBe('{"clients":{"a":1,"c":3}}');
  });

  it('of 10,000 clients does not hold up the health check', async () => {
    await using own = await startTrial();
    for (let n = 0; n < 10_000; n++) own.fleet.put(exampleClient(n));
    const list = own.ask('/api/clients', { headers: { authorization: `Bearer ${TOKEN}` } });
    await sleep(systemClock, 1);
    const before = systemClock.mono();
    expect((await own.ask('/health')).status).toBe(200);
    const waited = systemClock.mono() - before;
    expect(Object.keys(clientsOf(await list))).toHaveLength(10_000);
    expect(waited).toBeLessThan(systemClock.mono() - before);
  });
});

/** Keeps the event loop busy for so many milliseconds. */
function blockFor(ms: number): number {
  const end = systemClock.mono() + ms;
  while (systemClock.mono() < end);
  return ms;
}

/** Thirty entries that take five milliseconds each. */
function* slowEntries() {
  for (let n = 0; n < 30; n++) yield [String(n), () => blockFor(5)] as const;
}
