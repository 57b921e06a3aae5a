import { expect, it } from 'vitest';

import { secretFingerprint } from './secret-fingerprint.ts';

it('is short, the same on both sides, and another for another secret', () => {
  const shown = secretFingerprint('test-secret-123');
  expect(shown).toMatch(/^[0-9a-f]{4}-[0-9a-f]{4}$/);
  expect(secretFingerprint('test-secret-123')).toBe(shown);
  expect(secretFingerprint('test-secret-124')).not.toBe(shown);
});

it('stays the same from release to release', () => {
  expect(secretFingerprint('a')).toBe('4ee7-a1c4');
});
