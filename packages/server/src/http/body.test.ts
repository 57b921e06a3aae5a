import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { MAX_BODY_DEPTH, parseBody } from './body.ts';
import { startTrial } from './test-server.ts';
import type { Answer, Trial } from './test-server.ts';

let trial: Trial;

beforeAll(async () => {
  trial = await startTrial();
});
afterAll(() => trial.close());

function send(raw: string | Buffer, headers: Record<string, string> = {}): Promise<Answer> {
  return trial.ask('/api/login', { raw, headers: { 'content-type': 'application/json', ...headers } });
}

function nested(depth: number): string {
  return `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
}

describe('a body', () => {
  it.each([
    ['not JSON', '{"username"'],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])],
    ['nested too deep', nested(MAX_BODY_DEPTH + 1)],
    ['endlessly nested', '['.repeat(60_000)],
    ['after the prototype', '{"__proto__": {"isAdmin": true}}'],
    ['after the constructor', '{"a": {"constructor": {"prototype": {}}}}'],
  ])('that is %s is 400', async (_what, raw) => {
    const answer = await send(raw);
    expect([answer.status, answer.json['field']]).toEqual([400, 'body']);
  });

  it.each([
    ['', 'body.username'],
    ['null', 'body.username'],
    ['[]', 'body'],
    ['{"username": "x"}', 'body.password'],
    ['{"username": "x", "password": 1}', 'body.password'],
    ['{"username": "", "password": "x"}', 'body.username'],
    [JSON.stringify({ username: 'x'.repeat(65), password: 'x' }), 'body.username'],
    ['{"username": ["admin"], "password": "x"}', 'body.username'],
  ])('%s is 400 and names %s', async (raw, field) => {
    const answer = await send(raw);
    expect([answer.status, answer.json['code'], answer.json['field']]).toEqual([
      400,
      'invalid_request',
      field,
    ]);
  });

  it('may say its charset and be packed in nothing', async () => {
    const raw = JSON.stringify({ username: 'admin', password: 'wrong' });
    expect((await send(raw, { 'content-type': 'application/json; charset=utf-8' })).status).toBe(401);
    expect((await send(raw, { 'content-encoding': 'gzip' })).status).toBe(415);
  });
});

it('is as deep as it may be, and not deeper', () => {
  expect(parseBody(Buffer.from(nested(MAX_BODY_DEPTH)))).toBeDefined();
  expect(() => parseBody(Buffer.from(nested(MAX_BODY_DEPTH + 1)))).toThrow(/deep/);
});
