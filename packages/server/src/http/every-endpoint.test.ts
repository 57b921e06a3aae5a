/** What holds for every entry of the endpoint table, tried on each of them over real sockets. */
import { ENDPOINTS } from '@ops/protocol/http/endpoints.ts';
import { failure, ROLES } from '@ops/protocol/http/endpoint.ts';
import type { Endpoint, Role } from '@ops/protocol/http/endpoint.ts';
import { decode } from '@ops/protocol/schema.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { exampleBatch, exampleCommand, exampleRollout, exampleUpgrade } from '../events/test-feeds.ts';
import { exampleClient } from '../events/test-fleet.ts';
import { MAX_BODY_BYTES } from './body.ts';
import { openApiDocument } from './openapi.ts';
import { PASSWORD, startTrial, TOKEN } from './test-server.ts';
import type { Answer, Ask, Trial } from './test-server.ts';

const CLIENT = exampleClient(1, 'offline');
const BATCH = exampleBatch(1, { id: CLIENT.id, state: 'finished' });
const ROLLOUT = exampleRollout(1, { id: CLIENT.id });
const UPGRADE = exampleUpgrade(1, { id: CLIENT.id });
const COMMAND = exampleCommand(1, { client_id: CLIENT.id, state: 'Executing' });
const TOKEN_ID = '0123456789abcdef';
const NEW_PASSWORD = 'oak-Lantern_47 mitten';

/** A body each call takes. */
const BODIES: Readonly<Record<string, object>> = {
  '/api/login': { username: 'admin', password: PASSWORD },
  '/api/change-password': { current_password: PASSWORD, new_password: NEW_PASSWORD },
  '/api/send-command': { client_id: CLIENT.id, command: 'uptime', queue_secs: 60 },
  '/api/cancel-command': { command_id: COMMAND.id },
  '/api/check-command': { command: 'uptime' },
  '/api/batch-commands/preview': { all: true, command: 'uptime' },
  '/api/batch-commands': { all: true, command: 'uptime' },
  '/api/manage-service': { client_id: CLIENT.id, app_name: 'my-app', action: 'Status', queue_secs: 60 },
  '/api/update-app': { client_id: CLIENT.id, app_name: 'my-app', version: 'v1.1.0', queue_secs: 60 },
  '/api/batches/{id}/rerun': { which: 'failed' },
  '/api/roll-back-app': { client_id: CLIENT.id, app_name: 'my-app', queue_secs: 60 },
  '/api/rollouts/preview': { all: true, app_name: 'my-app', version: 'v1.1.0' },
  '/api/rollouts': { all: true, app_name: 'my-app', version: 'v1.1.0' },
  '/api/rollouts/{id}/order': { order: 'pause' },
  '/api/upgrades/preview': { all: true },
  '/api/upgrades': { all: true },
  '/api/upgrades/{id}/order': { order: 'pause' },
};

/** What each call cannot do without. */
const QUERIES: Readonly<Record<string, string>> = {
  '/api/command-result': `command_id=${COMMAND.id}`,
  '/api/command-output': `command_id=${COMMAND.id}`,
  '/api/command-output/download': `command_id=${COMMAND.id}`,
  '/api/batches/{id}/export': 'format=csv',
};

const named = ENDPOINTS.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const);
const guarded = named.filter(([, { access }]) => access !== 'public' && access !== 'metrics');
const changing = named.filter(([, { method }]) => method !== 'GET');
const reading = named.filter(([, { method }]) => method === 'GET');

/** JSON of exactly so many bytes. */
function bodyOf(length: number): string {
  return `{"x-tra":"${' '.repeat(length - '{"x-tra":""}'.length)}"}`;
}

let trial: Trial;
let passwordHash: string;

beforeAll(async () => {
  trial = await startTrial();
  const user = await trial.database.query.selectFrom('users').selectAll().executeTakeFirstOrThrow();
  passwordHash = user.password_hash;
});
afterAll(() => trial.close());

beforeEach(async () => {
  trial.fleet.put(CLIENT);
  trial.fleet.setApps(CLIENT.id, [{ name: 'my-app', service_status: 'Running', has_script: true }]);
  trial.batches.put(BATCH);
  trial.rollouts.put(ROLLOUT);
  trial.upgrades.put(UPGRADE);
  trial.commands.put(COMMAND, { stdout: Buffer.from('主机\n') });
  const { query } = trial.database;
  await trial.database.write({
    statements: [query.updateTable('users').set({ role: 'admin', password_hash: passwordHash })],
  });
});

function pathOf(endpoint: Endpoint, ...more: readonly string[]): string {
  const query = [QUERIES[endpoint.path], ...more].filter((part) => part !== undefined).join('&');
  const id = endpoint.path.startsWith('/api/enrolment-tokens') ? TOKEN_ID : CLIENT.id;
  return `${endpoint.path.replace('{id}', id).replace('{file}', 'SHA256SUMS')}${query === '' ? '' : `?${query}`}`;
}

function call(endpoint: Endpoint, headers: Ask['headers'] = {}, body?: unknown): Promise<Answer> {
  const content = body ?? BODIES[endpoint.path] ?? (endpoint.method === 'GET' ? undefined : {});
  return trial.ask(pathOf(endpoint), { method: endpoint.method, headers, ...(content && { body: content }) });
}

/** Each sign-in comes from an address of its own, so that their number does not matter. */
async function cookie(): Promise<Record<string, string>> {
  const { auth } = trial;
  const user = (await trial.database.query.selectFrom('users').selectAll().executeTakeFirst())!;
  const id = await auth.sessions.open(
    {
      id: user.id,
      username: user.username,
      role: user.role,
      passwordHash: user.password_hash,
      passwordIsDefault: false,
      disabled: false,
    },
    { restricted: false, address: '' },
    { audit: [] },
  );
  return { cookie: `session_id=${id}` };
}

function setRole(role: Role): Promise<unknown> {
  const { query } = trial.database;
  return trial.database.write({ statements: [query.updateTable('users').set({ role })] });
}

describe('S-1 without signing in', () => {
  it.each(guarded)('%s is refused', async (_name, endpoint) => {
    const answer = await call(endpoint);
    expect(answer.status).toBe(401);
    expect(answer.text).toBe(
      '{"success":false,"code":"unauthenticated","message":"未认证","session_id":null}',
    );
  });

  it.each(guarded)('%s is refused with a session that does not exist', async (_name, endpoint) => {
    const answer = await call(endpoint, { cookie: 'session_id=7e6f2f1e-0000-4000-8000-000000000001' });
    expect(answer.status).toBe(401);
  });

  it('every entry has an access, and /metrics is refused to other machines', async () => {
    expect(ENDPOINTS.filter(({ access }) => access === undefined)).toEqual([]);
    expect((await trial.ask('/metrics', { headers: { host: 'ops.example.com' } })).status).toBe(401);
    expect((await trial.ask('/metrics')).status).toBe(200);
    const token = { host: 'ops.example.com', authorization: `Bearer ${TOKEN}` };
    expect((await trial.ask('/metrics', { headers: token })).status).toBe(200);
  });
});

describe('S-2 with less than the role it needs', () => {
  const needing = guarded.filter(([, { access }]) => access === 'operator' || access === 'admin');

  it.each(needing)('%s is refused, by the role of the row at that moment', async (_name, endpoint) => {
    const headers = await cookie();
    for (const role of ROLES.slice(
      0,
      ROLES.findIndex((known) => known === endpoint.access),
    )) {
      await setRole(role);
      expect(await call(endpoint, headers)).toMatchObject({ status: 403 });
    }
  });
});

describe('a viewer', () => {
  const readable = guarded.filter(([, { access, method, answer }]) => {
    const isStream = 'mediaType' in answer && answer.mediaType === 'text/event-stream';
    return access === 'viewer' && method === 'GET' && !isStream;
  });

  it.each(readable)('may ask %s', async (_name, endpoint) => {
    const headers = await cookie();
    await setRole('viewer');
    expect(await call(endpoint, headers)).toMatchObject({ status: 200 });
  });
});

describe('signed in', () => {
  const answering = named.flatMap(([name, endpoint]) =>
    'decode' in endpoint.answer ? [[name, endpoint, endpoint.answer] as const] : [],
  );

  it.each(answering)('%s answers as its schema says', async (_name, endpoint, schema) => {
    const answer = await call(endpoint, endpoint.access === 'public' ? {} : await cookie());
    expect(answer.status).toBe(200);
    expect(decode(schema, answer.json)).toEqual(answer.json);
  });
});

describe('another method', () => {
  it.each(named)('than that of %s is 405 and says which', async (_name, { path }) => {
    // `preview` is an id like another to an entry with a place for one.
    const takes = (other: string): boolean => new RegExp(`^${other.replace('{id}', '[^/]+')}$`).test(path);
    const known = ENDPOINTS.filter((other) => takes(other.path)).map(({ method }) => method as string);
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter(
      (one) => !known.includes(one),
    )) {
      const answer = await trial.ask(path.replace('{id}', CLIENT.id), { method });
      expect([method, answer.status, answer.json['code']]).toEqual([method, 405, 'method_not_allowed']);
      for (const one of known) expect(answer.headers.allow?.split(', ')).toContain(one);
    }
  });
});

describe('what changes state', () => {
  it.each(changing)('%s must come as JSON', async (_name, endpoint) => {
    const headers = await cookie();
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonp',
      'application/json, text/plain',
      'text/plain; application/json',
      '',
    ]) {
      const answer = await trial.ask(pathOf(endpoint), {
        method: endpoint.method,
        headers: { ...headers, 'content-type': type },
        raw: JSON.stringify(BODIES[endpoint.path] ?? {}),
      });
      expect([type, answer.status]).toEqual([type, 415]);
    }
  });

  it.each(changing)('%s is refused from another site (S-21)', async (_name, endpoint) => {
    const headers = await cookie();
    const tries: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://127.0.0.1:${trial.port + 1}` },
      { origin: `http://127.0.0.1.evil.example:${trial.port}` },
    ];
    for (const foreign of tries) {
      const answer = await call(endpoint, { ...headers, ...foreign });
      expect([foreign, answer.status, answer.json['code']]).toEqual([foreign, 403, 'forbidden']);
    }
  });

  it.each(changing)('%s names a field it does not know', async (_name, endpoint) => {
    const answer = await call(endpoint, await cookie(), { ...BODIES[endpoint.path], 'x-tra': 1 });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ code: 'invalid_request', field: 'body.x-tra' });
    expect(answer.json['message']).toContain('body.x-tra');
  });

  it.each(changing)(
    '%s takes as much as it may, 64 KiB unless the table says more, and not one byte more',
    async (_name, endpoint) => {
      const { maxBody = MAX_BODY_BYTES } = endpoint;
      const headers = { ...(await cookie()), 'content-type': 'application/json' };
      const ask = (length: number): Promise<Answer> =>
        trial.ask(pathOf(endpoint), { method: endpoint.method, headers, raw: bodyOf(length) });
      expect((await ask(maxBody)).status).toBe(400);
      expect(await ask(maxBody + 1)).toMatchObject({ status: 413 });
    },
  );
});

describe('what reads', () => {
  it.each(reading)('%s names a parameter it does not know', async (_name, endpoint) => {
    const answer = await trial.ask(pathOf(endpoint, 'nonsense=1'), { headers: await cookie() });
    expect([answer.status, answer.json['field']]).toEqual([400, 'query.nonsense']);
  });

  it.each(reading)('%s takes no token in its address', async (_name, endpoint) => {
    const answer = await trial.ask(pathOf(endpoint, `token=${TOKEN}`));
    expect(answer.status).toBeGreaterThanOrEqual(400);
  });
});

describe('whoever asks', () => {
  it.each(named)('%s takes a cookie or a token, never both, and one cookie only', async (_name, endpoint) => {
    const headers = await cookie();
    const both = await call(endpoint, { ...headers, authorization: `Bearer ${TOKEN}` });
    expect(both).toMatchObject({ status: 400 });
    const two = await call(endpoint, { cookie: `${headers['cookie']}; session_id=x` });
    expect([two.status, two.json['field']]).toEqual([400, 'cookie.session_id']);
  });

  it.each(named)('%s fails in the one form of failures, in Chinese or English', async (_name, endpoint) => {
    const zh = await trial.ask(pathOf(endpoint), { method: 'PATCH' });
    const en = await trial.ask(pathOf(endpoint), {
      method: 'PATCH',
      headers: { 'accept-language': 'en-US,en;q=0.9,zh;q=0.8' },
    });
    expect(decode(failure, zh.json)).toEqual(zh.json);
    expect(zh.json['message']).toMatch(/[一-龥]/);
    expect(en.json['message']).toMatch(/^[ -~]+$/);
  });
});

it('OpenAPI describes exactly the table', async () => {
  const { json } = await trial.ask('/api/openapi.json');
  expect(json).toEqual(JSON.parse(JSON.stringify(openApiDocument(ENDPOINTS))));
});
