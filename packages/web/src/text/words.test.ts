import { expect, test } from 'vitest';

import { ApiError, failureOf } from '../api/api-error.ts';
import { en } from './en.ts';
import { wordsOfError } from './words.ts';

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
