/**
 * The key all enrolment hangs on: 32 random bytes in `<dataDir>/enrolment-key`, used for nothing else. Every token and
 * every key of a client is derived from it and from what the database holds about them, so the database, and every copy
 * of it, holds nothing that lets anybody in (docs/decisions/0008-enrolment.md).
 *
 *   token secret = HKDF-SHA256(key, salt "ops-enrolment-v1", "token\0" ‖ token id)
 *   client key   = HKDF-SHA256(key, salt "ops-enrolment-v1", "client\0" ‖ client id ‖ "\0" ‖ generation ‖ "\0" ‖ salt of the row)
 */
import { hkdfSync } from 'node:crypto';
import { join } from 'node:path';

import { readPrivateFile, UnsafeFile } from '@ops/runtime/private-file.ts';
import type { Random } from '@ops/runtime/random.ts';
import { readOrCreatePrivateFile } from '@ops/runtime/safe-file.ts';

export const ENROLMENT_KEY_FILE = 'enrolment-key';
const KEY_BYTES = 32;
const KEY_PATTERN = /^[0-9a-f]{64}$/;

export interface EnrolmentKey {
  /** The token with this id, as a person copies it. */
  token(id: string): string;
  /** 64 hex digits. @param salt of the row: a generation that is given out again is another key */
  clientKey(clientId: string, generation: number, salt: string): string;
  /** Tells this key from another one without telling anything about it. */
  readonly fingerprint: string;
}

export function createEnrolmentKey(bytes: Buffer): EnrolmentKey {
  const derive = (info: string): Buffer =>
    Buffer.from(hkdfSync('sha256', bytes, 'ops-enrolment-v1', info, KEY_BYTES));
  return {
    token: (id) => `ops1.${id}.${derive(`token\0${id}`).toString('base64url')}`,
    clientKey: (clientId, generation, salt) =>
      derive(`client\0${clientId}\0${generation}\0${salt}`).toString('hex'),
    fingerprint: derive('fingerprint').toString('hex').slice(0, 32),
  };
}

function isMissing(error: unknown): boolean {
  const cause = error instanceof UnsafeFile ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}

/** The key that is there, else a fresh one. @throws UnsafeFile when others can read it, or it is no key */
export async function openEnrolmentKey(dataDir: string, random: Random): Promise<EnrolmentKey> {
  const path = join(dataDir, ENROLMENT_KEY_FILE);
  const found = await readPrivateFile(path, { maxBytes: 2 * KEY_BYTES + 2 }).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  const fresh = (): string => `${random.bytes(KEY_BYTES).toString('hex')}\n`;
  const text = found?.toString('utf8') ?? (await readOrCreatePrivateFile(path, fresh)).text;
  const hex = text.replace(/\n$/, '');
  if (!KEY_PATTERN.test(hex)) {
    throw new UnsafeFile(
      path,
      'is not a key of 64 hex digits: put back the one that belongs to the database',
    );
  }
  return createEnrolmentKey(Buffer.from(hex, 'hex'));
}
