import { describe, expect, it } from 'vitest';

import { addressFilter, isLoopback, parseIp, parseRange } from './ip-address.ts';

describe('addresses', () => {
  it('of version 4 are four numbers without leading zeros', () => {
    expect(parseIp('10.0.0.1')).toEqual({ bits: 32, value: 0x0a00_0001n });
    expect(parseIp('255.255.255.255')).toEqual({ bits: 32, value: 0xffff_ffffn });
    expect(
      ['256.0.0.1', '1.2.3', '1.2.3.4.5', '01.2.3.4', '1.2.3.4 ', '0x7f.0.0.1', '2130706433', ''].filter(
        (text) => parseIp(text) !== undefined,
      ),
    ).toEqual([]);
  });

  it('of version 6 are eight groups, of which one run may be left out', () => {
    expect(parseIp('::1')).toEqual({ bits: 128, value: 1n });
    expect(parseIp('::')).toEqual({ bits: 128, value: 0n });
    expect(parseIp('2001:DB8::8:800:200c:417a')).toEqual(parseIp('2001:db8:0:0:8:800:200C:417A'));
    expect(parseIp('1:2:3:4:5:6:7::')).toEqual(parseIp('1:2:3:4:5:6:7:0'));
    expect(
      [
        ':::',
        '1::2::3',
        '1:2:3:4:5:6:7',
        '1:2:3:4:5:6:7:8:9',
        '1:2:3:4:5:6:7:8::',
        '12345::',
        '::g',
        '[::1]',
        'fe80::1%eth0',
        '1.2.3.4::',
      ].filter((text) => parseIp(text) !== undefined),
    ).toEqual([]);
  });

  it('of version 4 inside version 6 are those of version 4', () => {
    expect(parseIp('::ffff:10.0.0.1')).toEqual(parseIp('10.0.0.1'));
    expect(parseIp('::ffff:a00:1')).toEqual(parseIp('10.0.0.1'));
    expect(parseIp('::10.0.0.1')?.bits).toBe(128);
  });
});

describe('ranges', () => {
  it('are one address, or those with the same first bits', () => {
    const inside = addressFilter(['10.0.0.0/8', '192.168.1.7', '2001:db8::/33', '::ffff:172.16.0.0/108']);
    const expected = {
      '10.255.255.255': true,
      '11.0.0.0': false,
      '192.168.1.7': true,
      '192.168.1.8': false,
      '::ffff:10.1.2.3': true,
      '2001:db8:7fff::1': true,
      '2001:db8:8000::1': false,
      '172.31.255.255': true,
      '172.32.0.0': false,
      'not an address': false,
    };
    expect(Object.fromEntries(Object.keys(expected).map((address) => [address, inside(address)]))).toEqual(
      expected,
    );
    expect(addressFilter(['0.0.0.0/0'])('::1')).toBe(false);
    expect(addressFilter(['::/0'])('2001:db8::1')).toBe(true);
    expect(addressFilter([])('127.0.0.1')).toBe(false);
  });

  it('are refused with a prefix that is none', () => {
    expect(
      [
        '10.0.0.0/33',
        '::/129',
        '10.0.0.0/',
        '10.0.0.0/8/8',
        '10.0.0.0/-1',
        'host/8',
        '/8',
        '::ffff:10.0.0.0/95',
      ].filter((text) => parseRange(text) !== undefined),
    ).toEqual([]);
    expect(parseRange('10.0.0.0/32')?.prefix).toBe(32);
    expect(parseRange('::/128')?.prefix).toBe(128);
  });
});

describe('loopback', () => {
  it('is 127.0.0.0/8, ::1 and localhost', () => {
    expect(
      ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', 'localhost', 'LOCALHOST'].map(isLoopback),
    ).not.toContain(false);
    expect(['0.0.0.0', '::', '10.0.0.1', 'localhost.example.com', '126.0.0.1'].map(isLoopback)).not.toContain(
      true,
    );
  });
});
