import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startTrial, TOKEN } from './test-server.ts';
import type { Trial } from './test-server.ts';

let trial: Trial;

beforeAll(async () => {
  trial = await startTrial({
    http: { allowedOrigins: ['https://console.example.com'], trustProxy: ['127.0.0.1'] },
  });
});
afterAll(() => trial.close());

describe('S-21 a page that asks to change something', () => {
  it.each([
    [{ origin: 'http://ops.example.com', host: 'ops.example.com' }, 401],
    [{ origin: 'http://ops.example.com:3000', host: 'ops.example.com:3000' }, 401],
    [{ origin: 'http://ops.example.com', host: 'ops.example.com:80' }, 401],
    [{ origin: 'https://ops.example.com', host: 'ops.example.com' }, 401],
    [{ origin: 'http://ops.example.com', host: 'ops.example.com:3000' }, 403],
    [{ origin: 'http://ops.example.com', host: 'ops.example.com', 'x-forwarded-proto': 'https' }, 403],
    [{ origin: 'ftp://ops.example.com', host: 'ops.example.com' }, 403],
    [{ origin: 'https://console.example.com', host: 'ops.example.com' }, 401],
    [{ origin: 'https://console.example.com:444', host: 'ops.example.com' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 401],
    [{ 'sec-fetch-site': 'none' }, 401],
    [{ 'sec-fetch-site': 'cross-site', origin: 'https://console.example.com' }, 403],
  ])('%o → %i', async (headers, status) => {
    const sent: Record<string, string> = Object.fromEntries(Object.entries(headers));
    expect((await trial.ask('/api/logout', { headers: sent, body: {} })).status).toBe(status);
  });

  it('is not what sends a token', async () => {
    const answer = await trial.ask('/api/keep-alive', {
      headers: { authorization: `Bearer ${TOKEN}`, origin: 'https://evil.example' },
      body: {},
    });
    expect(answer.status).toBe(200);
  });

  it('gets no CORS header, whoever it is', async () => {
    const answer = await trial.ask('/api/clients', {
      method: 'OPTIONS',
      headers: { origin: 'https://console.example.com', 'access-control-request-method': 'GET' },
    });
    expect(answer.status).toBe(405);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('of another site cannot open the stream of events either, and may follow a link to a page', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect((await trial.ask('/api/events', { headers })).status).toBe(403);
    expect((await trial.ask('/health', { headers })).status).toBe(200);
  });
});

describe('a call without a body', () => {
  it('needs no content type from a script, as in the manual, but from a browser', async () => {
    expect((await trial.ask('/api/logout', { method: 'POST' })).status).toBe(401);
    for (const [name, value] of Object.entries({
      origin: `http://127.0.0.1:${trial.port}`,
      'sec-fetch-site': 'same-origin',
    })) {
      expect((await trial.ask('/api/logout', { method: 'POST', headers: { [name]: value } })).status).toBe(
        415,
      );
    }
  });

  it('and without a type has no body', async () => {
    expect((await trial.ask('/api/logout', { method: 'POST', raw: '{}' })).status).toBe(415);
  });
});
