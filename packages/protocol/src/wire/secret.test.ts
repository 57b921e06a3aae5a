import { expect, it } from 'vitest';

import { weakSecret } from './secret.ts';

it.each([
  'your-secret',
  'your-shared-secret',
  'test-secret-123',
  'wrong-secret-456',
  'Your_Secret',
  'your-token-here',
  'CHANGE-ME',
])('%s is called a placeholder', (secret) => expect(weakSecret(secret)).toBe('a placeholder from a manual'));

it('31 bytes are weak, 32 are not', () => {
  const text = 'abcdefghijklmnopqrstuvwxyz012345';
  expect(weakSecret(text.slice(0, 31))).toBe('shorter than 32 bytes');
  expect(weakSecret(text)).toBeUndefined();
  expect(weakSecret('')).toBe('shorter than 32 bytes');
});

it('bytes are counted, not characters', () => {
  expect(weakSecret('密钥由文字组成也可以很长哦')).toBeUndefined();
});

it('a long row of the same few characters is weak', () => {
  expect(weakSecret('0'.repeat(64))).toBe('made of too few different characters');
});

it('what openssl rand -hex 32 prints is strong', () => {
  expect(weakSecret('8b958c91ac8295977c00c26336dc3e7b7cc4dd2ac39dcfc8f2a3250de495926c')).toBeUndefined();
});

it('the answer never holds the secret', () => {
  for (const secret of ['hunter2-hunter2', 'your-secret', 'z'.repeat(40)])
    expect(weakSecret(secret)).not.toContain(secret);
});
