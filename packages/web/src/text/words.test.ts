import { expect, test } from 'vitest';

import { ApiError, failureOf } from '../api/api-error.ts';
import { en } from './en.ts';
import { adviceOf, wordsOfError } from './words.ts';

test("the server's sentence is shown as it is", () => {
  const error = failureOf(
    401,
    { success: false, code: 'invalid_credentials', message: '用户名或密码错误' },
    null,
  );
  expect(wordsOfError(error, en)).toBe('用户名或密码错误');
});

test('what the end of a session prevented says that it was not done', () => {
  expect(wordsOfError(new ApiError('unauthenticated', 'x', { status: 401 }), en)).toBe(en.sessionWasOver);
});

test('without an answer, or with one of someone else, the console has its own', () => {
  expect(wordsOfError(new ApiError('unreachable', 'x', { status: 0 }), en)).toBe(en.noAnswer);
  expect(wordsOfError(failureOf(502, undefined, null), en)).toBe(en.strangeAnswer(502));
});

test.each([
  ['no answer', new ApiError('unreachable', 'x', { status: 0 }), en.recoversByItself],
  ['a proxy without a server', failureOf(502, undefined, null), en.recoversByItself],
  ['a page of someone else', failureOf(200, undefined, null), en.proxyHelp],
  ['a role', failureOf(403, { code: 'forbidden', message: 'x' }, null), en.forbiddenHelp],
  ['too many', failureOf(429, { code: 'too_many_requests', message: 'x' }, '3'), en.tooManyHelp],
  ['a fault', failureOf(500, { code: 'internal', message: 'x' }, null), en.serverFaultHelp],
  ['a wrong request', failureOf(400, { code: 'invalid_request', message: 'x' }, null), undefined],
])('what to do next about %s', (_name, error, advice) => {
  expect(adviceOf(error, en)).toBe(advice);
});
