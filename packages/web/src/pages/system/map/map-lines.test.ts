import { describe, expect, test } from 'vitest';

import type { MapCell } from '../../../live/map-live.ts';
import { cellAt, mapLines, placeAfter, placeOf } from './map-lines.ts';

function cell(id: string, group: string | null = null): MapCell {
  return { id, hostname: id, group, state: 'online', share: undefined, lastSeenMs: null };
}

const CELLS = [cell('a', 'r2'), cell('b', 'r10'), cell('c', 'r2'), cell('d'), cell('e', 'r2')];

/** `[r2] ac|e` and so on. */
function drawn(columns: number, isGrouped: boolean): string {
  return mapLines(CELLS, columns, isGrouped)
    .map((line) =>
      line.kind === 'head' ? `[${line.group} ${line.cells.length}]` : line.cells.map(({ id }) => id).join(''),
    )
    .join(' ');
}

describe('lines', () => {
  test('hold as many as there is room for', () => {
    expect(drawn(3, false)).toBe('abc de');
    expect(drawn(10, false)).toBe('abcde');
  });

  test('stand in groups by value, figures as numbers, those without the label last', () => {
    expect(drawn(2, true)).toBe('[r2 3] ac e [r10 1] b [null 1] d');
  });

  test('of nobody are none', () => {
    expect(mapLines([], 3, true)).toEqual([]);
  });
});

describe('a key', () => {
  const lines = mapLines(CELLS, 2, true);
  const after = (id: string, key: string, page = 2): string | undefined => {
    const from = placeOf(lines, id);
    const to = from && placeAfter(lines, from, key, page);
    return to && cellAt(lines, to)?.id;
  };

  test.each([
    ['a', 'ArrowRight', 'c'],
    ['c', 'ArrowRight', 'e'],
    ['e', 'ArrowRight', 'b'],
    ['d', 'ArrowRight', undefined],
    ['e', 'ArrowLeft', 'c'],
    ['b', 'ArrowLeft', 'e'],
    ['a', 'ArrowLeft', undefined],
    ['c', 'ArrowDown', 'e'],
    ['e', 'ArrowDown', 'b'],
    ['d', 'ArrowDown', undefined],
    ['b', 'ArrowUp', 'e'],
    ['a', 'ArrowUp', 'a'],
    ['a', 'PageDown', 'b'],
    ['a', 'PageUp', 'a'],
    ['d', 'PageUp', 'b'],
    ['c', 'Home', 'a'],
    ['a', 'End', 'c'],
    ['a', 'x', undefined],
  ])('from %s, %s leads to %s', (id, key, to) => {
    expect(after(id, key)).toBe(to);
  });

  test('on nothing leads nowhere', () => {
    expect(placeOf(lines, 'nobody')).toBeUndefined();
    expect(placeOf(lines, undefined)).toBeUndefined();
  });
});
