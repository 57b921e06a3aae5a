import { WireError } from '@ops/protocol/wire/wire-error.ts';
import { expect, test } from 'vitest';

import { asFailure, describeError, LinkFailure } from './failure.ts';

test.each([
  ['ECONNREFUSED', 'Connection refused'],
  ['ETIMEDOUT', 'Connection timed out'],
  ['ENOTFOUND', 'Name or service not known'],
  ['EAI_AGAIN', 'Temporary failure in name resolution'],
  ['EHOSTUNREACH', 'No route to host'],
  ['ECONNRESET', 'Connection reset by peer'],
])('%s reads: %s', (code, words) => {
  expect(describeError(Object.assign(new Error(`connect ${code} 10.0.0.1:1`), { code }))).toBe(words);
});

test('of several addresses the first failure is told', () => {
  const refused = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
  const unreachable = Object.assign(new Error('y'), { code: 'ENETUNREACH' });
  expect(describeError(new AggregateError([refused, unreachable]))).toBe('Connection refused');
});

test('what has no known code keeps its own words', () => {
  expect(describeError(new Error('no cipher match'))).toBe('no cipher match');
  expect(describeError({ code: 'EWEIRD' })).toBe('EWEIRD');
  expect(describeError(undefined)).toBe('unknown error');
});

test('whatever is thrown while a connection is served becomes a failure of that connection', () => {
  const own = new LinkFailure('refused', 'x');
  expect(asFailure(own)).toBe(own);
  expect(asFailure(new WireError('depth', 'nested deeper than 16'))).toMatchObject({
    kind: 'lost',
    message: 'The server broke the protocol: nested deeper than 16',
  });
  expect(asFailure(new TypeError('boom')).kind).toBe('lost');
});
