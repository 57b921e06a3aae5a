import { MAX_PASSWORD, MIN_PASSWORD } from '@ops/protocol/http/auth.ts';
import { describe, expect, it } from 'vitest';

import { COMMON_PASSWORDS, COMMON_PIECES, RUNS } from './common-passwords.ts';
import { passwordFault } from './password-rules.ts';

/** Unpredictable, of exactly so many characters. */
function ofLength(length: number): string {
  return 'k7#Vq9!mZx2@Lw5&'.repeat(10).slice(0, 16) + 'éüøñß漢字仮名ab'.repeat(20).slice(0, length - 16);
}

describe('a new password', () => {
  it.each([
    'plum-Tractor_91 violin',
    'k7#Vq9!mZx2@',
    'wandering albatross over reykjavik',
    '床前明月光疑是地上霜举头望',
    'Xq-admin-81-vorpal-blade',
    'zz8Kd0-pQ4mT',
  ])('may be %s', (password) => expect(passwordFault(password, 'admin')).toBeUndefined());

  it.each([
    'password1234',
    'P@ssw0rd2026!',
    'Admin123Admin123',
    'administrator1',
    'adminadminadmin',
    'aaaaaaaaaaaa',
    'abcabcabcabcabc',
    'xK9xK9xK9xK9xK9',
    '123456789012',
    '098765432109876',
    'qwertyuiop123',
    '1qaz2wsx3edc4rfv',
    'asdfghjklzxcvbnm',
    'Welcome2026!!',
    'letmeinplease',
    'ThisIsMyPassword1',
    'correcthorsebatterystaple',
    'ops-server-2026',
    'Summer2026Winter',
    'woaizhongguo',
    'changeme-123456',
  ])('may not be %s: everybody tries that', (password) =>
    expect(passwordFault(password, 'someone')).toBe('too_common'),
  );

  it('may not be made of the name of its user', () => {
    expect(passwordFault('Wilhelmina-12', 'wilhelmina')).toBe('too_common');
    expect(passwordFault('Wilhelmina-12', 'someone')).toBeUndefined();
  });

  it('has 12 to 128 characters, as a person counts them', () => {
    expect(passwordFault('k7#Vq9!mZx2', 'admin')).toBe('too_short');
    expect(passwordFault('k7#Vq9!mZx2@', 'admin')).toBeUndefined();
    expect('k7#Vq9!mZx2@').toHaveLength(MIN_PASSWORD);
    expect(passwordFault(ofLength(MAX_PASSWORD), 'admin')).toBeUndefined();
    expect(passwordFault(ofLength(MAX_PASSWORD + 1), 'admin')).toBe('too_long');
    expect(passwordFault('🦊🐝🌵🚲🎻🧭🪁🍉', 'admin')).toBe('too_short');
  });
});

it('the list is lower case, without doubles, and its passwords are long enough to matter', () => {
  for (const text of [...COMMON_PASSWORDS, ...COMMON_PIECES, ...RUNS]) expect(text).toBe(text.toLowerCase());
  expect(new Set(COMMON_PIECES).size).toBe(COMMON_PIECES.length);
});
