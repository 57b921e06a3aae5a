import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { countWrittenKeys, parseStrict } from './json.ts';
import { MAX_DEPTH, MAX_KEYS } from './limits.ts';
import { WireError } from './wire-error.ts';

const parse = (text: string): unknown => parseStrict(Buffer.from(text, 'utf8'));

function refusal(body: Buffer | string): string {
  try {
    parseStrict(typeof body === 'string' ? Buffer.from(body, 'utf8') : body);
  } catch (error) {
    if (error instanceof WireError) return error.code;
    throw error;
  }
  return 'accepted';
}

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const keyed = (count: number): string =>
  JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i])));

describe('what is refused, and as what', () => {
  it.each<[string, Buffer | string, string]>([
    ['a byte that is no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'utf8'],
    ['an overlong form', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 'utf8'],
    ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'utf8'],
    ['a character cut in the middle', Buffer.from([0x22, 0xe4, 0xb8]), 'utf8'],
    ['a byte order mark', '\ufeff{}', 'json'],
    ['nothing', '', 'json'],
    ['an open object', '{"a":1', 'json'],
    ['something after the value', '{}{}', 'json'],
    ['single quotes', "{'a':1}", 'json'],
    ['a comment', '{"a":1/**/}', 'json'],
    ['a trailing comma', '[1,]', 'json'],
    ['NaN', '[NaN]', 'json'],
    ['a raw line break in a string', '"a\nb"', 'json'],
    ['a number too large', '9007199254740992', 'number'],
    ['a number too small', '[-9007199254740992]', 'number'],
    ['a number that becomes infinite', '{"a":{"b":1e400}}', 'number'],
    ['__proto__', '{"__proto__":1}', 'key'],
    ['__proto__ in escapes', '{"\\u005f_proto__":1}', 'key'],
    ['constructor, deep', '[{"a":{"constructor":1}}]', 'key'],
    ['prototype', '{"prototype":{}}', 'key'],
    ['a key given twice', '{"a":1,"a":2}', 'duplicate'],
    ['a key given twice with the same value', '{"a":1,"a":1}', 'duplicate'],
    ['a key given twice, once in escapes', '{"a":1,"\\u0061":2}', 'duplicate'],
    ['a key given twice, deep', '{"x":[{"y":{"a":1,"b":2,"a":3}}]}', 'duplicate'],
    ['an empty key given twice', '{"":1,"":2}', 'duplicate'],
    ['a key with quotes and colons given twice', '{"\\":\\"":1,"\\u0022:\\"":2}', 'duplicate'],
    ['__proto__ given twice', '{"__proto__":1,"__proto__":2}', 'key'],
  ])('%s', (_name, body, code) => {
    expect(refusal(body)).toBe(code);
  });

  it('a nesting one deeper than the limit, and a very deep one', () => {
    expect(refusal(nested(MAX_DEPTH))).toBe('accepted');
    expect(refusal(nested(MAX_DEPTH + 1))).toBe('depth');
    expect(refusal(nested(300_000))).toBe('depth');
    expect(refusal('{"a":'.repeat(MAX_DEPTH) + '1' + '}'.repeat(MAX_DEPTH))).toBe('accepted');
    expect(refusal('{"a":'.repeat(MAX_DEPTH + 1) + '1' + '}'.repeat(MAX_DEPTH + 1))).toBe('depth');
  });

  it('one key more than the limit in an object, not in all of them together', () => {
    expect(refusal(keyed(MAX_KEYS))).toBe('accepted');
    expect(refusal(keyed(MAX_KEYS + 1))).toBe('keys');
    expect(refusal(`[${keyed(MAX_KEYS)},${keyed(MAX_KEYS)}]`)).toBe('accepted');
  });
});

describe('what is accepted', () => {
  it.each([
    '{"a":":","b":"\\":\\\\","c":{"a":"\\\\"}}',
    '{"\\\\":1,"\\"":2,"\\\\\\"":3}',
    '[9007199254740991,-9007199254740991,0.5,-0,1e-400]',
    ' { "a" : [ ] } ',
    '"\\ud800"',
    '{"hasOwnProperty":1,"toString":2}',
  ])('%s parses as JSON.parse does', (text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it('equal keys in different objects', () => {
    expect(parse('[{"a":1},{"a":{"a":2}}]')).toEqual([{ a: 1 }, { a: { a: 2 } }]);
  });
});

describe('properties', () => {
  const forbidden = /^(?:__proto__|constructor|prototype)$/;
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', maxDepth: MAX_DEPTH - 1 },
      fc.constant(null),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.double({ min: -9e15, max: 9e15, noNaN: true }).map((n) => n + 0),
      fc.string({ unit: 'binary' }),
      fc.array(tie('value'), { maxLength: 6 }),
      fc.dictionary(
        fc.string({ unit: 'binary' }).filter((key) => !forbidden.test(key)),
        tie('value'),
        { maxKeys: 6, noNullPrototype: true },
      ),
    ),
  }));

  it('what JSON.stringify writes within the limits comes back equal', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(0, 1), (original, indent) => {
        const text = JSON.stringify(original, null, indent);
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('any bytes give a value or a WireError', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          const code = refusal(Buffer.from(bytes));
          expect(typeof code).toBe('string');
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('one key written twice anywhere is noticed', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((key) => !forbidden.test(key)),
        value,
        (key, inside) => {
          const name = JSON.stringify(key);
          const units = Array.from({ length: key.length }, (_, i) => key.charCodeAt(i).toString(16));
          const escaped = `"${units.map((unit) => `\\u${unit.padStart(4, '0')}`).join('')}"`;
          const twice = `{"outer":[{${name}:${JSON.stringify(inside)},${escaped}:1}]}`;
          const code = refusal(twice);
          // It is told what was seen, as chance brought it here.
          const seen = `${code}: ${JSON.stringify(JSON.parse(twice))}, ${countWrittenKeys(Buffer.from(twice))} keys`;
          expect(['duplicate', 'depth'].includes(code) ? code : seen).toBe(code);
        },
      ),
    );
  });
});
