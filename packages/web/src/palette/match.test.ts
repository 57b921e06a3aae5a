import { describe, expect, test } from 'vitest';

import { matchWords, wordsIn } from './match.ts';

const score = (words: string, name: string, others: readonly string[] = []) =>
  matchWords(wordsIn(words), name, others)?.score;

/** Best first. */
function ranked(words: string, ...names: readonly string[]): string[] {
  return names
    .filter((name) => score(words, name) !== undefined)
    .toSorted((a, b) => (score(words, b) ?? 0) - (score(words, a) ?? 0));
}

describe('the better fit comes first', () => {
  test('whole name, start, start of a word, part, scattered letters', () => {
    const names = ['w-e-b', 'cobweb', 'my-web', 'webby', 'web'];
    expect(ranked('web', ...names)).toEqual(names.toReversed());
  });

  test('of equals the shorter', () => {
    expect(ranked('web', 'web-0012', 'web-1')).toEqual(['web-1', 'web-0012']);
  });

  test('in the name before elsewhere', () => {
    expect(score('prod', 'prod-1')).toBeGreaterThan(score('prod', 'web-1', ['env=prod']) ?? Infinity);
  });
});

test('every word has to be somewhere, in any order and any case', () => {
  expect(score('PROD web', 'web-1', ['env=prod'])).toBeDefined();
  expect(score('web test', 'web-1', ['env=prod'])).toBeUndefined();
});

test('scattered letters begin at a word, and one letter is not scattered', () => {
  expect(score('wh1', 'web-host-1')).toBeDefined();
  expect(score('eh1', 'web-host-1')).toBeUndefined();
  expect(score('z', 'web')).toBeUndefined();
});

test('Chinese is found by any part, also with letters of full width beside it', () => {
  expect(score('历史', '执行历史')).toBeGreaterThan(60);
  expect(score('执史', '执行历史')).toBeDefined();
  expect(score('行执', '执行历史')).toBeUndefined();
  expect(score('ｗｅｂ', 'web 服务')).toBeGreaterThan(70);
});

test('what was found is told for the eye, once', () => {
  expect(matchWords(['web', 'eb'], 'web-1')?.ranges).toEqual([[0, 3]]);
  expect(matchWords(['wh'], 'web-host')?.ranges).toEqual([
    [0, 1],
    [4, 5],
  ]);
  expect(matchWords([], 'web')).toEqual({ score: 0, ranges: [] });
});
