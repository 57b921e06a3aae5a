import { expect, test } from 'vitest';

import { parseLoad, parseUptime } from './load.ts';
import { parseMemory } from './memory.ts';
import { countProcesses } from './processes.ts';

test('used memory is what programs cannot have any more', () => {
  expect(parseMemory('MemTotal:  1000 kB\nMemFree:  100 kB\nMemAvailable:  400 kB\n')).toEqual({
    total_memory: 1_024_000,
    used_memory: 614_400,
  });
});

test('a kernel that does not say what is available is helped out', () => {
  const old =
    'MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 50 kB\nCached: 250 kB\nShmem: 20 kB\nSReclaimable: 20 kB\n';
  expect(parseMemory(old)).toEqual({ total_memory: 1_024_000, used_memory: 614_400 });
});

test('no swap is zero swap, an unknown one is absent', () => {
  expect(parseMemory('SwapTotal:  0 kB\nSwapFree:  0 kB\n')).toEqual({ total_swap: 0, used_swap: 0 });
  expect(parseMemory('SwapFree:  0 kB\n')).toEqual({});
});

test.each([
  ['nothing', ''],
  ['no unit', 'MemTotal: 1000\n'],
  ['a negative number', 'MemTotal: -1000 kB\n'],
  ['a number too large to be one', 'MemTotal: 99999999999999999999 kB\n'],
  ['more than a program can count', 'MemTotal: 999999999999999 kB\n'],
  ['the name within a line', 'xMemTotal: 1000 kB\n'],
])('%s gives no reading', (_, text) => {
  expect(parseMemory(text)).toEqual({});
});

test('more available than there is gives the total only', () => {
  expect(parseMemory('MemTotal: 10 kB\nMemAvailable: 20 kB')).toEqual({ total_memory: 10_240 });
});

test('load is three numbers or nothing', () => {
  expect(parseLoad('0.52 1.00 12.59 2/1187 91823\n')).toEqual([0.52, 1, 12.59]);
  for (const text of ['', '0.52 1.00', 'a b c d', '0.52 -1 2 x', 'NaN NaN NaN', '1e3 2 3 4']) {
    expect(parseLoad(text)).toBeUndefined();
  }
});

test('uptime is whole seconds or nothing', () => {
  expect(parseUptime('223411.87 884103.92\n')).toBe(223_411);
  expect(parseUptime('223411\n')).toBe(223_411);
  for (const text of ['', 'up 3 days', '-1.0 2']) expect(parseUptime(text)).toBeUndefined();
});

test('processes are the numbered entries of /proc', () => {
  expect(countProcesses(['1', '42', '91823', 'self', 'thread-self', 'acpi', 'sys', '0'])).toBe(3);
});
