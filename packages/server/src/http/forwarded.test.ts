import { describe, expect, it } from 'vitest';

import { createForwardedRule } from './forwarded.ts';

describe('S-29 the address of a request', () => {
  it.each([
    ['nobody is trusted', '127.0.0.1', '192.0.2.1', [], '127.0.0.1'],
    ['another proxy is trusted', '127.0.0.1', '192.0.2.1', ['10.0.0.0/8'], '127.0.0.1'],
    ['the proxy is trusted', '127.0.0.1', '192.0.2.1', ['127.0.0.1'], '192.0.2.1'],
    ['the socket is IPv4 in IPv6', '::ffff:127.0.0.1', '192.0.2.1', ['127.0.0.1'], '192.0.2.1'],
    ['the left is made up', '127.0.0.1', '6.6.6.6, 192.0.2.1', ['127.0.0.0/8'], '192.0.2.1'],
    [
      'two proxies are trusted',
      '127.0.0.1',
      '6.6.6.6, 192.0.2.1, 10.0.0.9',
      ['127.0.0.1', '10.0.0.0/8'],
      '192.0.2.1',
    ],
    ['all hops are trusted', '127.0.0.1', '10.0.0.8, 10.0.0.9', ['127.0.0.1', '10.0.0.0/8'], '10.0.0.8'],
    ['there is a port', '127.0.0.1', '192.0.2.1:4711', ['127.0.0.1'], '192.0.2.1'],
    ['there is a port behind IPv6', '127.0.0.1', '[2001:db8::1]:4711', ['127.0.0.1'], '2001:db8::1'],
    ['the hop is nonsense', '127.0.0.1', '6.6.6.6, nonsense', ['127.0.0.1'], '127.0.0.1'],
    ['there is no hop', '127.0.0.1', '', ['127.0.0.1'], '127.0.0.1'],
  ])('when %s', (_what, peer, forwarded, trusted, expected) => {
    const rule = createForwardedRule(trusted);
    expect(rule.origin(peer, false, { 'x-forwarded-for': forwarded }).address).toBe(expected);
  });

  it.each([
    // The manual's nginx sets X-Real-IP and passes on what somebody wrote into the other.
    ['X-Real-IP alone', '192.0.2.1', undefined, '192.0.2.1'],
    ['X-Real-IP alone, IPv6', '2001:db8::1', undefined, '2001:db8::1'],
    ['X-Real-IP that is no address', 'nonsense', undefined, '127.0.0.1'],
    ['both, alike', '192.0.2.1', '192.0.2.1', '192.0.2.1'],
    ['both, with more before', '192.0.2.1', '6.6.6.6, 192.0.2.1', '192.0.2.1'],
    ['both, of the edge behind another proxy', '192.0.2.1', '192.0.2.1, 10.0.0.9', '192.0.2.1'],
    ['both, of the last proxy', '10.0.0.9', '192.0.2.1, 10.0.0.9', '192.0.2.1'],
    ['both, contradicting each other', '192.0.2.1', '6.6.6.6', '127.0.0.1'],
    ['both, contradicting each other the other way', '6.6.6.6', '192.0.2.1', '127.0.0.1'],
  ])('by %s', (_what, real, forwarded, expected) => {
    const headers = { 'x-real-ip': real, ...(forwarded !== undefined && { 'x-forwarded-for': forwarded }) };
    const rule = createForwardedRule(['127.0.0.1', '10.0.0.0/8']);
    expect(rule.origin('127.0.0.1', false, headers).address).toBe(expected);
    expect(createForwardedRule([]).origin('127.0.0.1', false, headers).address).toBe('127.0.0.1');
  });

  it('is not looked for through an endless chain', () => {
    const rule = createForwardedRule(['10.0.0.0/8']);
    const chain = Array.from({ length: 100 }, () => '10.0.0.1').join(',');
    expect(rule.origin('10.0.0.1', false, { 'x-forwarded-for': `192.0.2.1,${chain}` }).address).toBe(
      '10.0.0.1',
    );
  });
});

describe('a request came over TLS', () => {
  it.each([
    ['when its socket did', false, true, undefined, true],
    ['when a trusted proxy says so', true, false, 'https', true],
    ['by the word of the last proxy', true, false, 'https, http', false],
    ['not when anybody says so', false, false, 'https', false],
  ])('%s', (_what, trusted, tls, proto, secure) => {
    const rule = createForwardedRule(trusted ? ['127.0.0.1'] : []);
    const headers = proto === undefined ? {} : { 'x-forwarded-proto': proto };
    expect(rule.origin('127.0.0.1', tls, headers).secure).toBe(secure);
  });
});
