import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { exampleRollout } from '../events/test-feeds.ts';
import { exampleClient } from '../events/test-fleet.ts';
import { startTrial, TOKEN } from './test-server.ts';
import type { Answer, Trial } from './test-server.ts';

const CLIENT = exampleClient(1);
const headers = { authorization: `Bearer ${TOKEN}`, 'accept-language': 'en' };

let trial: Trial;
beforeEach(async () => {
  trial = await startTrial();
  trial.fleet.put(CLIENT);
  trial.fleet.setApps(CLIENT.id, [
    { name: 'my-app', version: 'v1', service_status: 'Running', has_script: true },
  ]);
});
afterEach(() => trial.close());

const post = (path: string, body: object, more: object = {}): Promise<Answer> =>
  trial.ask(path, { headers: { ...headers, ...more }, body });

const ALL_V2 = { app_name: 'my-app', version: 'v2', all: true };

describe('POST /api/rollouts', () => {
  it('fills in what is left out, by what the change is', async () => {
    expect(await post('/api/rollouts', ALL_V2)).toMatchObject({
      status: 200,
      json: { message: 'The rollout has begun' },
    });
    await post('/api/rollouts', { app_name: 'my-app', action: 'Stop', all: true, gate: { soak_secs: 5 } });
    await post('/api/rollouts', {
      ...ALL_V2,
      gate: { status: null, max_restarts: 2 },
      on_failure: 'rollback',
    });
    expect(trial.rollouts.asked).toMatchObject([
      {
        change: { kind: 'version', version: 'v2', restart: false },
        selection: { kind: 'all' },
        waves: ['1', '10%', 'rest'],
        gate: { soak_secs: 30, status: 'Running', max_restarts: 0, checks: [] },
        statusOfAll: false,
        maxFailures: 0,
        onFailure: 'hold',
        concurrency: 50,
        timeoutSecs: 600,
        idempotency: undefined,
      },
      {
        change: { kind: 'action', action: 'Stop' },
        gate: { soak_secs: 5, status: 'Stopped' },
        timeoutSecs: 60,
      },
      { gate: { soak_secs: 30, status: null, max_restarts: 2 }, statusOfAll: true, onFailure: 'rollback' },
    ]);
  });

  it.each([
    ['body.action', { app_name: 'my-app', all: true }],
    ['body.action', { ...ALL_V2, action: 'Start' }],
    ['body.restart', { app_name: 'my-app', action: 'Start', restart: true, all: true }],
    ['body.on_failure', { app_name: 'my-app', action: 'Start', on_failure: 'rollback', all: true }],
    ['body.client_ids', { app_name: 'my-app', version: 'v2' }],
    ['body.client_ids', { ...ALL_V2, selector: 'env=prod' }],
    ['body.waves.0', { ...ALL_V2, waves: ['0'] }],
    ['body.waves.1', { ...ALL_V2, waves: ['1', '101%'] }],
    ['body.waves', { ...ALL_V2, waves: Array.from({ length: 21 }, () => '1') }],
    ['body.gate.soak_secs', { ...ALL_V2, gate: { soak_secs: 86_401 } }],
    ['body.version', { ...ALL_V2, version: '../v2' }],
  ])('names %s of what does not fit', async (field, body) => {
    const answer = await post('/api/rollouts', body);
    expect([answer.status, answer.json['field']]).toEqual([400, field]);
    expect(trial.rollouts.asked).toEqual([]);
  });

  it('takes as many waves as may be, and a key', async () => {
    const waves = Array.from({ length: 20 }, () => '1');
    const answer = await post('/api/rollouts', { ...ALL_V2, waves }, { 'idempotency-key': 'k' });
    expect(answer.status).toBe(200);
    expect(trial.rollouts.asked[0]).toMatchObject({ waves, idempotency: { key: 'k' } });
  });
});

describe('POST /api/rollouts/{id}/order', () => {
  it('says in words what was ordered, and 404 of what is not known', async () => {
    const rollout = exampleRollout(1);
    trial.rollouts.put(rollout);
    const answer = await post(`/api/rollouts/${rollout.id}/order`, { order: 'rollback' });
    expect(answer.json).toMatchObject({
      success: true,
      message: 'The rollout is being rolled back',
      rollout,
    });
    const unknown = await post(`/api/rollouts/${CLIENT.id}/order`, { order: 'pause' });
    expect([unknown.status, unknown.json['code']]).toEqual([404, 'rollout_not_found']);
  });
});

describe('POST /api/roll-back-app', () => {
  const body = { client_id: CLIENT.id, app_name: 'my-app' };

  it('makes an update to the version before, and says which', async () => {
    const answer = await post('/api/roll-back-app', body);
    expect(answer.json).toMatchObject({ version: 'v0.9.0', message: 'Command sent to the client' });
    expect(trial.commands.asked[0]?.request).toMatchObject({
      work: { kind: 'update', appName: 'my-app', version: 'v0.9.0' },
      timeoutSecs: 600,
    });
    expect(
      (await trial.ask(`/api/releases?client_id=${CLIENT.id}&app_name=my-app`, { headers })).json,
    ).toMatchObject({
      rollback_version: 'v0.9.0',
    });
    expect((await trial.ask('/api/releases', { headers })).json).toMatchObject({ rollback_version: null });
  });

  it('is refused when the caller has seen another one, or there is none', async () => {
    const other = await post('/api/roll-back-app', { ...body, version: 'v0.8.0' });
    expect([other.status, other.json['code']]).toEqual([409, 'no_earlier_release']);
    trial.releases.before = undefined;
    expect(await post('/api/roll-back-app', body)).toMatchObject({ status: 409 });
    expect(trial.commands.asked).toEqual([]);
  });

  it('is answered the same when it is sent again with its key', async () => {
    const key = { 'idempotency-key': 'k' };
    const first = await post('/api/roll-back-app', body, key);
    trial.releases.before = 'v3';
    expect((await post('/api/roll-back-app', body, key)).json).toEqual(first.json);
  });
});
