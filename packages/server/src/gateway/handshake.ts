/**
 * The server's side of the proof: makes a challenge, and judges the answer in the order of docs/protocol.md,
 * "Authentication". Pure but for the clock and chance it is handed; the connection sends, waits and closes.
 */
import {
  clientProof,
  equalProof,
  response,
  sealingKey,
  serverProof,
  sessionKeys,
  transcriptHash,
} from '@ops/protocol/wire/handshake.ts';
import type { HandshakeMode, SessionKeys } from '@ops/protocol/wire/handshake.ts';
import { CHALLENGE_EXPIRES_SECS, PROTOCOL_VERSION, SERVER_SKEW_SECS } from '@ops/protocol/wire/limits.ts';
import { writeMessage } from '@ops/protocol/wire/messages.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { Candidate, ProvenBy, SecretSlot } from './secrets.ts';
import type { AuthFailure } from './stats.ts';

const NONCE_BYTES = 32;

export interface Challenge {
  readonly nonce: string;
  /** Seconds, wall clock. */
  readonly timestamp: number;
  /** Monotonic milliseconds. */
  readonly issuedAt: number;
  /** Byte for byte as sent: both proofs cover it. */
  readonly body: Buffer;
  readonly mode: HandshakeMode;
  /** The exporter value of the TLS connection, empty without one. */
  readonly channelBinding: Buffer;
}

export interface HandshakeNeeds {
  readonly serverId: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** @param channelBinding undefined over plain TCP */
export function issueChallenge(needs: HandshakeNeeds, channelBinding: Buffer | undefined): Challenge {
  const { serverId, clock, random } = needs;
  const nonce = random.bytes(NONCE_BYTES).toString('hex');
  const timestamp = Math.floor(clock.wall() / 1000);
  const body = writeMessage({
    type: 'auth_challenge',
    v: PROTOCOL_VERSION,
    server_id: serverId,
    nonce,
    timestamp,
    expires_in: CHALLENGE_EXPIRES_SECS,
    cb: channelBinding ? 'tls-exporter' : 'none',
  });
  return {
    nonce,
    timestamp,
    issuedAt: clock.mono(),
    body,
    mode: channelBinding ? 'tls' : 'plain',
    channelBinding: channelBinding ?? Buffer.alloc(0),
  };
}

/** The client knows one of the secrets. */
export interface Proven {
  readonly slot: SecretSlot;
  readonly by: ProvenBy;
  readonly secret: Buffer;
  /** With it the one secret of this connection may be sealed. */
  readonly sealing: () => Buffer;
  readonly serverProof: string;
  readonly keys: SessionKeys;
}

export interface Refused {
  readonly reason: AuthFailure;
  /** Client clock minus server clock, when that was the reason. */
  readonly skewSecs?: number;
}

/** Judges the first and only answer of a connection; its schema was checked before. */
export function judge(
  answer: MessageOf<'auth_response'>,
  challenge: Challenge,
  needs: HandshakeNeeds & { readonly candidates: readonly Candidate[] },
): Proven | Refused {
  const { serverId, clock, candidates } = needs;
  if (clock.mono() - challenge.issuedAt > CHALLENGE_EXPIRES_SECS * 1000) return { reason: 'expired' };
  if (!equalProof(answer.nonce, challenge.nonce) || answer.timestamp !== challenge.timestamp) {
    return { reason: 'echo' };
  }
  const th = transcriptHash({
    mode: challenge.mode,
    serverId,
    clientId: answer.client_id,
    nonce: challenge.nonce,
    timestamp: challenge.timestamp,
    clientNonce: answer.client_nonce,
    clientTime: answer.client_time,
    channelBinding: challenge.channelBinding,
    challengeBody: challenge.body,
  });
  // Every candidate is worked out to the end, so that the time taken tells nothing about which one was meant.
  let known: Candidate | undefined;
  let proved: Candidate | undefined;
  for (const candidate of candidates) {
    const { bytes } = candidate;
    const knows = equalProof(
      answer.response,
      response(bytes, answer.client_id, challenge.nonce, challenge.timestamp),
    );
    const proves = equalProof(answer.proof, clientProof(bytes, th));
    if (knows) known ??= candidate;
    if (knows && proves) proved ??= candidate;
  }
  if (!known) return { reason: 'secret' };
  if (!proved?.slot) return { reason: 'proof' };
  const skewSecs = answer.client_time - Math.floor(clock.wall() / 1000);
  if (Math.abs(skewSecs) > SERVER_SKEW_SECS) return { reason: 'skew', skewSecs };
  const { bytes: secret } = proved;
  return {
    slot: proved.slot,
    by: proved.by,
    secret: proved.bytes,
    sealing: () => sealingKey(secret, th),
    serverProof: serverProof(proved.bytes, th),
    keys: sessionKeys(proved.bytes, th),
  };
}
