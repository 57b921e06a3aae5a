import { checkAuth, login } from '@ops/protocol/http/auth.ts';
import { getClient, listSamples } from '@ops/protocol/http/clients.ts';
import { describe, expect, test } from 'vitest';

import { ApiError } from './api-error.ts';
import { addressOf, createApi } from './client.ts';
import { failingParts } from './use-health.ts';

const ID = '00000001-0000-4000-8000-000000000000';

function answering(status: number, body: string, headers: Readonly<Record<string, string>> = {}) {
  const requests: Request[] = [];
  const failures: ApiError[] = [];
  const api = createApi({
    fetch: async (input, init) => {
      requests.push(new Request(typeof input === 'string' ? new URL(input, 'http://ops.test') : input, init));
      return Promise.resolve(new Response(body, { status, headers }));
    },
    languageTag: () => 'en',
    onFailure: (error) => failures.push(error),
  });
  return { api, requests, failures };
}

async function failureFrom(promise: Promise<unknown>): Promise<ApiError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('address', () => {
  test('parameters and query are filled in, and cannot leave their place', () => {
    expect(addressOf(getClient, { id: ID })).toBe(`/api/clients/${ID}`);
    expect(addressOf(getClient, { id: '../x?y' })).toBe('/api/clients/..%2Fx%3Fy');
    expect(addressOf(listSamples, { id: ID }, { from: 1, to: undefined })).toBe(
      `/api/clients/${ID}/samples?from=1`,
    );
  });
});

describe('call', () => {
  test('what changes something is JSON, in the language of the reader', async () => {
    const { api, requests } = answering(200, '{"success":true}');
    await api.call(login, { body: { username: 'admin', password: 'x' } });
    const [request] = requests;
    expect(request?.method).toBe('POST');
    expect(request?.headers.get('content-type')).toBe('application/json');
    expect(request?.headers.get('accept-language')).toBe('en');
    expect(await request?.json()).toEqual({ username: 'admin', password: 'x' });
  });

  test('what reads has no body', async () => {
    const { api, requests } = answering(200, '{}');
    await api.call(checkAuth, {});
    expect(requests[0]?.body).toBeNull();
    expect(requests[0]?.headers.has('content-type')).toBe(false);
  });

  test('a failure carries code, sentence, field and how long to wait, and is told', async () => {
    const body = { success: false, code: 'too_many_requests', message: 'Slow down', field: 'body.x' };
    const { api, failures } = answering(429, JSON.stringify(body), { 'retry-after': '8' });
    const error = await failureFrom(api.call(checkAuth, {}));
    expect(error).toMatchObject({
      code: 'too_many_requests',
      status: 429,
      message: 'Slow down',
      field: 'body.x',
    });
    expect(error.retryAfterSecs).toBe(8);
    expect(failures).toEqual([error]);
  });

  test.each([
    [502, '<html>Bad gateway</html>'],
    [500, '{"code":"a word nobody knows"}'],
    [403, 'null'],
    [200, '<html>a login page of a proxy</html>'],
  ])('an answer of someone else (%d %s) is told as such', async (status, body) => {
    const error = await failureFrom(answering(status, body).api.call(checkAuth, {}));
    expect(error).toMatchObject({ code: 'unreadable', status });
  });

  test('no answer is told as such', async () => {
    const api = createApi({
      fetch: async () => Promise.reject(new TypeError('fetch failed')),
      languageTag: () => 'zh-CN',
      onFailure: () => {},
    });
    expect(await failureFrom(api.call(checkAuth, {}))).toMatchObject({ code: 'unreachable', status: 0 });
  });
});

test.each([
  [{ parts: { database: 'failed', gateway: 'ok' } }, ['database']],
  [{ parts: null }, []],
  [null, []],
  ['text', []],
])('failing parts of %j', (body, parts) => {
  expect(failingParts(body)).toEqual(parts);
});
