import { describe, expect, it } from 'vitest';

import { fullJitter, slowJitter } from './backoff.ts';
import { systemRandom } from './random.ts';
import type { Random } from './random.ts';

const OPTIONS = { baseMs: 2000, maxMs: 60_000 };
const fixed = (unit: number): Random => ({ ...systemRandom, unit: () => unit });
const ALMOST_ONE = 1 - 2 ** -48;

describe('full jitter', () => {
  it('waits up to base · 2^attempt, and never longer than the maximum', () => {
    const longest = [0, 1, 2, 3, 4, 5, 6].map((attempt) =>
      Math.round(fullJitter(attempt, OPTIONS, fixed(ALMOST_ONE))),
    );
    expect(longest).toEqual([2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('may wait not at all', () => {
    expect(fullJitter(5, OPTIONS, fixed(0))).toBe(0);
  });

  it('stays finite after any number of attempts', () => {
    for (const attempt of [52, 53, 1024, 1e9]) {
      expect(fullJitter(attempt, OPTIONS, fixed(ALMOST_ONE))).toBeLessThanOrEqual(60_000);
    }
  });

  it('spreads 10,000 clients that lost their server at once: no second takes more than three times the mean (P11b)', () => {
    for (const attempt of [2, 5]) {
      const windowMs = Math.min(OPTIONS.maxMs, OPTIONS.baseMs * 2 ** attempt);
      const bins = Array.from({ length: windowMs / 1000 }, () => 0);
      for (let i = 0; i < 10_000; i++) bins[Math.floor(fullJitter(attempt, OPTIONS, systemRandom) / 1000)]!++;
      expect(Math.max(...bins)).toBeLessThanOrEqual(3 * (10_000 / bins.length));
    }
  });
});

describe('slow jitter', () => {
  it('stays in the upper half of the maximum', () => {
    expect(slowJitter(OPTIONS, fixed(0))).toBe(30_000);
    expect(slowJitter(OPTIONS, fixed(ALMOST_ONE))).toBeCloseTo(60_000);
  });
});
