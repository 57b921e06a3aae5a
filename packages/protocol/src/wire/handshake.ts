/**
 * Mutual proof of a shared secret: pure functions over records, no socket and no clock.
 *
 *   S→C challenge(nonce, timestamp)       C→S response R, proof P over the transcript TH
 *   S→C server_proof SP over TH           both  a MAC key for each direction, derived from TH
 *
 * R keeps the formula of the user manual. P, SP and the MAC keys bind everything both sides said, the mode
 * (plain or TLS) and, under TLS, the channel itself (RFC 9266), so nothing can be relayed or replayed.
 * Formulas and test vectors: docs/protocol.md, "Authentication".
 */
import { createHash, createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { s } from '../schema.ts';

/** 32 bytes as 64 lower-case hex digits. */
export const hex32 = s.string({ min: 64, max: 64, pattern: /^[0-9a-f]{64}$/ });
/** Seconds since 1970 that have exactly ten digits, so that concatenations split in one way only. */
export const tenDigitSecs = s.integer({ min: 1_000_000_000, max: 9_999_999_999 });

export type HandshakeMode = 'plain' | 'tls';

/** Length of the TLS exporter value and its label (RFC 9266). */
export const CHANNEL_BINDING_BYTES = 32;
export const CHANNEL_BINDING_LABEL = 'EXPORTER-Channel-Binding';

export interface Transcript {
  readonly mode: HandshakeMode;
  readonly serverId: string;
  readonly clientId: string;
  /** Hex, from the challenge. */
  readonly nonce: string;
  /** Seconds, from the challenge. */
  readonly timestamp: number;
  /** Hex, from the response. */
  readonly clientNonce: string;
  /** Seconds, from the response. */
  readonly clientTime: number;
  /** The 32 exporter bytes under TLS, empty otherwise. */
  readonly channelBinding: Buffer;
  /** The body of `auth_challenge`, byte for byte as it was sent. */
  readonly challengeBody: Buffer;
}

export interface SessionKeys {
  readonly clientToServer: KeyObject;
  readonly serverToClient: KeyObject;
}

function lengthPrefixed(value: Buffer | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'ascii') : value;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function u64be(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** The secret's bytes: the UTF-8 of the configured string, neither decoded nor trimmed. */
export function secretBytes(secret: string): Buffer {
  return Buffer.from(secret, 'utf8');
}

/** R = hex HMAC-SHA256(secret, client_id ‖ nonce ‖ timestamp): the manual's formula. */
export function response(secret: Buffer, clientId: string, nonce: string, timestamp: number): string {
  return createHmac('sha256', secret)
    .update(clientId + nonce + String(timestamp), 'ascii')
    .digest('hex');
}

/** TH: the hash both proofs and both MAC keys hang on. */
export function transcriptHash(t: Transcript): Buffer {
  return createHash('sha256')
    .update('ops-auth-v2\0', 'ascii')
    .update(lengthPrefixed(t.mode))
    .update(lengthPrefixed(t.serverId))
    .update(lengthPrefixed(t.clientId))
    .update(Buffer.from(t.nonce, 'hex'))
    .update(u64be(t.timestamp))
    .update(Buffer.from(t.clientNonce, 'hex'))
    .update(u64be(t.clientTime))
    .update(lengthPrefixed(t.channelBinding))
    .update(lengthPrefixed(t.challengeBody))
    .digest();
}

type KeyLabel = 'client-proof' | 'server-proof' | 'c2s-mac' | 's2c-mac' | 'seal';

/** HKDF-SHA256 (RFC 5869). 32 bytes are one round of it, and two HMACs cost a fifth of node's `hkdfSync`. */
function derive(secret: Buffer, label: KeyLabel, th: Buffer): Buffer {
  const pseudoRandomKey = createHmac('sha256', 'ops-auth-v2 extract').update(secret).digest();
  const info = `ops-auth-v2 ${label}\0`;
  return createHmac('sha256', pseudoRandomKey)
    .update(info, 'ascii')
    .update(th)
    .update('\x01', 'ascii')
    .digest();
}

/** P: what the client shows. */
export function clientProof(secret: Buffer, th: Buffer): string {
  return createHmac('sha256', derive(secret, 'client-proof', th))
    .update(th)
    .digest('hex');
}

/** SP: what the server shows. */
export function serverProof(secret: Buffer, th: Buffer): string {
  return createHmac('sha256', derive(secret, 'server-proof', th))
    .update(th)
    .digest('hex');
}

export function sessionKeys(secret: Buffer, th: Buffer): SessionKeys {
  return {
    clientToServer: createSecretKey(derive(secret, 'c2s-mac', th)),
    serverToClient: createSecretKey(derive(secret, 's2c-mac', th)),
  };
}

/** Encrypts the one secret a connection may carry (sealed.ts). */
export function sealingKey(secret: Buffer, th: Buffer): Buffer {
  return derive(secret, 'seal', th);
}

/** The MAC of a frame: HMAC-SHA256(key, u64be(seq) ‖ u32be(len body) ‖ body). 32 bytes. */
export function frameMac(key: KeyObject, seq: number, body: Buffer): Buffer {
  const head = Buffer.allocUnsafe(12);
  head.writeUInt32BE(Math.floor(seq / 0x1_0000_0000), 0);
  head.writeUInt32BE(seq >>> 0, 4);
  head.writeUInt32BE(body.length, 8);
  return createHmac('sha256', key).update(head).update(body).digest();
}

/** Compares two proofs of the same length in constant time; different lengths are simply unequal. */
export function equalProof(a: Buffer | string, b: Buffer | string): boolean {
  const left = typeof a === 'string' ? Buffer.from(a, 'ascii') : a;
  const right = typeof b === 'string' ? Buffer.from(b, 'ascii') : b;
  return left.length === right.length && timingSafeEqual(left, right);
}
