import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { canonicalJson, MAX_CANONICAL_DEPTH } from './canonical.ts';

describe('canonical JSON', () => {
  it('sorts keys by code units at every depth and leaves out what is undefined', () => {
    expect(canonicalJson({ b: 1, a: { '€': 1, '\r': 2, z: undefined, '1': [] }, B: null })).toBe(
      '{"B":null,"a":{"\\r":2,"1":[],"€":1},"b":1}',
    );
  });

  it('writes numbers as RFC 8785 does', () => {
    expect(canonicalJson([Number('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27, -0])).toBe(
      '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
    );
  });

  it('is one text for one value, whatever the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(
          JSON.parse(JSON.stringify(value).replaceAll(/\\ud[89a-f][0-9a-f]{2}/g, '\ufffd')),
        );
      }),
    );
  });

  it('makes half surrogates storable', () => {
    expect(canonicalJson({ '\ud800': '\udc00' })).toBe('{"\ufffd":"\ufffd"}');
  });

  it('refuses what JSON cannot say', () => {
    for (const value of [NaN, Infinity, 1n, () => 1, Symbol('s'), undefined]) {
      expect(() => canonicalJson(value)).toThrow(TypeError);
    }
  });

  it('ends at a depth, and so at a cycle', () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
    expect(() => canonicalJson(nested(MAX_CANONICAL_DEPTH))).not.toThrow();
    expect(() => canonicalJson(nested(MAX_CANONICAL_DEPTH + 1))).toThrow('deeper');
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(() => canonicalJson(cycle)).toThrow('circular');
  });
});
