import { expect, it } from 'vitest';

import { plainAddress, throttleKey } from './client-address.ts';

it.each([
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['192.0.2.7', '192.0.2.7'],
  ['fe80::1%eth0', 'fe80::1'],
  ['2001:db8::1', '2001:db8::1'],
  ['', ''],
])('shows %s as %s', (text, shown) => expect(plainAddress(text)).toBe(shown));

it('counts an IPv4 address by itself and an IPv6 address by its /64', () => {
  expect(throttleKey('192.0.2.7')).not.toBe(throttleKey('192.0.2.8'));
  expect(throttleKey('::ffff:192.0.2.7')).toBe(throttleKey('192.0.2.7'));
  expect(throttleKey('2001:db8:1:2::1')).toBe(throttleKey('2001:db8:1:2:ffff::9'));
  expect(throttleKey('2001:db8:1:2::1')).not.toBe(throttleKey('2001:db8:1:3::1'));
});
