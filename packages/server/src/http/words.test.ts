import { ERROR_CODES, OpsError } from '@ops/protocol/errors.ts';
import { failure } from '@ops/protocol/http/endpoint.ts';
import { decode } from '@ops/protocol/schema.ts';
import { describe, expect, it } from 'vitest';

import { failureAnswer, toOpsError } from './errors.ts';
import { FAILURES, preferredLanguage } from './words.ts';

describe('the language of an answer', () => {
  it.each([
    [undefined, 'zh'],
    ['', 'zh'],
    ['*', 'zh'],
    ['fr', 'zh'],
    ['en', 'en'],
    ['en-US,en;q=0.9', 'en'],
    ['en;q=0.8,zh;q=0.9', 'zh'],
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
    ['en,zh', 'zh'],
    ['de, en;q=0.7, zh;q=0.3', 'en'],
    ['en;q=0', 'zh'],
    ['en;q=nonsense', 'zh'],
    ['english', 'zh'],
  ])('for %j is %s', (header, language) => expect(preferredLanguage(header)).toBe(language));
});

describe('a failure', () => {
  it.each(ERROR_CODES)('%s has a status, and a sentence in both languages', (code) => {
    for (const language of ['zh', 'en'] as const) {
      const { status, body } = failureAnswer(new OpsError(code), language);
      expect(status).toBe(FAILURES[code].status);
      expect(decode(failure, body)).toEqual(body);
    }
  });

  it('of a field says which and why', () => {
    const error = new OpsError('invalid_request', {
      field: 'query.selector',
      reason: 'has no value after =',
    });
    expect(failureAnswer(error, 'en').body).toMatchObject({
      field: 'query.selector',
      message: 'The request is not valid: query.selector has no value after =',
    });
    expect(failureAnswer(error, 'zh').body.message).toBe('请求无效：query.selector（has no value after =）');
  });

  it('of which the caller can do nothing says when to come back', () => {
    expect(failureAnswer(new OpsError('storage_unavailable'), 'zh').headers['Retry-After']).toBe('1');
    expect(
      failureAnswer(new OpsError('too_many_requests', { retryAfterSecs: 7 }), 'zh').headers['Retry-After'],
    ).toBe('7');
  });

  it('of not being signed in names the scheme and has no session', () => {
    const { headers, body } = failureAnswer(new OpsError('unauthenticated'), 'zh');
    expect(headers['WWW-Authenticate']).toBe('Bearer');
    expect(body.session_id).toBeNull();
  });

  it.each([new Error('SELECT secret'), 'text', undefined, { code: 'ENOENT', path: '/etc' }])(
    'that nobody foresaw (%o) is internal and keeps its cause at home',
    (thrown) => {
      const error = toOpsError(thrown);
      expect(error.code).toBe('internal');
      expect(error.cause).toBe(thrown);
      expect(JSON.stringify(failureAnswer(error, 'en').body)).not.toMatch(/SELECT|etc/);
    },
  );
});
