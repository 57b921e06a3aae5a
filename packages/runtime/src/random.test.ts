import { describe, expect, it } from 'vitest';

import { systemRandom } from './random.ts';

describe('the system random', () => {
  it('gives as many bytes as asked, and others each time', () => {
    expect(systemRandom.bytes(32)).toHaveLength(32);
    expect(systemRandom.bytes(32)).not.toEqual(systemRandom.bytes(32));
  });

  it('gives lower-case UUIDs of version 4, each once', () => {
    const ids = Array.from({ length: 1000 }, () => systemRandom.uuid());
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('spreads units evenly over 0 to 1, without 1', () => {
    const bins = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 20_000; i++) {
      const unit = systemRandom.unit();
      expect(unit).toBeGreaterThanOrEqual(0);
      expect(unit).toBeLessThan(1);
      bins[Math.floor(unit * 10)]!++;
    }
    // 2,000 expected; 8 standard deviations.
    for (const count of bins) expect(Math.abs(count - 2000)).toBeLessThan(340);
  });
});
