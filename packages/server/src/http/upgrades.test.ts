import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { exampleUpgrade } from '../events/test-feeds.ts';
import { exampleClient } from '../events/test-fleet.ts';
import { startTrial, TOKEN } from './test-server.ts';
import type { Answer, Trial } from './test-server.ts';

const CLIENT = exampleClient(1);
const bearer = { authorization: `Bearer ${TOKEN}`, 'accept-language': 'en' };

let trial: Trial;
let headers: Record<string, string>;
beforeEach(async () => {
  trial = await startTrial();
  headers = { cookie: `session_id=${await trial.signIn()}`, 'accept-language': 'en' };
});
afterEach(() => trial.close());

const post = (path: string, body: object, more: object = {}): Promise<Answer> =>
  trial.ask(path, { headers: { ...headers, ...more }, body });

describe('POST /api/upgrades', () => {
  it('fills in what is left out', async () => {
    expect(await post('/api/upgrades', { all: true })).toMatchObject({
      status: 200,
      json: { message: 'The upgrade has begun' },
    });
    const whole = { canary_ids: [CLIENT.id], concurrency: 5, max_failures: 2, expires_in_secs: 60 };
    await post(
      '/api/upgrades',
      { client_ids: [CLIENT.id], released_at: 7, ...whole },
      { 'idempotency-key': 'k' },
    );
    expect(trial.upgrades.asked).toMatchObject([
      {
        selection: { kind: 'all' },
        canary: 1,
        releasedAt: undefined,
        concurrency: 10,
        maxFailures: 0,
        expiresInSecs: 86_400,
        idempotency: undefined,
      },
      {
        selection: { kind: 'ids', ids: [CLIENT.id] },
        canary: [CLIENT.id],
        releasedAt: 7,
        concurrency: 5,
        maxFailures: 2,
        expiresInSecs: 60,
        idempotency: { key: 'k' },
      },
    ]);
  });

  it.each([
    ['body.client_ids', {}],
    ['body.client_ids', { all: true, selector: 'env=prod' }],
    ['body.canary_ids', { all: true, canary: 1, canary_ids: [CLIENT.id] }],
    ['body.canary', { all: true, canary: 0 }],
    ['body.canary', { all: true, canary: 101 }],
    ['body.concurrency', { all: true, concurrency: 101 }],
    ['body.expires_in_secs', { all: true, expires_in_secs: 59 }],
    ['body.expires_in_secs', { all: true, expires_in_secs: 30 * 86_400 + 1 }],
  ])('names %s of what does not fit', async (field, body) => {
    const answer = await post('/api/upgrades', body);
    expect([answer.status, answer.json['field']]).toEqual([400, field]);
    expect(trial.upgrades.asked).toEqual([]);
  });

  it('is for administrators: a token, which acts as operator, may look and not act', async () => {
    trial.upgrades.put(exampleUpgrade(1, { id: CLIENT.id }));
    const ask = (path: string, body?: object) => trial.ask(path, { headers: bearer, ...(body && { body }) });
    expect((await ask('/api/upgrades', { all: true })).status).toBe(403);
    expect((await ask(`/api/upgrades/${CLIENT.id}/order`, { order: 'stop' })).status).toBe(403);
    expect((await ask('/api/upgrades/preview', { all: true })).status).toBe(200);
    expect((await ask('/api/upgrades')).status).toBe(200);
    expect((await ask(`/api/upgrades/${CLIENT.id}/hosts`)).status).toBe(200);
  });
});

describe('POST /api/upgrades/{id}/order', () => {
  it('says in words what was ordered, and 404 of what is not known', async () => {
    const upgrade = exampleUpgrade(1);
    trial.upgrades.put(upgrade);
    const answer = await post(`/api/upgrades/${upgrade.id}/order`, { order: 'stop' });
    expect(answer.json).toMatchObject({ success: true, message: 'The upgrade is being stopped', upgrade });
    const unknown = await post(`/api/upgrades/${CLIENT.id}/order`, { order: 'pause' });
    expect([unknown.status, unknown.json['code']]).toEqual([404, 'upgrade_not_found']);
  });
});

it('GET /api/client-release tells what is there, what is wrong, and who runs what', async () => {
  const en = await trial.ask('/api/client-release', { headers });
  expect(en.json).toMatchObject({
    release: { version: '1.2.0', files: [{ arch: 'x64', bytes: 1000 }] },
    problem: { code: 'archive_missing', message: 'missing' },
    versions: [{ version: '1.0.0', hosts: 2, online: 1 }],
    hosts: { total: 2, ready: 1, unfit: { off: 1 } },
  });
  const zh = await trial.ask('/api/client-release', { headers: { ...headers, 'accept-language': 'zh' } });
  expect(zh.json['problem']).toMatchObject({ message: '缺少' });
});
