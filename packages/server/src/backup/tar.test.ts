import { describe, expect, it } from 'vitest';

import { readTarHeader, tarHeader } from './tar.ts';

describe('tar', () => {
  it.each([0, 511, 512, 8 ** 11 - 1, 8 ** 11, 2 ** 43])('holds a size of %d', (bytes) => {
    const entry = { name: 'data/ops.db', bytes, modifiedSecs: 1_767_225_600 };
    expect(readTarHeader(tarHeader(entry))).toEqual(entry);
  });

  it('takes no name that is too long', () => {
    expect(() => tarHeader({ name: 'x'.repeat(101), bytes: 0, modifiedSecs: 0 })).toThrow(RangeError);
  });
});
