import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decode, decodeKnown, s, SchemaError, visible } from './schema.ts';
import type { Schema } from './schema.ts';

function fault(schema: Schema<unknown>, value: unknown): SchemaError {
  try {
    decode(schema, value);
  } catch (error) {
    if (error instanceof SchemaError) return error;
    throw error;
  }
  throw new Error('the value was accepted');
}

/** Those of the values that the schema takes. Any other fault than a SchemaError is thrown. */
function taken(schema: Schema<unknown>, values: readonly unknown[]): unknown[] {
  return values.filter((value) => {
    try {
      decode(schema, value);
      return true;
    } catch (error) {
      if (error instanceof SchemaError) return false;
      throw error;
    }
  });
}

describe('bounds: the limit is accepted, one past it is not', () => {
  it('of strings', () => {
    const schema = s.string({ min: 2, max: 4 });
    expect(taken(schema, ['a', 'ab', 'abcd', 'abcde'])).toEqual(['ab', 'abcd']);
    expect(fault(schema, 'a').reason).toContain('at least 2');
    expect(fault(schema, 'abcde').reason).toContain('at most 4');
  });

  it('of numbers, without NaN, infinity or what is beyond the safe range', () => {
    const schema = s.number({ min: -1, max: 1.5 });
    expect(taken(schema, [-1.01, -1, 0, 1.5, 1.51, Number.NaN, Infinity, -Infinity])).toEqual([-1, 0, 1.5]);
    const { MAX_SAFE_INTEGER } = Number;
    expect(taken(s.number(), [MAX_SAFE_INTEGER, MAX_SAFE_INTEGER + 1, Infinity])).toEqual([MAX_SAFE_INTEGER]);
  });

  it('of whole numbers', () => {
    const schema = s.integer({ min: 0, max: 10 });
    expect(taken(schema, [-1, 0, 0.5, 10, 11])).toEqual([0, 10]);
    expect(fault(schema, 0.5).reason).toBe('must be a whole number');
  });

  it('of lists', () => {
    const schema = s.array(s.integer(), 3, 1);
    expect(taken(schema, [[], [1], [1, 2, 3], [1, 2, 3, 4]])).toEqual([[1], [1, 2, 3]]);
  });

  it('of maps', () => {
    const schema = s.record(s.string({ max: 1 }), s.integer(), 2);
    expect(taken(schema, [{}, { a: 1, b: 2 }, { a: 1, b: 2, c: 3 }])).toEqual([{}, { a: 1, b: 2 }]);
    expect(fault(schema, { ab: 1 }).path).toBe(' key');
  });
});

describe('types', () => {
  const everyKind: readonly unknown[] = [
    '1',
    1,
    true,
    null,
    undefined,
    [],
    {},
    (): number => 1,
    Symbol('x'),
    1n,
  ];
  it.each<[string, Schema<unknown>, readonly unknown[]]>([
    ['string', s.string({ max: 9 }), ['1']],
    ['text', s.text(9), ['1']],
    ['number', s.number(), [1]],
    ['integer', s.integer(), [1]],
    ['boolean', s.boolean(), [true]],
    ['array', s.array(s.string({ max: 9 }), 9), [[]]],
    ['object', s.object({}), [{}]],
    ['record', s.record(s.string({ max: 9 }), s.string({ max: 9 }), 9), [{}]],
    ['oneOf', s.oneOf(['1', 2]), ['1']],
    ['nullable', s.nullable(s.boolean()), [true, null]],
  ])('%s takes its own kind only, and converts nothing', (_name, schema, fitting) => {
    expect(taken(schema, everyKind)).toEqual(fitting);
    for (const value of fitting) expect(decode(schema, value)).toEqual(value);
  });

  it('an optional field may be absent, and is then absent in the copy; null and undefined are not absent', () => {
    const schema = s.object({ a: s.optional(s.integer()) });
    expect(Object.keys(decode(schema, {}))).toEqual([]);
    expect(taken(schema, [{ a: null }, { a: undefined }])).toEqual([]);
  });

  it('an inherited property does not stand in for a required field', () => {
    expect(fault(s.object({ toString: s.string({ max: 9 }) }), {}).reason).toBe('is required');
    expect(fault(s.object({ a: s.string({ max: 9 }) }), Object.create({ a: 'x' })).path).toBe('a');
  });
});

describe('unknown fields', () => {
  it('are named and refused by default', () => {
    const found = fault(s.object({ a: s.integer() }), { a: 1, b: 2 });
    expect(found.path).toBe('b');
    expect(found.reason).toBe('is not known here');
  });

  it('are left out where the schema ignores them', () => {
    expect(decode(s.object({ a: s.integer() }, { unknown: 'ignore' }), { a: 1, b: 2 })).toEqual({ a: 1 });
  });

  it('are left out everywhere where what was written by another version is read, once', () => {
    const inner = s.object({ n: s.integer() });
    const schema = s.object({ list: s.array(inner, 2), map: s.record(s.string({ max: 5 }), inner, 2) });
    const value = { list: [{ n: 1, x: 1 }], map: { a: { n: 2, x: 2 } }, x: 3 };
    expect(decodeKnown(schema, value)).toEqual({ list: [{ n: 1 }], map: { a: { n: 2 } } });
    expect(() => decodeKnown(schema, { ...value, list: [{ x: 1 }] })).toThrow('list[0].n is required');
    expect(fault(schema, value).path).toBe('list[0].x');
  });

  it('with a hostile name are shown cleaned and cut', () => {
    const { path } = fault(s.object({}), { [`\u001b[31m\u202e${'x'.repeat(500)}`]: 1 });
    expect(path).toMatch(/^\\u001b\[31m\\u202ex+$/);
    expect(path.length).toBeLessThan(100);
  });
});

describe('the path of a fault', () => {
  const schema = s.object({
    hosts: s.array(
      s.object({ name: s.string({ max: 5 }), labels: s.record(s.string({ max: 5 }), s.integer(), 5) }),
      5,
    ),
  });
  it.each([
    [{}, 'hosts'],
    [{ hosts: 1 }, 'hosts'],
    [{ hosts: [{ name: 'a', labels: {} }, { labels: {} }] }, 'hosts[1].name'],
    [{ hosts: [{ name: 'abcdef', labels: {} }] }, 'hosts[0].name'],
    [{ hosts: [{ name: 'a', labels: { x: 'y' } }] }, 'hosts[0].labels.x'],
    [{ hosts: [{ name: 'a', labels: {}, more: 1 }] }, 'hosts[0].more'],
    [[], ''],
  ])('of %j is %s', (value, path) => {
    expect(fault(schema, value).path).toBe(path);
  });

  it('is that of the first fault in the value, then of what is missing, then of what is unknown', () => {
    const both = s.object({ a: s.integer(), b: s.integer() });
    expect(fault(both, { c: 1, b: 'x', a: 'x' }).path).toBe('b');
    expect(fault(both, { c: 1, b: 1 }).path).toBe('a');
    expect(fault(both, { c: 1, b: 1, a: 1 }).path).toBe('c');
  });
});

describe('visible', () => {
  it.each([
    ['plain text, 中文, é, 🚀', 'plain text, 中文, é, 🚀'],
    ['\u001b[31mred\u001b[0m', '\\u001b[31mred\\u001b[0m'],
    ['line\r\nbreak\ttab\0', 'line\\u000d\\u000abreak\\u0009tab\\u0000'],
    ['c1 \u009b csi, del \u007f', 'c1 \\u009b csi, del \\u007f'],
    [
      '\u202egpj.exe\u202c \u2066x\u2069 \u200f \u061c',
      '\\u202egpj.exe\\u202c \\u2066x\\u2069 \\u200f \\u061c',
    ],
    ['zero\u200bwidth\ufeffbom\u2028line\u2060', 'zero\\u200bwidth\\ufeffbom\\u2028line\\u2060'],
    ['half \ud83d and \ude80 pairs', 'half \\ud83d and \\ude80 pairs'],
  ])('shows %j', (hostile, shown) => {
    expect(visible(hostile)).toBe(shown);
  });

  it('leaves nothing that changes direction, moves the cursor or hides, and is stable', () => {
    const hidden =
      /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/u;
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visible(text)).not.toMatch(hidden);
        expect(visible(visible(text))).toBe(visible(text));
      }),
    );
  });

  it('is what `text` does to what it takes', () => {
    expect(decode(s.text(9), 'a\u0007b')).toBe('a\\u0007b');
  });

  it('never makes `text` longer than its bound, nor leaves half a character', () => {
    const schema = s.text(8);
    expect(decode(schema, '\u0007'.repeat(8))).toBe('\\u0007\\u');
    expect(decode(schema, 'a\u0007🚀🚀')).toBe('a\\u0007');
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 8 }).filter((text) => text.length <= 8),
        (text) => {
          const clean = decode(schema, text);
          expect(decode(schema, clean)).toBe(clean);
        },
      ),
    );
  });
});

const whole = s.object(
  {
    type: s.oneOf(['x']),
    id: s.string({ max: 8, pattern: /^[a-z]+$/ }),
    name: s.optional(s.text(16)),
    size: s.number({ min: 0 }),
    list: s.array(s.nullable(s.object({ n: s.integer() }, { unknown: 'ignore' })), 4),
    map: s.record(s.string({ max: 4 }), s.boolean(), 3),
  },
  { unknown: 'ignore' },
);

describe('whatever arrives', () => {
  const nearMiss = fc.record(
    {
      type: fc.constantFrom<unknown>('x', 'y', 1),
      id: fc.oneof(fc.constant('abc'), fc.anything()),
      name: fc.anything(),
      size: fc.oneof(fc.nat(), fc.anything()),
      list: fc.oneof(
        fc.array(fc.record({ n: fc.integer(), more: fc.anything() }), { maxLength: 5 }),
        fc.anything(),
      ),
      map: fc.oneof(fc.dictionary(fc.string({ maxLength: 5 }), fc.boolean()), fc.anything()),
      more: fc.anything(),
    },
    { requiredKeys: [] },
  );

  it('decode throws SchemaError or nothing, and a result holds known fields only', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), nearMiss), (value) => {
        for (const good of taken(whole, [value])) {
          const result = decode(whole, good);
          const known = ['type', 'id', 'name', 'size', 'list', 'map'];
          expect(known).toEqual(expect.arrayContaining(Object.keys(result)));
          expect(result.list.every((item) => item === null || Object.keys(item).join() === 'n')).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('what is clean comes back itself, what is not as a copy; the original is never changed', () => {
    const clean = { type: 'x', id: 'abc', size: 1, list: [{ n: 1 }], map: {} };
    expect(decode(whole, clean)).toBe(clean);
    const original = { ...clean, name: 'a\u0007', list: [{ n: 1 }, { n: 2, more: 3 }], more: 1 };
    const before = structuredClone(original);
    expect(decode(whole, original)).toEqual({ ...clean, name: 'a\\u0007', list: [{ n: 1 }, { n: 2 }] });
    expect(original).toEqual(before);
  });

  it('a key that reaches into prototypes does not', () => {
    const hostile: unknown = JSON.parse('{"__proto__":{"admin":true}}');
    const map = s.record(s.string({ max: 20 }), s.object({ admin: s.boolean() }), 3);
    expect(fault(map, hostile).path).toBe(' key');
    expect(decode(s.object({}, { unknown: 'ignore' }), hostile)).not.toHaveProperty('admin');
  });
});
