/**
 * A secret inside a frame: also over plain TCP only the two who proved themselves can read it. AES-256-GCM with a key
 * that belongs to this one connection (`sealingKey`) and seals once, so the nonce is twelve zero bytes.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';

import { s } from '../schema.ts';
import { WireError } from './wire-error.ts';

const NONCE = Buffer.alloc(12);
const TAG_BYTES = 16;
/** Plain text that is sealed: a key or a token. */
export const MAX_SEALED_BYTES = 256;

/** Cipher text and tag as lower-case hex. */
export const sealed = s.string({
  min: 2 * TAG_BYTES,
  max: 2 * (MAX_SEALED_BYTES + TAG_BYTES),
  pattern: /^(?:[0-9a-f]{2})+$/,
});

/** @param key of `sealingKey`; a second text must never be sealed with it */
export function seal(key: Buffer, text: string): string {
  const cipher = createCipheriv('aes-256-gcm', key, NONCE);
  return Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('hex');
}

/** @throws WireError when it was sealed with another key, or changed */
export function unseal(key: Buffer, box: string): string {
  const bytes = Buffer.from(box, 'hex');
  const decipher = createDecipheriv('aes-256-gcm', key, NONCE, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const plain = Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]);
    return plain.toString('utf8');
  } catch {
    throw new WireError('schema', 'a sealed value cannot be opened');
  }
}
