import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { BadPattern, compilePattern, MAX_PATTERN_LENGTH } from './pattern.ts';

describe('a pattern of an argument', () => {
  it('matches what the same regular expression matches', () => {
    const atom = fc.constantFrom('a', 'b', '.', '\\d', '\\.', '[ab]', '[a-c0-1]', '[^a]', '\\w');
    const quantifier = fc.constantFrom('', '', '?', '*', '+', '{2}', '{1,3}', '{0,2}', '{2,}');
    const source = fc
      .array(fc.tuple(atom, quantifier), { minLength: 1, maxLength: 6 })
      .map((parts) => parts.map((part) => part.join('')).join(''));
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '0', '1', '.', '-'), maxLength: 8 });
    fc.assert(
      fc.property(source, text, (pattern, subject) => {
        expect(compilePattern(pattern).test(subject)).toBe(new RegExp(`^(?:${pattern})$`).test(subject));
      }),
      { numRuns: 3000, seed: 3 },
    );
  });

  it('takes time by its length, also where a backtracking one never ends', () => {
    const pattern = compilePattern('a*'.repeat(60) + 'b');
    expect(pattern.test('a'.repeat(256))).toBe(false);
    expect(pattern.test(`${'a'.repeat(255)}b`)).toBe(true);
  });

  it('is refused with what is outside of the safe part', () => {
    for (const source of [
      '',
      '(a+)+',
      'a|b',
      '(?=a)',
      '\\1',
      '\\b',
      '\\',
      'a**',
      'a+?',
      '*a',
      'a{3,1}',
      'a{x}',
      'a{1',
      '[',
      '[]',
      '[b-a]',
      'a b',
      'é',
      'a$b',
      'a;',
      'a{999}',
      'a'.repeat(MAX_PATTERN_LENGTH + 1),
    ]) {
      expect(() => compilePattern(source)).toThrow(BadPattern);
    }
    expect(compilePattern('a'.repeat(MAX_PATTERN_LENGTH)).test('a')).toBe(false);
    expect(compilePattern('^a{256}$').test('a'.repeat(256))).toBe(true);
  });
});
