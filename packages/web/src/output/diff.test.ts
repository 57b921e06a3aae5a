import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';

import { diffLines, diffRows, MAX_EDITS, MAX_LINES } from './diff.ts';
import type { DiffPart } from './diff.ts';

function side(parts: readonly DiffPart[], without: DiffPart['kind']): string[] {
  return parts.filter((part) => part.kind !== without).flatMap((part) => part.lines);
}

const text = array(constantFrom('a', 'b', 'c', ''), { maxLength: 24 });

test('both texts can be read off the difference, whatever they are', () => {
  assert(
    property(text, text, (before, after) => {
      const parts = diffLines(before, after) ?? [];
      expect(side(parts, 'added')).toEqual(before);
      expect(side(parts, 'removed')).toEqual(after);
      // Neighbours are of different kinds.
      expect(parts.some((part, index) => part.kind === parts[index + 1]?.kind)).toBe(false);
    }),
  );
});

test('it is the shortest way', () => {
  assert(
    property(text, text, (before, after) => {
      const parts = diffLines(before, after) ?? [];
      const edits = parts.filter((part) => part.kind !== 'same').flatMap((part) => part.lines).length;
      // Against the longest common subsequence, found the slow way.
      const common = Array.from({ length: before.length + 1 }, () => Array<number>(after.length + 1).fill(0));
      for (let i = before.length - 1; i >= 0; i--)
        for (let j = after.length - 1; j >= 0; j--)
          common[i]![j] =
            before[i] === after[j]
              ? common[i + 1]![j + 1]! + 1
              : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
      expect(edits).toBe(before.length + after.length - 2 * common[0]![0]!);
    }),
  );
});

const lines = (count: number, name: string): string[] =>
  Array.from({ length: count }, (_none, index) => `${name}${index}`);

test('as many edits as are allowed are found, one more is too far', () => {
  expect(diffLines(lines(MAX_EDITS, 'a'), [])).toHaveLength(1);
  expect(diffLines(lines(MAX_EDITS + 1, 'a'), [])).toBeUndefined();
  expect(diffLines(lines(MAX_EDITS / 2, 'a'), lines(MAX_EDITS / 2, 'b'))).toBeDefined();
  expect(diffLines(lines(MAX_EDITS / 2, 'a'), lines(MAX_EDITS / 2 + 1, 'b'))).toBeUndefined();
});

test('a text of as many lines as are allowed is compared, a longer one is not', () => {
  const most = lines(MAX_LINES, 'x');
  expect(diffLines(most, most.with(7, 'changed'))).toHaveLength(4);
  expect(diffLines([...most, 'y'], most)).toBeUndefined();
});

test('equal lines far from a difference are skipped, and counted', () => {
  const before = lines(20, 'x');
  const rows = diffRows(diffLines(before, before.with(10, 'changed')) ?? []);
  expect(rows.map((row) => (row.kind === 'skipped' ? row.count : `${row.kind[0]}${row.line}`))).toEqual([
    7,
    'sx7',
    'sx8',
    'sx9',
    'rx10',
    'achanged',
    'sx11',
    'sx12',
    'sx13',
    6,
  ]);
});
