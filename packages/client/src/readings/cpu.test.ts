import { describe, expect, test } from 'vitest';

import { createCpuSource, parseCpu } from './cpu.ts';

function readings(...texts: (string | undefined)[]) {
  const left = [...texts];
  const source = createCpuSource(() => left.shift(), '/proc/stat');
  return texts.map((_, i) => source.read(i * 3_000));
}

describe('usage', () => {
  test('is absent in the first sample and the busy share of all time afterwards', () => {
    const [first, second] = readings(
      'cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 100 0 100 800 0 0 0 0 0 0\n',
      'cpu  150 0 150 1700 0 0 0 0 0 0\ncpu0 150 0 150 1700 0 0 0 0 0 0\n',
    );
    expect(first).toEqual({});
    expect(second).toEqual({ cpu_usage: 10, cpu_core_usage: [10] });
  });

  test('does not count waiting for a disk, counts time stolen by the hypervisor, and guests once', () => {
    const [, sample] = readings('cpu  0 0 0 0 0 0 0 0 0 0\n', 'cpu  20 0 0 50 20 0 0 10 20 0\n');
    expect(sample).toEqual({ cpu_usage: 30 });
  });

  test('is told with one decimal', () => {
    const [, sample] = readings('cpu  0 0 0 0\n', 'cpu  1 0 0 2\n');
    expect(sample).toEqual({ cpu_usage: 33.3 });
  });

  test('is absent when a counter went back or no time went by, and never above 100', () => {
    const [, back, still, over] = readings(
      'cpu  50 0 0 50 10\n',
      'cpu  40 0 0 90 10\n',
      'cpu  40 0 0 90 10\n',
      'cpu  60 0 0 90 5\n',
    );
    expect(back).toEqual({});
    expect(still).toEqual({});
    expect(over).toEqual({ cpu_usage: 100 });
  });

  test('of the cores is left out while one of them is new', () => {
    const one = 'cpu  0 0 0 0\ncpu0 0 0 0 0\n';
    const two = 'cpu  1 0 0 1\ncpu0 1 0 0 1\ncpu1 1 0 0 1\n';
    const later = 'cpu  2 0 0 2\ncpu0 2 0 0 2\ncpu1 1 0 0 2\n';
    const [, fresh, known] = readings(one, two, later);
    expect(fresh).toEqual({ cpu_usage: 50 });
    expect(known).toEqual({ cpu_usage: 50, cpu_core_usage: [50, 0] });
  });

  test('is absent while the file cannot be read', () => {
    expect(readings('cpu  1 0 0 1\n', undefined, 'cpu  2 0 0 2\n')).toEqual([{}, {}, { cpu_usage: 50 }]);
  });
});

describe('malformed text', () => {
  test.each([
    ['nothing', ''],
    ['another file', 'MemTotal: 1 kB\n'],
    ['too few columns', 'cpu  1 2 3\n'],
    ['letters', 'cpu  a b c d\n'],
    ['negative numbers', 'cpu  -1 2 3 4\n'],
    ['a number too long for a counter', `cpu  ${'9'.repeat(40)} 2 3 4\n`],
    ['a core without a number', 'cpux 1 2 3 4\n'],
    ['an end in the middle', 'cpu'],
  ])('%s gives nothing', (_, text) => {
    expect(parseCpu(text)).toEqual({ all: undefined, cores: new Map() });
  });

  test('a broken line costs that line only', () => {
    const { all, cores } = parseCpu('cpu  1 1 1 1\ncpu0 1 x 1 1\ncpu1 1 1 1 1');
    expect(all).toEqual({ busy: 3, total: 4 });
    expect([...cores.keys()]).toEqual([1]);
  });
});
