import { describe, expect, test } from 'vitest';

import {
  fitWindow,
  MAX_WINDOW_MS,
  MIN_WINDOW_MS,
  moveWindow,
  RANGE_NAMES,
  RANGES,
  readHostSearch,
  windowOf,
  zoomWindow,
} from './host-search.ts';

const NEWEST = 1_800_000_000_000;
const HOUR = 3_600_000;

describe('the address', () => {
  test('keeps a range and a window', () => {
    const search = { range: '6h', from: '1000000', to: String(1_000_000 + HOUR) };
    expect(readHostSearch(search)).toEqual(search);
    expect(windowOf(readHostSearch(search))).toEqual({ from: 1_000_000, to: 1_000_000 + HOUR });
    expect(windowOf(readHostSearch({ range: '7d' }))).toBeUndefined();
  });

  test.each([
    ['an unknown range', { range: '2h' }],
    ['a window without an end', { from: '1000' }],
    ['one that ends before it begins', { from: '9000000', to: '1000' }],
    ['one that is too short', { from: '0', to: String(MIN_WINDOW_MS - 1) }],
    ['one that is too long', { from: '0', to: String(MAX_WINDOW_MS + 1) }],
    ['what is no number', { from: '1e3', to: '9000000' }],
  ])('does without %s', (_what, raw) => {
    expect(readHostSearch(raw)).toEqual({});
  });

  test('takes the shortest and the longest window', () => {
    for (const to of [MIN_WINDOW_MS, MAX_WINDOW_MS])
      expect(readHostSearch({ from: '0', to: String(to) })).toEqual({ from: '0', to: String(to) });
  });
});

test('ranges are named from the shortest to the longest, each once', () => {
  expect(RANGE_NAMES.toSorted((a, b) => RANGES[a] - RANGES[b])).toEqual(RANGE_NAMES);
  expect(RANGE_NAMES.toSorted()).toEqual(Object.keys(RANGES).toSorted());
});

describe('a window', () => {
  const window = { from: NEWEST - 10 * HOUR, to: NEWEST - 9 * HOUR };

  test('is zoomed around its middle or around a moment, which stays where it is', () => {
    expect(zoomWindow(window, 0.5, NEWEST)).toEqual({
      from: window.from + HOUR / 4,
      to: window.to - HOUR / 4,
    });
    expect(zoomWindow(window, 2, NEWEST, window.from)).toEqual({ from: window.from, to: window.to + HOUR });
  });

  test('moves by a share of its length, and never past the newest', () => {
    expect(moveWindow(window, -0.5, NEWEST)).toEqual({
      from: window.from - HOUR / 2,
      to: window.to - HOUR / 2,
    });
    expect(moveWindow(window, 20, NEWEST)).toEqual({ from: NEWEST - HOUR, to: NEWEST });
  });

  test('is at least and at most so long', () => {
    const { from, to } = fitWindow({ from: 5 * HOUR, to: 5 * HOUR + 1000 }, NEWEST);
    expect(to - from).toBe(MIN_WINDOW_MS);
    const whole = zoomWindow(window, 10_000, NEWEST);
    expect(whole).toEqual({ from: NEWEST - MAX_WINDOW_MS, to: NEWEST });
  });
});
