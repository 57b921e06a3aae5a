import { describe, expect, test } from 'vitest';

import { en as enWords } from './en.ts';
import { NONE, createFormat } from './format.ts';
import { zh as zhWords } from './zh.ts';

const zh = createFormat('zh', zhWords, 'Asia/Shanghai');
const en = createFormat('en', enWords, 'Europe/Berlin');
const KIB = 1024;
const GIB = 1024 ** 3;
const NOON = Date.UTC(2026, 10, 23, 6, 3, 22);

test('a moment of another day names the day', () => {
  const now = NOON + 3_600_000;
  const before = NOON - 24 * 3_600_000;
  expect([zh.moment(NOON, now), zh.moment(before, now)]).toEqual(['14:03', '11/22 14:03']);
  expect([en.moment(NOON, now), en.moment(before, now)]).toEqual(['07:03', 'Nov 22, 07:03']);
});

describe('sizes and rates', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 KiB'],
    [10.25 * KIB, '10.3 KiB'],
    [312.4 * KIB, '312 KiB'],
    [1008 * KIB, '1 MiB'],
    [16_777_216_000, '15.6 GiB'],
    [2 ** 60, '1,024 PiB'],
  ])('%d bytes are %s', (bytes, words) => {
    expect(en.bytes(bytes)).toBe(words);
  });

  test('a part is told in the unit of the whole', () => {
    expect(zh.bytesOf(0.5 * GIB, 16 * GIB)).toBe('0.5 / 16 GiB');
  });

  test('what is absent is a dash, never zero', () => {
    for (const words of [
      zh.bytes(undefined),
      zh.rate(undefined),
      zh.percent(undefined),
      zh.load(undefined),
    ]) {
      expect(words).toBe(NONE);
    }
    expect(zh.bytesOf(undefined, undefined)).toBe(NONE);
    expect(zh.bytesOf(undefined, GIB)).toBe('1 GiB');
    expect(zh.rate(0)).toBe('0 B/s');
  });
});

test.each([
  [0, '0%'],
  [0.04, '0.0%'],
  [3.27, '3.3%'],
  [9.96, '10%'],
  [99.4, '99%'],
  [100, '100%'],
])('a share of %d reads %s', (value, words) => {
  expect(en.percent(value)).toBe(words);
});

describe('time', () => {
  test.each([
    [0, '刚刚', 'just now'],
    [3000, '3 秒前', '3s ago'],
    [59_999, '59 秒前', '59s ago'],
    [60_000, '1 分钟前', '1m ago'],
    [2 * 3_600_000, '2 小时前', '2h ago'],
    [5 * 86_400_000, '5 天前', '5d ago'],
    [-4000, '刚刚', 'just now'],
  ])('%d ms ago is %s / %s', (span, chinese, english) => {
    expect(zh.ago(NOON - span, NOON)).toBe(chinese);
    expect(en.ago(NOON - span, NOON)).toBe(english);
  });

  test.each([
    [0, '0 秒', '0s'],
    [65_000, '1 分钟 5 秒', '1m 5s'],
    [3_600_000, '1 小时', '1h'],
    [(3 * 24 + 4) * 3_600_000 + 59_000, '3 天 4 小时', '3d 4h'],
  ])('%d ms last %s / %s', (span, chinese, english) => {
    expect(zh.duration(span)).toBe(chinese);
    expect(en.duration(span)).toBe(english);
  });

  test('the exact time names its zone', () => {
    expect(zh.exact(NOON)).toBe('2026/11/23 14:03:22 GMT+8');
    expect(en.exact(NOON)).toBe('Nov 23, 2026 07:03:22 GMT+1');
    expect(zh.clockTime(NOON)).toBe('14:03:22');
    expect(en.exactMinute(NOON)).toBe('Nov 23, 2026 07:03');
    expect([zh.day(NOON), en.day(NOON)]).toEqual(['11月23日', 'Nov 23']);
  });

  test('a countdown never shows less than nothing', () => {
    expect(zh.countdown(245_001)).toBe('4:06');
    expect(zh.countdown(-1)).toBe('0:00');
  });
});
