import { expect, test } from 'vitest';

import { step } from './session-state.ts';
import type { SessionEvent, SessionState, User } from './session-state.ts';

const user: User = { name: 'admin', role: 'admin', mustChangePassword: false, restricted: false };
const other: User = { ...user, name: 'eve' };
const checking: SessionState = { phase: 'checking' };
const unreachable: SessionState = { phase: 'unreachable' };
const out: SessionState = { phase: 'signed-out' };
const inside: SessionState = { phase: 'signed-in', user };
const expired: SessionState = { phase: 'expired', user };

const verified: SessionEvent = { kind: 'verified', user };
const refused: SessionEvent = { kind: 'refused' };
const noAnswer: SessionEvent = { kind: 'no-answer' };
const left: SessionEvent = { kind: 'left' };
const retry: SessionEvent = { kind: 'retry' };
const restricted: SessionEvent = { kind: 'restricted' };

test.each([
  [checking, verified, inside],
  [checking, refused, out],
  [checking, noAnswer, unreachable],
  [checking, left, out],
  [unreachable, verified, inside],
  [unreachable, refused, out],
  [unreachable, noAnswer, unreachable],
  [unreachable, retry, checking],
  [out, verified, inside],
  [out, refused, out],
  [out, noAnswer, out],
  [inside, refused, expired],
  [inside, left, out],
  [inside, noAnswer, inside],
  [inside, restricted, { phase: 'signed-in', user: { ...user, restricted: true } }],
  [inside, { kind: 'verified', user: other }, { phase: 'signed-in', user: other }],
  [expired, verified, inside],
  [expired, refused, expired],
  [expired, left, out],
  [expired, restricted, expired],
] as const)('%j, %j: %j', (state, event, next) => {
  expect(step(state, event)).toEqual(next);
});
