import { describe, expect, test } from 'vitest';

import { linePath, nearest, runs } from './sparkline-path.ts';

const FRAME = { from: 0, to: 100, max: 10, width: 100, height: 13, gapMs: 10 };

describe('runs', () => {
  test('a hole wider than the gap ends a run', () => {
    const points = [0, 10, 20, 31, 41].map((at) => ({ at, value: 1 }));
    expect(runs(points, FRAME).map((run) => run.map((point) => point.at))).toEqual([
      [0, 10, 20],
      [31, 41],
    ]);
  });

  test('what lies outside is not drawn', () => {
    const points = [-5, 0, 100, 101].map((at) => ({ at, value: 1 }));
    expect(
      runs(points, FRAME)
        .flat()
        .map((point) => point.at),
    ).toEqual([0, 100]);
  });
});

describe('path', () => {
  test('zero lies on the ground, the maximum at the top, more is cut', () => {
    const { line } = linePath(
      [
        { at: 0, value: 0 },
        { at: 10, value: 10 },
        { at: 20, value: 99 },
      ],
      FRAME,
    );
    expect(line).toBe('M0.0 11.5L10.0 1.5L20.0 1.5');
  });

  test('a point alone is seen, without an area', () => {
    expect(linePath([{ at: 50, value: 5 }], FRAME)).toEqual({ line: 'M50.0 6.5h1', area: '' });
  });

  test('no points, no path', () => {
    expect(linePath([], FRAME)).toEqual({ line: '', area: '' });
  });
});

test('the nearest point counts only within reach', () => {
  const points = [
    { at: 0, value: 1 },
    { at: 20, value: 2 },
  ];
  expect(nearest(points, 12, 10)?.value).toBe(2);
  expect(nearest(points, 31, 10)).toBeUndefined();
  expect(nearest([], 0, 10)).toBeUndefined();
});
