import {
  clientProof,
  response,
  secretBytes,
  serverProof,
  transcriptHash,
} from '@ops/protocol/wire/handshake.ts';
import { CHALLENGE_EXPIRES_SECS, SERVER_SKEW_SECS } from '@ops/protocol/wire/limits.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { ManualClock } from '@ops/testkit/manual-clock.ts';
import { describe, expect, it } from 'vitest';

import type { Provable } from '../enrolment/enrolment.ts';
import { issueChallenge, judge } from './handshake.ts';
import type { Challenge, Proven, Refused } from './handshake.ts';
import { createKeyRing } from './secrets.ts';
import { EMPTY_BOOK } from './test-credential-book.ts';
import type { Secrets } from './secrets.ts';

const SERVER_ID = '0f0e0d0c-0b0a-4908-8706-050403020100';
const CLIENT_ID = '11111111-2222-4333-8444-555555555555';

interface Scene {
  readonly clock: ManualClock;
  readonly challenge: Challenge;
  readonly answer: (
    secret: string,
    overrides?: { clientTime?: number; proofSecret?: string },
  ) => MessageOf<'auth_response'>;
  readonly judge: (answer: MessageOf<'auth_response'>) => Proven | Refused;
}

function scene(secrets: Secrets = { current: 'right', previous: undefined }, channelBinding?: Buffer): Scene {
  const clock = new ManualClock(1_756_540_800_000);
  const needs = { serverId: SERVER_ID, clock, random: systemRandom };
  const challenge = issueChallenge(needs, channelBinding);
  const candidates = createKeyRing(secrets, systemRandom, EMPTY_BOOK).candidatesFor({ client_id: CLIENT_ID });
  return {
    clock,
    challenge,
    answer(secret, { clientTime = Math.floor(clock.wall() / 1000), proofSecret = secret } = {}) {
      const clientNonce = 'f'.repeat(64);
      const th = transcriptHash({
        mode: channelBinding ? 'tls' : 'plain',
        serverId: SERVER_ID,
        clientId: CLIENT_ID,
        nonce: challenge.nonce,
        timestamp: challenge.timestamp,
        clientNonce,
        clientTime,
        channelBinding: channelBinding ?? Buffer.alloc(0),
        challengeBody: challenge.body,
      });
      return {
        type: 'auth_response',
        v: 2,
        client_id: CLIENT_ID,
        nonce: challenge.nonce,
        timestamp: challenge.timestamp,
        response: response(secretBytes(secret), CLIENT_ID, challenge.nonce, challenge.timestamp),
        client_nonce: clientNonce,
        client_time: clientTime,
        instance_id: CLIENT_ID,
        proof: clientProof(secretBytes(proofSecret), th),
      };
    },
    judge: (answer) => judge(answer, challenge, { ...needs, candidates }),
  };
}

it('a challenge holds its fields in the order of the protocol', () => {
  const { challenge } = scene();
  expect([...challenge.body.toString().matchAll(/"(\w+)":/g)].map(([, key]) => key)).toEqual([
    'type',
    'v',
    'server_id',
    'nonce',
    'timestamp',
    'expires_in',
    'cb',
  ]);
});

describe('who is proved', () => {
  it.each<[Secrets, string, string]>([
    [{ current: 'right', previous: undefined }, 'right', 'current'],
    [{ current: 'new', previous: 'right' }, 'right', 'previous'],
    [{ current: 'new', previous: 'right' }, 'new', 'current'],
    [{ current: 'same', previous: 'same' }, 'same', 'current'],
    [{ current: undefined, previous: 'right' }, 'right', 'previous'],
  ])('with %j: %s', (secrets, secret, slot) => {
    const { answer, judge: verdict } = scene(secrets);
    expect(verdict(answer(secret))).toMatchObject({ slot, secret: secretBytes(secret) });
  });

  it('gets the proof of the server and a key for each direction', () => {
    const {
      answer,
      judge: verdict,
      challenge,
    } = scene({ current: 'right', previous: undefined }, Buffer.alloc(32, 9));
    const given = answer('right');
    const proven = verdict(given);
    if ('reason' in proven) throw new Error(proven.reason);
    const th = transcriptHash({
      mode: 'tls',
      serverId: SERVER_ID,
      clientId: CLIENT_ID,
      nonce: challenge.nonce,
      timestamp: challenge.timestamp,
      clientNonce: given.client_nonce,
      clientTime: given.client_time,
      channelBinding: Buffer.alloc(32, 9),
      challengeBody: challenge.body,
    });
    expect(proven.serverProof).toBe(serverProof(secretBytes('right'), th));
    expect(proven.keys.clientToServer.equals(proven.keys.serverToClient)).toBe(false);
  });
});

describe('who is not, in the order in which it is judged', () => {
  it('an answer after 30 s by the monotonic clock, however right', () => {
    const { answer, judge: verdict, clock } = scene();
    const given = answer('right');
    clock.advance(CHALLENGE_EXPIRES_SECS * 1000);
    expect(verdict(given)).toMatchObject({ slot: 'current' });
    clock.advance(1);
    expect(verdict({ ...given, nonce: '0'.repeat(64) })).toEqual({ reason: 'expired' });
  });

  it('another nonce or timestamp than was sent, whatever the proofs', () => {
    const { answer, judge: verdict } = scene();
    expect(verdict({ ...answer('wrong'), nonce: '0'.repeat(64) })).toEqual({ reason: 'echo' });
    expect(verdict({ ...answer('wrong'), timestamp: 1_756_540_801 })).toEqual({ reason: 'echo' });
  });

  it('an unknown secret, before the clock is looked at', () => {
    const { answer, judge: verdict } = scene();
    expect(verdict(answer('wrong', { clientTime: 1_000_000_000 }))).toEqual({ reason: 'secret' });
  });

  it('a response by one secret and a proof by another', () => {
    const { answer, judge: verdict } = scene({ current: 'right', previous: 'old' });
    expect(verdict(answer('right', { proofSecret: 'old' }))).toEqual({ reason: 'proof' });
    expect(verdict(answer('old', { proofSecret: 'right' }))).toEqual({ reason: 'proof' });
  });

  it('a clock too far off, though everything else is right', () => {
    const { answer, judge: verdict, challenge } = scene();
    const at = (skew: number): Proven | Refused =>
      verdict(answer('right', { clientTime: challenge.timestamp + skew }));
    expect(at(SERVER_SKEW_SECS)).toMatchObject({ slot: 'current' });
    expect(at(SERVER_SKEW_SECS + 1)).toEqual({ reason: 'skew', skewSecs: SERVER_SKEW_SECS + 1 });
    expect(at(-SERVER_SKEW_SECS - 1)).toEqual({ reason: 'skew', skewSecs: -SERVER_SKEW_SECS - 1 });
  });

  it('anybody, while there is no secret: neither the empty one nor any other', () => {
    for (const nothing of [undefined, '']) {
      const { answer, judge: verdict } = scene({ current: nothing, previous: nothing });
      expect(verdict(answer(''))).toEqual({ reason: 'secret' });
      expect(verdict(answer('right'))).toEqual({ reason: 'secret' });
    }
  });
});

describe('the key ring', () => {
  it('says where a secret that was proved stands after a change', () => {
    const ring = createKeyRing({ current: 'one', previous: undefined }, systemRandom, EMPTY_BOOK);
    const one = ring.candidatesFor({ client_id: CLIENT_ID })[0].bytes;
    expect(ring.slotOf(one)).toBe('current');
    ring.set({ current: 'two', previous: 'one' });
    expect(ring.slotOf(one)).toBe('previous');
    ring.set({ current: 'two', previous: undefined });
    expect(ring.slotOf(one)).toBeUndefined();
  });

  it('always holds two candidates, so that judging takes as long', () => {
    const ring = createKeyRing({ current: undefined, previous: undefined }, systemRandom, EMPTY_BOOK);
    const candidates = ring.candidatesFor({ client_id: CLIENT_ID });
    expect(candidates.map(({ slot, bytes }) => [slot, bytes.length])).toEqual([
      [undefined, 32],
      [undefined, 32],
    ]);
    // A dummy is no secret: whoever had its bytes would not be in.
    expect(ring.slotOf(candidates[0].bytes)).toBeUndefined();
  });

  const secrets = { current: 'shared', previous: 'shared-before' };
  const namesOf = (provable: Provable, enrol?: string): string[] =>
    createKeyRing(secrets, systemRandom, {
      provable: () => provable,
      tokenText: (id) => (id === 'known' ? 'the-token' : undefined),
    })
      .candidatesFor({ client_id: CLIENT_ID, enrol })
      .map(({ slot, bytes, by }) => (slot ? `${by} ${slot} ${bytes.toString()}` : 'dummy'));

  it.each<[string, Provable, string | undefined, string[]]>([
    [
      'the shared secrets, for a client without a key',
      { kind: 'shared' },
      undefined,
      ['shared_secret current shared', 'shared_secret previous shared-before'],
    ],
    [
      'its own key alone, once it was used',
      { kind: 'own', key: 'k1', before: undefined },
      undefined,
      ['own_key current k1', 'dummy'],
    ],
    [
      'what it had before as well, until then',
      { kind: 'own', key: 'k2', before: { key: 'k1' } },
      undefined,
      ['own_key current k2', 'own_key previous k1'],
    ],
    [
      'also the shared secret',
      { kind: 'own', key: 'k1', before: 'shared' },
      undefined,
      ['own_key current k1', 'shared_secret current shared'],
    ],
    [
      'nothing, when its key was revoked',
      { kind: 'own', key: undefined, before: undefined },
      undefined,
      ['dummy', 'dummy'],
    ],
    [
      'a token alone, for who wants to enrol',
      { kind: 'shared' },
      'known',
      ['token current the-token', 'dummy'],
    ],
    ['nothing, for a token nobody made', { kind: 'shared' }, 'unknown', ['dummy', 'dummy']],
  ])('takes %s', (_what, provable, enrol, expected) => {
    expect(namesOf(provable, enrol)).toEqual(expected);
  });
});
