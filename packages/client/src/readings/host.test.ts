import { describe, expect, test } from 'vitest';

import { listAddresses } from './addresses.ts';
import { parseCpuModel } from './cpu-model.ts';
import { parseOsRelease } from './host.ts';

const v4 = (address: string, internal = false) => ({ address, family: 'IPv4', internal });
const v6 = (address: string, internal = false) => ({ address, family: 'IPv6', internal });

describe('addresses', () => {
  test('come without loopback, IPv4 first, link-local last, each once', () => {
    const interfaces = {
      lo: [v4('127.0.0.1', true), v6('::1', true)],
      eth0: [v6('fe80::1'), v6('2001:db8::5'), v4('192.0.2.7')],
      eth1: [v4('169.254.10.1'), v4('198.51.100.3'), v4('192.0.2.7')],
      gone: undefined,
    };
    expect(listAddresses(interfaces)).toEqual([
      '192.0.2.7',
      '198.51.100.3',
      '2001:db8::5',
      '169.254.10.1',
      'fe80::1',
    ]);
  });

  test('are never more than the protocol carries', () => {
    const many = Array.from({ length: 300 }, (_, i) => v4(`10.0.${i >> 8}.${i & 255}`));
    expect(listAddresses({ eth0: many })).toHaveLength(256);
  });
});

describe('os-release', () => {
  test('is read with and without quotes', () => {
    const text = '# comment\nNAME="Rocky \\"Linux\\""\nVERSION_ID=9.4\nID=\'rocky\'\n\nbroken line\nEMPTY=\n';
    expect([...parseOsRelease(text)]).toEqual([
      ['NAME', 'Rocky "Linux"'],
      ['VERSION_ID', '9.4'],
      ['ID', 'rocky'],
    ]);
  });
});

describe('the processor', () => {
  test.each([
    ['x86', 'processor\t: 0\nmodel\t\t: 142\nmodel name\t: Intel(R)  Xeon(R) CPU\n', 'Intel(R) Xeon(R) CPU'],
    [
      'a Raspberry Pi',
      'CPU implementer\t: 0x41\nCPU part\t: 0xd08\nModel\t\t: Raspberry Pi 4\n',
      'Cortex-A72',
    ],
    [
      'ARM with large and small cores',
      'CPU implementer\t: 0x41\nCPU part\t: 0xd03\n\nCPU implementer\t: 0x41\nCPU part\t: 0xd09\n',
      'Cortex-A53 + Cortex-A73',
    ],
    ['an ARM core nobody listed', 'CPU implementer\t: 0x99\nCPU part\t: 0x123\n', 'ARM 99 123'],
    [
      'POWER',
      'processor\t: 0\ncpu\t\t: POWER9, altivec supported\nmodel\t\t: 9006\n',
      'POWER9, altivec supported',
    ],
    ['RISC-V', 'processor\t: 0\nisa\t\t: rv64imafdc\nuarch\t\t: sifive,u74-mc\n', 'sifive,u74-mc'],
    ['MIPS', 'system type\t\t: MediaTek MT7621\ncpu model\t\t: MIPS 1004Kc V2.15\n', 'MIPS 1004Kc V2.15'],
  ])('is named on %s', (_, cpuinfo, model) => {
    expect(parseCpuModel(cpuinfo)).toBe(model);
  });

  test('is absent when the file tells nothing, and cut when it tells too much', () => {
    expect(parseCpuModel('')).toBeUndefined();
    expect(parseCpuModel('processor\t: 0\n')).toBeUndefined();
    expect(parseCpuModel(`model name\t: ${'x'.repeat(400)}`)).toHaveLength(256);
  });
});
