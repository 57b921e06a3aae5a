/** Hosts, paths and the headers of every answer: what is decided before anybody is asked who they are. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startTrial, TOKEN } from './test-server.ts';
import type { Trial } from './test-server.ts';

let trial: Trial;

beforeAll(async () => {
  trial = await startTrial();
});
afterAll(() => trial.close());

const statusOf = (response: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(response)?.[1]);

describe('S-19 a path', () => {
  it.each([
    '/api/..%2fclients',
    '/api/%2e%2e/clients',
    '/api/../clients',
    '/./health',
    '/health/.',
    '/api//clients',
    '//health',
    '/api/clients;x=1',
    '/health;/../api/clients',
    '/api%5cclients',
    '/api\\clients',
    '/health%00',
    '/%zz',
    '/%c0%af',
    '/%ff',
  ])('%s is 400', async (path) => {
    const answer = await trial.ask(path, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect([answer.status, answer.json['code']]).toEqual([400, 'invalid_request']);
  });

  it.each([
    '/api/nothing',
    '/api',
    '/api/',
    '/api/clients/',
    '/API/clients',
    '/health/',
    '/healthz',
    '/api/clients/7e6f2f1e-0000-4000-8000-000000000001/nothing',
    '/assets/../../etc/passwd'.replace('/../../', '/'),
    '/%61pi/nothing',
    '/.env',
    '/index.html',
  ])('%s is a 404 in JSON', async (path) => {
    const answer = await trial.ask(path);
    expect([answer.status, answer.json['code']]).toEqual([404, 'not_found']);
  });

  it('below /api is never a page, whatever the browser accepts', async () => {
    const answer = await trial.ask('/api/nothing', { headers: { accept: 'text/html' } });
    expect([answer.status, answer.headers['content-type']]).toEqual([404, 'application/json; charset=utf-8']);
  });

  it('is decoded once', async () => {
    expect((await trial.ask('/%68ealth')).status).toBe(200);
    expect((await trial.ask('/%2568ealth')).status).toBe(404);
  });

  it('in absolute form is refused', async () => {
    const response = await trial.wire(
      'GET http://evil.example/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    expect(statusOf(response)).toBe(400);
  });
});

describe('an identifier in a path', () => {
  it.each(['x', '7E6F2F1E-0000-4000-8000-000000000001', "'%20or%201=1--", 'a'.repeat(90)])(
    'that is no UUID (%s) is 400 (S-8)',
    async (id) => {
      const answer = await trial.ask(`/api/clients/${id}`, { headers: { authorization: `Bearer ${TOKEN}` } });
      expect([answer.status, answer.json['field']]).toEqual([400, 'params.id']);
    },
  );
});

describe('S-33 a Host', () => {
  it.each(['a b', 'evil.example/x', 'evil@example', '-', 'x:99999999', '[::1', 'a,b'])(
    '%j is 400 or no name',
    async (host) => {
      const response = await trial.wire(`GET /health HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      expect(statusOf(response)).toBe(host === '-' ? 200 : 400);
    },
  );

  it('given twice, or not at all, is 400', async () => {
    for (const hosts of ['Host: a\r\nHost: b\r\n', '']) {
      const response = await trial.wire(`GET /health HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`);
      expect(statusOf(response)).toBe(400);
    }
  });

  it('that is not allowed is 421, on every path, also without signing in', async () => {
    await using strict = await startTrial({
      http: { allowedHosts: ['ops.example.com', '10.0.0.1:3000', 'fd00::1'] },
    });
    const status = async (host: string, path = '/health'): Promise<number> =>
      (await strict.ask(path, { headers: { host } })).status;
    for (const host of [
      'evil.example',
      'ops.example.com.evil.example',
      '10.0.0.1',
      '10.0.0.1:3001',
      '[fd00::2]',
    ]) {
      expect([host, await status(host)]).toEqual([host, 421]);
      expect([host, await status(host, '/api/nothing')]).toEqual([host, 421]);
    }
    for (const host of [
      'ops.example.com',
      'OPS.example.com:3000',
      '10.0.0.1:3000',
      '[fd00::1]:3000',
      'localhost',
    ]) {
      expect([host, await status(host)]).toEqual([host, 200]);
    }
  });
});

it('a query parameter given twice is refused by name', async () => {
  const answer = await trial.ask('/api/clients?limit=1&limit=2', {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  expect([answer.status, answer.json['field']]).toEqual([400, 'query.limit']);
});

describe('on every answer', () => {
  it('stand the headers that keep a browser safe', async () => {
    const answers = [
      await trial.ask('/health'),
      await trial.ask('/api/nothing'),
      await trial.ask('/api/clients'),
      await trial.ask('/%zz'),
      await trial.ask('/'),
      await trial.ask('/health', { method: 'PUT' }),
      await trial.ask('/api/login', {
        raw: 'x'.repeat(70_000),
        headers: { 'content-type': 'application/json' },
      }),
    ];
    for (const { headers } of answers) {
      expect(headers).toMatchObject({
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-store',
      });
      expect(headers['permissions-policy']).toContain('camera=()');
      expect(headers.server).toBeUndefined();
      expect(headers['x-powered-by']).toBeUndefined();
      expect(headers['strict-transport-security']).toBeUndefined();
    }
  });

  it('stands HSTS when a trusted proxy spoke TLS', async () => {
    await using own = await startTrial({ http: { trustProxy: ['127.0.0.1'] } });
    const answer = await own.ask('/health', { headers: { 'x-forwarded-proto': 'https' } });
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
  });
});

describe('a failure inside', () => {
  it('is a 500 that tells nothing, and its cause is in the log', async () => {
    const broken = new Error('SELECT * FROM secrets at /opt/ops/server.ts:12');
    await using own = await startTrial({ needs: { renderMetrics: () => Promise.reject(broken) } });
    const answer = await own.ask('/metrics');
    expect(answer.json).toEqual({
      success: false,
      code: 'internal',
      message: '服务器内部错误，详见服务器日志',
    });
  });
});

describe('the access log', () => {
  it('has one line for each request, without its query', async () => {
    await using own = await startTrial();
    const id = await own.signIn();
    await own.ask('/api/clients?search=secret', { headers: { cookie: `session_id=${id}` } });
    await own.wire('GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(own.accessLines).toEqual([
      expect.objectContaining({ method: 'POST', path: '/api/login', status: 200, user: '-' }),
      expect.objectContaining({
        method: 'GET',
        path: '/api/clients',
        status: 200,
        user: 'admin',
        address: '127.0.0.1',
      }),
      expect.objectContaining({ status: 400 }),
    ]);
    expect(JSON.stringify(own.accessLines)).not.toContain('secret');
    expect(own.server.counters.requests).toEqual({ '1xx': 0, '2xx': 2, '3xx': 0, '4xx': 1, '5xx': 0 });
  });
});
