import { createPrivateKey, generateKeyPairSync } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { isSignedBy, makeSigningKey, readSigningKey } from './ed25519.ts';

// RFC 8032, section 7.1, test 2.
const SEED = '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb';
const PUBLIC = '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c';
const SIGNATURE =
  '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00';

const pemOf = (seed: string): string =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(seed, 'hex')]),
    format: 'der',
    type: 'pkcs8',
  }).export({ type: 'pkcs8', format: 'pem' });

describe('a signature', () => {
  it('is that of RFC 8032', () => {
    const key = readSigningKey(pemOf(SEED))!;
    expect(key.publicKey).toBe(`ed25519:${Buffer.from(PUBLIC, 'hex').toString('base64url')}`);
    expect(Buffer.from(key.sign('r'), 'base64').toString('hex')).toBe(SIGNATURE);
    expect(isSignedBy(key.publicKey, 'r', key.sign('r'))).toBe(true);
  });

  it('holds for one text and one key only', () => {
    const [one, other] = [readSigningKey(makeSigningKey())!, readSigningKey(makeSigningKey())!];
    const signature = one.sign('text');
    expect(isSignedBy(one.publicKey, 'text', signature)).toBe(true);
    expect(isSignedBy(one.publicKey, 'texts', signature)).toBe(false);
    expect(isSignedBy(other.publicKey, 'text', signature)).toBe(false);
    const changed = Buffer.from(signature, 'base64');
    changed[3]! ^= 1;
    expect(isSignedBy(one.publicKey, 'text', changed.toString('base64'))).toBe(false);
  });

  it('is none where the key or the signature is something else', () => {
    const { publicKey, sign } = readSigningKey(makeSigningKey())!;
    expect(isSignedBy(publicKey, 'text', '')).toBe(false);
    expect(isSignedBy(`rsa:${publicKey.slice(8)}`, 'text', sign('text'))).toBe(false);
    expect(isSignedBy('ed25519:AAAA', 'text', sign('text'))).toBe(false);
  });
});

it('a key of another kind, or no key, is not taken', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  expect(readSigningKey(rsa.export({ type: 'pkcs8', format: 'pem' }))).toBeUndefined();
  expect(readSigningKey('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n')).toBeUndefined();
  expect(readSigningKey('')).toBeUndefined();
});
