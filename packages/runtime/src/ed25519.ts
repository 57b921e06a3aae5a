/**
 * Signatures with Ed25519 (RFC 8032), and keys as a person keeps them: the private one as PEM (PKCS 8) in a file of its
 * own, the public one as `ed25519:` and 32 bytes in base64url.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

const NAME = 'ed25519:';

export interface SigningKey {
  /** `ed25519:…` */
  readonly publicKey: string;
  /** @returns 64 bytes, base64 */
  readonly sign: (text: string) => string;
}

/** A new private key, PEM. */
export function makeSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
}

/** @returns undefined when it is no private key of this kind */
export function readSigningKey(pem: string | Buffer): SigningKey | undefined {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    // Without the cause: nothing of a private key is told.
    return undefined;
  }
  const { crv, x } =
    key.asymmetricKeyType === 'ed25519' ? createPublicKey(key).export({ format: 'jwk' }) : {};
  if (crv !== 'Ed25519' || x === undefined) return undefined;
  return { publicKey: `${NAME}${x}`, sign: (text) => sign(null, Buffer.from(text), key).toString('base64') };
}

/** Whether this key signed this text. False also for what is no key or no signature. */
export function isSignedBy(publicKey: string, text: string, signature: string): boolean {
  if (!publicKey.startsWith(NAME)) return false;
  try {
    const x = publicKey.slice(NAME.length);
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}
