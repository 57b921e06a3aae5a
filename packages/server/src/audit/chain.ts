/**
 * The chain of the audit trail. Each row's hash covers the row and the hash before it:
 *
 *   hash(n) = SHA-256(canonical JSON of row n without its hash, with prev = hash(n-1))        prev of row 1 is 64 zeros
 *
 * so a row that is altered, removed or swapped breaks the chain at its place. Whoever can write the database could
 * compute all later hashes anew; anchors stop that: HMACs over (seq, hash) with a key that is in no database.
 */
import { createHmac, hash as digest, hkdfSync, timingSafeEqual } from 'node:crypto';

import { canonicalJson } from './canonical.ts';

/** A row as it is stored. `detail` is canonical JSON text, and is hashed as text. */
export interface AuditRow {
  readonly seq: number;
  readonly at_ms: number;
  readonly actor: string;
  readonly role: string;
  readonly address: string;
  readonly action: string;
  readonly target: string;
  readonly detail: string;
  readonly outcome: string;
  readonly prev: string;
  readonly hash: string;
}

export interface Anchor {
  readonly seq: number;
  readonly hash: string;
  readonly hmac: string;
  readonly at_ms: number;
}

type StoredRow = Readonly<Record<string, unknown>>;

/** What is of another type than it should be becomes text or NaN, which no hash fits. */
export function rowFrom(stored: StoredRow): AuditRow {
  const text = (key: keyof AuditRow): string => String(stored[key]);
  return {
    seq: Number(stored['seq']),
    at_ms: Number(stored['at_ms']),
    actor: text('actor'),
    role: text('role'),
    address: text('address'),
    action: text('action'),
    target: text('target'),
    detail: text('detail'),
    outcome: text('outcome'),
    prev: text('prev'),
    hash: text('hash'),
  };
}

export function anchorFrom(stored: StoredRow): Anchor {
  return {
    seq: Number(stored['seq']),
    hash: String(stored['hash']),
    hmac: String(stored['hmac']),
    at_ms: Number(stored['at_ms']),
  };
}

export const FIRST_PREV = '0'.repeat(64);

/** So many rows at most have no anchor over them yet. */
export const ANCHOR_EVERY_ROWS = 100;

/** @returns hex */
export function hashOf(row: Omit<AuditRow, 'hash'>): string {
  const { action, actor, address, at_ms, detail, outcome, prev, role, seq, target } = row;
  // In the order of canonical JSON: every result of a command waits for this.
  const content = { action, actor, address, at_ms, detail, outcome, prev, role, seq, target };
  return digest('sha256', canonicalJson(content), 'hex');
}

/** @param key content of the key file. @returns hex */
export function hmacOf({ seq, hash, at_ms }: Omit<Anchor, 'hmac'>, key: Uint8Array): string {
  const purpose = Buffer.from(hkdfSync('sha256', key, '', 'ops audit anchor v1', 32));
  return createHmac('sha256', purpose).update(canonicalJson({ seq, hash, at_ms })).digest('hex');
}

export function isAnchoredBy(anchor: Anchor, key: Uint8Array): boolean {
  const expected = Buffer.from(hmacOf(anchor, key), 'hex');
  const found = Buffer.from(anchor.hmac, 'hex');
  return found.length === expected.length && timingSafeEqual(found, expected);
}
