/** The fence around admin/admin123: everything from this machine, elsewhere only the way out. */
import { ENDPOINTS } from '@ops/protocol/http/endpoints.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { exampleClient } from '../events/test-fleet.ts';
import { startTrial } from './test-server.ts';
import type { Answer, Trial } from './test-server.ts';

const DEFAULT = 'admin123';
const ELSEWHERE = { host: 'ops.example.com' };

const clock = new ManualClock();
let trial: Trial;

beforeAll(async () => {
  trial = await startTrial({ clock, auth: { adminPassword: undefined } });
});
afterAll(() => trial.close());
// Sign-ins are counted by the minute.
beforeEach(() => clock.advanceAsync(60_000));

const as = (id: string): Record<string, string> => ({ cookie: `session_id=${id}` });

function clients(id: string, headers: Record<string, string> = {}): Promise<Answer> {
  return trial.ask('/api/clients', { headers: { ...as(id), ...headers } });
}

it('from this machine everything works, and the answer asks for a change', async () => {
  const answer = await trial.ask('/api/login', { body: { username: 'admin', password: DEFAULT } });
  expect(answer.json).toMatchObject({ success: true, must_change_password: true });
  const id = String(answer.json['session_id']);
  expect((await clients(id)).status).toBe(200);
  expect((await trial.ask('/api/check-auth', { headers: as(id) })).json).toMatchObject({
    must_change_password: true,
    restricted: false,
  });
});

it('/health does not tell', async () => {
  expect((await trial.ask('/health')).text).not.toMatch(/password|admin|default/i);
});

describe('S-19 a request is not local', () => {
  it.each([
    { host: 'ops.example.com' },
    { host: 'localhost.evil.example' },
    { host: '127.0.0.1.evil.example:3000' },
    { host: '10.0.0.1' },
    { forwarded: 'for=127.0.0.1' },
    { 'x-forwarded-for': '127.0.0.1' },
    { 'x-forwarded-proto': 'http' },
    { 'x-forwarded-host': 'localhost' },
    { 'x-real-ip': '127.0.0.1' },
    { via: '1.1 proxy' },
  ])('with %o', async (headers) => {
    const sent: Record<string, string> = Object.fromEntries(Object.entries(headers));
    const id = await trial.signIn(DEFAULT, sent);
    expect((await clients(id, sent)).json).toMatchObject({ code: 'password_change_required' });
  });

  it.each(['localhost', 'localhost:3000', '127.0.0.1', '[::1]:3000', 'LOCALHOST'])(
    'but is as %s',
    async (host) => {
      const id = await trial.signIn(DEFAULT, { host });
      expect((await clients(id, { host })).status).toBe(200);
    },
  );
});

describe('a session with the default password from elsewhere', () => {
  it('may look at itself, stay, change the password and leave, and nothing more', async () => {
    trial.fleet.put(exampleClient(1));
    const headers = { ...as(await trial.signIn(DEFAULT, ELSEWHERE)), ...ELSEWHERE };
    for (const { method, path, access } of ENDPOINTS) {
      if (access === 'public' || access === 'session' || access === 'metrics') continue;
      const answer = await trial.ask(path.replace('{id}', exampleClient(1).id), {
        method,
        headers,
        ...(method !== 'GET' && { body: {} }),
      });
      expect([path, answer.status, answer.json['code']]).toEqual([path, 403, 'password_change_required']);
    }
    expect((await trial.ask('/api/check-auth', { headers })).json).toMatchObject({ restricted: true });
    expect((await trial.ask('/api/keep-alive', { headers, body: {} })).status).toBe(200);
    expect((await trial.ask('/api/logout', { headers, body: {} })).status).toBe(200);
  });

  it('stays fenced when its cookie is carried to this machine, and the other way round', async () => {
    const fromElsewhere = await trial.signIn(DEFAULT, ELSEWHERE);
    expect((await clients(fromElsewhere)).status).toBe(403);
    const local = await trial.signIn(DEFAULT);
    expect((await clients(local, ELSEWHERE)).status).toBe(403);
    expect((await clients(local)).status).toBe(200);
  });

  it('is free once the password is changed', async () => {
    const id = await trial.signIn(DEFAULT, ELSEWHERE);
    const changed = await trial.ask('/api/change-password', {
      headers: { ...as(id), ...ELSEWHERE },
      body: { current_password: DEFAULT, new_password: 'oak-Lantern_47 mitten' },
    });
    expect(changed.status).toBe(200);
    expect((await clients(id, ELSEWHERE)).status).toBe(200);
    const row = await trial.database.query
      .selectFrom('sessions')
      .select('restricted')
      .executeTakeFirstOrThrow();
    expect(row.restricted).toBe(0);
  });
});
