/** Examples made from a schema, for tests: its smallest and largest value, and everything just past a bound. */
import { RELEASE_KEY_PATTERN } from './domain/client-release.ts';
import { LABEL_VALUE_PATTERN } from './domain/client.ts';
import { isObject } from './schema.ts';
import type { JsonSchema } from './schema.ts';

/** The keywords schema.ts writes. */
export interface Shape {
  readonly type?: 'null' | 'boolean' | 'number' | 'integer' | 'string' | 'array' | 'object';
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Shape[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Shape;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Shape | false;
  readonly maxProperties?: number;
}

export function shapeOf(schema: { readonly json: JsonSchema }): Shape {
  return schema.json;
}

export type Size = 'smallest' | 'largest';

/** Texts that match the patterns in use, shortest and longest. A pattern that is new must be added here. */
const PATTERNS: ReadonlyMap<string, Readonly<Record<Size, string>>> = new Map([
  [
    '^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
    {
      smallest: '11111111-2222-4333-8444-555555555555',
      largest: 'ffffffff-ffff-8fff-bfff-ffffffffffff',
    },
  ],
  ['^[0-9a-f]{64}$', { smallest: '0'.repeat(64), largest: 'f'.repeat(64) }],
  ['^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$', { smallest: 'a', largest: `Z${'-'.repeat(63)}` }],
  ['^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$', { smallest: '1', largest: `9${'+'.repeat(63)}` }],
  ['^[0-9a-f]{16}$', { smallest: '0'.repeat(16), largest: 'f'.repeat(16) }],
  ['^(?:[0-9a-f]{2})+$', { smallest: '0'.repeat(32), largest: 'f'.repeat(544) }],
  [
    RELEASE_KEY_PATTERN.source,
    { smallest: `ed25519:${'A'.repeat(43)}`, largest: `ed25519:${'z'.repeat(43)}` },
  ],
  ['^[A-Za-z0-9+/]{86}==$', { smallest: `${'A'.repeat(86)}==`, largest: `${'/'.repeat(86)}==` }],
  [LABEL_VALUE_PATTERN.source, { smallest: '', largest: 'v'.repeat(63) }],
]);

function numbered(count: number, value: unknown): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, value]));
}

function list(length: number, item: unknown): unknown[] {
  // The same item throughout: a decoder copies it anyway.
  return Array.from<unknown>({ length }).fill(item);
}

/** A value at the lower or upper end of everything a schema bounds. */
export function example(shape: Shape, size: Size): unknown {
  const largest = size === 'largest';
  if ('const' in shape) return shape.const;
  if (shape.enum) return shape.enum.at(largest ? -1 : 0);
  if (shape.anyOf) return example(shape.anyOf.at(largest ? 0 : -1)!, size);
  switch (shape.type) {
    case 'null':
      return null;
    case 'boolean':
      return largest;
    case 'number':
    case 'integer':
      return largest
        ? (shape.maximum ?? Number.MAX_SAFE_INTEGER)
        : (shape.minimum ?? -Number.MAX_SAFE_INTEGER);
    case 'string':
      if (shape.pattern === undefined) return 'x'.repeat(largest ? shape.maxLength! : (shape.minLength ?? 0));
      return PATTERNS.get(shape.pattern)![size];
    case 'array':
      return list(largest ? shape.maxItems! : (shape.minItems ?? 0), example(shape.items!, size));
    case 'object':
    case undefined:
    default: {
      const kept = Object.entries(shape.properties ?? {}).filter(
        ([key]) => largest || shape.required?.includes(key),
      );
      const fixed = Object.fromEntries(kept.map(([key, inner]) => [key, example(inner, size)]));
      if (!largest || !shape.additionalProperties) return fixed;
      return { ...fixed, ...numbered(shape.maxProperties!, example(shape.additionalProperties, size)) };
    }
  }
}

/** Values just past the bounds of one place. */
function past(shape: Shape): unknown[] {
  if ('const' in shape || shape.enum) return ['something else'];
  switch (shape.type) {
    case 'boolean':
      return ['true'];
    case 'number':
    case 'integer':
      return [
        (shape.maximum ?? Number.MAX_SAFE_INTEGER) + 1,
        (shape.minimum ?? -Number.MAX_SAFE_INTEGER) - 1,
        ...(shape.type === 'integer' ? [(shape.minimum ?? 0) + 0.5] : []),
      ];
    case 'string':
      return ['f'.repeat(shape.maxLength! + 1)];
    case 'array':
      return [
        list(shape.maxItems! + 1, example(shape.items!, 'smallest')),
        ...(shape.minItems === undefined ? [] : [list(shape.minItems - 1, undefined)]),
      ];
    case 'null':
    case 'object':
    case undefined:
    default:
      return shape.maxProperties === undefined ? [] : [numbered(shape.maxProperties + 1, '')];
  }
}

/** Each bounded place in a schema, with a value just past what it takes. */
export function* excesses(shape: Shape, path = ''): Generator<readonly [path: string, value: unknown]> {
  const [wanted] = shape.anyOf ?? [shape];
  if (!wanted) return;
  for (const value of past(wanted)) yield [path, value];
  if (wanted.items) yield* excesses(wanted.items, `${path}[0]`);
  for (const [key, inner] of Object.entries(wanted.properties ?? {})) {
    yield* excesses(inner, path ? `${path}.${key}` : key);
  }
}

/** A copy of `value` with the place at `path` (`a.b[0].c`) set to something else. */
export function withPlace(value: unknown, path: string, put: unknown): unknown {
  const [, key, rest] = /^\.?([^.[\]]+|\[0\])(.*)$/s.exec(path) ?? [];
  if (key === undefined || rest === undefined) return put;
  if (Array.isArray(value)) return [withPlace(value[0], rest, put), ...value.slice(1)];
  if (!isObject(value)) throw new Error(`there is no ${path}`);
  return { ...value, [key]: withPlace(value[key], rest, put) };
}
