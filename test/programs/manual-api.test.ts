/** The authentication and client sections of the manual, call by call, against the real programs. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startClient } from '@ops/testkit/start-client.ts';
import type { RunningClient } from '@ops/testkit/start-client.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { until } from '@ops/testkit/until.ts';

const run = promisify(execFile);

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TOKEN = 'token-for-scripts-0123456789abcdef';

let server: RunningServer;
let client: RunningClient;

beforeAll(async () => {
  server = await startServer({ env: { OPS_AUTH_TOKEN: TOKEN } });
  client = await startClient({
    server: { port: server.tcpPort },
    env: { OPS_LABELS: 'env=test', OPS_HEARTBEAT_INTERVAL: '1' },
  });
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly cookie: string | undefined;
}

/** By curl, as the manual has it: a browser would be shown only the beginning of the session id. */
async function call(
  method: string,
  path: string,
  options: { cookie?: string; token?: string; body?: unknown; headers?: readonly string[] } = {},
): Promise<Answer> {
  const headers = [
    ...(options.headers ?? []),
    ...(options.body === undefined ? [] : ['Content-Type: application/json']),
    ...(options.cookie === undefined ? [] : [`Cookie: ${options.cookie}`]),
    ...(options.token === undefined ? [] : [`Authorization: Bearer ${options.token}`]),
  ];
  const data = options.body === undefined ? [] : ['--data', JSON.stringify(options.body)];
  const { stdout } = await run('curl', [
    '--silent',
    '--include',
    '--max-time',
    '20',
    '--request',
    method,
    ...headers.flatMap((header) => ['--header', header]),
    ...data,
    server.url + path,
  ]);
  const [head, text] = stdout.split('\r\n\r\n', 2) as [string, string];
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]),
    body: JSON.parse(text) as Record<string, unknown>,
    cookie: /^set-cookie: ([^;]*)/im.exec(head)?.[1],
  };
}

const signIn = () => call('POST', '/api/login', { body: { username: 'admin', password: 'admin123' } });

describe('the manual: authentication', () => {
  it('登录 answers with success, the message and a session id, and sets the cookie', async () => {
    const { status, body, cookie } = await signIn();
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true, message: '登录成功' });
    expect(body['session_id']).toMatch(UUID);
    expect(cookie).toBe(`session_id=${String(body['session_id'])}`);
  });

  it('refuses a wrong password in the words of the manual', async () => {
    const { status, body } = await call('POST', '/api/login', {
      body: { username: 'admin', password: 'wrong' },
    });
    expect(status).toBe(401);
    expect(body).toEqual({
      success: false,
      code: 'invalid_credentials',
      message: '用户名或密码错误',
      session_id: null,
    });
  });

  it('检查认证状态 answers 已认证 with the session, and 未认证 without one', async () => {
    const { body: session, cookie } = await signIn();
    const signedIn = await call('GET', '/api/check-auth', { cookie: cookie! });
    expect(signedIn.status).toBe(200);
    expect(signedIn.body).toMatchObject({
      success: true,
      message: '已认证',
      session_id: session['session_id'],
    });
    const stranger = await call('GET', '/api/check-auth');
    expect(stranger.status).toBe(401);
    expect(stranger.body).toEqual({
      success: false,
      code: 'unauthenticated',
      message: '未认证',
      session_id: null,
    });
  });

  it('登出 ends the session on the server', async () => {
    const { cookie } = await signIn();
    const out = await call('POST', '/api/logout', { cookie: cookie!, body: {} });
    expect(out.body).toEqual({ success: true, message: '登出成功', session_id: null });
    expect((await call('GET', '/api/check-auth', { cookie: cookie! })).status).toBe(401);
  });

  it('says the same in English to whoever prefers it', async () => {
    const { body } = await call('GET', '/api/check-auth', { headers: ['Accept-Language: en'] });
    expect(body['message']).toMatch(/^[\x20-\x7e]+$/);
  });
});

async function idsOf(query: string): Promise<string[]> {
  const { body } = await call('GET', `/api/clients?${query}`, { token: TOKEN });
  return Object.keys(body['clients'] as object);
}

describe('the manual: clients', () => {
  it('获取客户端列表 has this very host with the fields the manual shows', async () => {
    const { cookie } = await signIn();
    const withReadings = await until(
      async () => {
        const { body } = await call('GET', '/api/clients', { cookie: cookie! });
        const [view] = Object.values(
          body['clients'] as Record<string, { system_info: Record<string, unknown> }>,
        );
        return view?.system_info['used_memory'] === undefined ? undefined : view;
      },
      { within: 15_000, what: 'the readings of this host' },
    );
    expect(withReadings).toMatchObject({
      status: 'online',
      labels: { env: 'test' },
      encrypted: false,
      app_info: [],
      system_info: {
        hostname: expect.any(String),
        cpu_model: expect.any(String),
        total_memory: expect.any(Number),
        used_memory: expect.any(Number),
        ip_addresses: expect.any(Array),
      },
      last_seen: { secs_since_epoch: expect.any(Number), nanos_since_epoch: expect.any(Number) },
    });
  });

  it('is open to scripts with the token, and to nobody without', async () => {
    expect((await call('GET', '/api/clients', { token: TOKEN })).status).toBe(200);
    expect((await call('GET', '/api/clients', { token: 'another token of the same kind' })).status).toBe(401);
    expect((await call('GET', '/api/clients')).status).toBe(401);
  });

  it('selects by label and by status', async () => {
    expect(await idsOf('selector=env%3Dtest&status=online')).toHaveLength(1);
    expect(await idsOf('selector=env%20notin%20(test)')).toHaveLength(0);
    expect(await idsOf('status=offline')).toHaveLength(0);
  });
});

describe('the manual: health and logs', () => {
  it('answers what monitor.sh looks for', async () => {
    const response = await fetch(`${server.url}/health`);
    expect(await response.text()).toContain('"status":"healthy"');
  });

  it('serves metrics to this machine', async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toMatch(/^ops_clients\{state="online"\} 1$/m);
  });
});
