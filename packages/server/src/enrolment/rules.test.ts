import { describe, expect, it } from 'vitest';

import type { ClientKey, Token } from './enrolment.ts';
import { judgeEnrol, tokenState } from './rules.ts';
import type { EnrolFacts } from './rules.ts';

const ID = '11111111-2222-4333-8444-555555555555';
const OTHER = '22222222-2222-4333-8444-555555555555';
const NOW = 1_756_540_800_000;

const token = (more: Partial<Token> = {}): Token => ({
  id: '0123456789abcdef',
  note: '',
  maxUses: 1,
  uses: 0,
  clientId: null,
  createdAtMs: NOW - 1000,
  createdBy: 'admin',
  expiresAtMs: NOW + 1000,
  revokedAtMs: null,
  ...more,
});
const used = { uses: 1 };

const key = (more: Partial<ClientKey> = {}): ClientKey => ({
  clientId: ID,
  generation: 1,
  salt: '0'.repeat(32),
  keyPrint: '',
  tokenId: token().id,
  issuedAtMs: NOW,
  confirmedAtMs: null,
  revokedAtMs: null,
  before: null,
  hadShared: false,
  ...more,
});

const facts = (more: Partial<EnrolFacts> = {}): EnrolFacts => ({
  token: token(),
  clientId: ID,
  key: undefined,
  known: false,
  forgotten: false,
  nowMs: NOW,
  ...more,
});

describe('a token', () => {
  it.each([
    ['open', {}],
    ['open', { maxUses: 2, uses: 1 }],
    ['used_up', used],
    ['open', { expiresAtMs: NOW + 1 }],
    ['expired', { expiresAtMs: NOW }],
    ['revoked', { revokedAtMs: NOW, expiresAtMs: NOW }],
  ] as const)('is %s with %j', (state, more) => {
    expect(tokenState(token(more), NOW)).toBe(state);
  });
});

describe('enrolling', () => {
  it.each<[string, Partial<EnrolFacts>, ReturnType<typeof judgeEnrol>]>([
    ['a host nobody knows', {}, 'new'],
    ['with an expired token', { token: token({ expiresAtMs: NOW }) }, 'token_expired'],
    ['with a revoked token', { token: token({ revokedAtMs: NOW }) }, 'token_revoked'],
    ['with a token that is used up', { token: token(used) }, 'token_used_up'],
    ['an id that was deleted', { forgotten: true }, 'forgotten'],
    [
      'an id that was deleted, by a token for it',
      { forgotten: true, token: token({ clientId: ID }) },
      'forgotten',
    ],
    ['a host that is known', { known: true }, 'id_known'],
    [
      'a host that has its key',
      { key: key({ confirmedAtMs: NOW }), token: token({ maxUses: 9 }) },
      'id_known',
    ],
    [
      'a host whose key was revoked',
      { key: key({ revokedAtMs: NOW }), token: token({ maxUses: 9 }) },
      'id_known',
    ],
    ['again, when the answer was lost', { key: key(), token: token(used) }, 'again'],
    ['again, too late', { key: key(), token: token({ ...used, expiresAtMs: NOW }) }, 'token_expired'],
    [
      'with another token, when the first key was never used',
      { key: key({ tokenId: 'f'.repeat(16) }) },
      'new',
    ],
    ['a known host, by a token for it', { known: true, token: token({ clientId: ID }) }, 'new'],
    [
      'a host with a key, by a token for it',
      { key: key({ confirmedAtMs: NOW, tokenId: 'f'.repeat(16) }), token: token({ clientId: ID }) },
      'new',
    ],
    ['by a token for another host', { token: token({ clientId: OTHER }) }, 'token_other_client'],
    [
      'by a token for it that is used up',
      { known: true, token: token({ clientId: ID, ...used }) },
      'token_used_up',
    ],
  ])('%s', (_what, more, verdict) => {
    expect(judgeEnrol(facts(more))).toBe(verdict);
  });
});
