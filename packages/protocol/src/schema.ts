/**
 * The one schema language of the product: a schema is JSON Schema (for HTTP validation, OpenAPI and the docs),
 * a TypeScript type, and a decoder. The decoder builds a fresh value from a hostile one: it copies known fields
 * only, checks every bound, and throws `SchemaError` with the path of the first fault. It is small and has no
 * dependency because it runs on every host (docs/decisions/0003-own-schema.md has the figures).
 */

export type JsonSchema = { readonly [keyword: string]: unknown };

export interface Schema<T> {
  readonly json: JsonSchema;
  /** Returns a clean copy. @throws SchemaError */
  readonly decode: (value: unknown, path: string) => T;
  readonly optional?: true;
}

/** The TypeScript type of a schema. */
export type Infer<S> = S extends Schema<infer T> ? T : never;

interface OptionalSchema<T> extends Schema<T> {
  readonly optional: true;
}

type Fields = Readonly<Record<string, Schema<unknown>>>;
type Flat<T> = { [K in keyof T]: T[K] };
type ObjectOf<F extends Fields> = Flat<
  { [K in keyof F as F[K] extends OptionalSchema<unknown> ? never : K]: Infer<F[K]> } & {
    [K in keyof F as F[K] extends OptionalSchema<unknown> ? K : never]?: Infer<F[K]>;
  }
>;

export class SchemaError extends Error {
  readonly path: string;
  readonly reason: string;

  constructor(path: string, reason: string) {
    super(`${path || 'value'} ${reason}`);
    this.name = 'SchemaError';
    this.path = path;
    this.reason = reason;
  }
}

/** Decodes a whole value. @throws SchemaError */
export function decode<T>(schema: Schema<T>, value: unknown): T {
  return schema.decode(value, '');
}

function fail(path: string, reason: string): never {
  throw new SchemaError(path, reason);
}

/** A JSON object: neither null nor a list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface StringOptions {
  readonly min?: number;
  readonly max: number;
  /** Anchored, linear-time expression. */
  readonly pattern?: RegExp;
  readonly description?: string;
}

/** A string taken as it is. Lengths are UTF-16 units, as `String.length` counts. */
function string(options: StringOptions): Schema<string> {
  const { min = 0, max, pattern } = options;
  return {
    json: {
      type: 'string',
      ...(min > 0 && { minLength: min }),
      maxLength: max,
      ...(pattern && { pattern: pattern.source }),
      ...(options.description && { description: options.description }),
    },
    decode(value, path) {
      if (typeof value !== 'string') fail(path, 'must be a string');
      if (value.length < min) fail(path, `must have at least ${min} characters`);
      if (value.length > max) fail(path, `must have at most ${max} characters`);
      if (pattern && !pattern.test(value)) fail(path, `must match ${pattern.source}`);
      return value;
    },
  };
}

// Controls, C1, bidi marks, embeddings, isolates, line separators, BOM, and surrogates (the replacer keeps good pairs).
/* oxlint-disable no-control-regex -- finding control characters is what these are for */
const UNPRINTABLE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]/;
const UNPRINTABLE_EACH =
  /[\ud800-\udbff][\udc00-\udfff]|[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]/g;
/* oxlint-enable no-control-regex */

/** Makes what a client sent safe to show anywhere: control and direction-changing characters become `\uXXXX`. */
export function visible(text: string): string {
  if (!UNPRINTABLE.test(text)) return text;
  return text.replace(UNPRINTABLE_EACH, (found) =>
    found.length === 2 ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Text written by a peer for people to read: bounded, and cleaned by `visible`. What cleaning makes longer than the
 * bound is cut, so that the result passes the same schema again.
 */
function cleanText(max: number, description?: string): Schema<string> {
  const plain = string({ max, ...(description && { description }) });
  return {
    json: plain.json,
    decode(value, path) {
      const given = plain.decode(value, path);
      const shown = visible(given);
      // Cutting may halve a pair of surrogates: half of one is no character.
      return shown.length > max ? shown.slice(0, max).replace(/[\ud800-\udbff]$/, '') : shown;
    },
  };
}

interface NumberOptions {
  readonly min?: number;
  readonly max?: number;
  readonly description?: string;
}

function numeric(type: 'number' | 'integer', options: NumberOptions): Schema<number> {
  const { min = -Number.MAX_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = options;
  const whole = type === 'integer';
  return {
    json: {
      type,
      ...(options.min !== undefined && { minimum: min }),
      ...(options.max !== undefined && { maximum: max }),
      ...(options.description && { description: options.description }),
    },
    decode(value, path) {
      if (typeof value !== 'number' || (whole && !Number.isInteger(value))) {
        fail(path, whole ? 'must be a whole number' : 'must be a number');
      }
      if (!(value >= min && value <= max)) fail(path, `must be from ${min} to ${max}`);
      return value;
    },
  };
}

const number = (options: NumberOptions = {}): Schema<number> => numeric('number', options);
const integer = (options: NumberOptions = {}): Schema<number> => numeric('integer', options);

function boolean(description?: string): Schema<boolean> {
  return {
    json: { type: 'boolean', ...(description && { description }) },
    decode: (value, path) => (typeof value === 'boolean' ? value : fail(path, 'must be true or false')),
  };
}

/** One of a closed list of strings or numbers. */
function oneOf<const V extends readonly (string | number | boolean)[]>(values: V): Schema<V[number]> {
  return {
    json: values.length === 1 ? { const: values[0] } : { enum: [...values] },
    decode(value, path) {
      for (const one of values) if (one === value) return one;
      return fail(path, `must be one of ${values.join(', ')}`);
    },
  };
}

function array<T>(item: Schema<T>, max: number, min = 0): Schema<T[]> {
  return {
    json: { type: 'array', items: item.json, maxItems: max, ...(min > 0 && { minItems: min }) },
    decode(value, path) {
      if (!Array.isArray(value)) fail(path, 'must be a list');
      if (value.length > max || value.length < min) fail(path, `must have ${min} to ${max} entries`);
      const out = Array.from<T>({ length: value.length });
      for (let i = 0; i < value.length; i++) out[i] = item.decode(value[i], `${path}[${i}]`);
      return out;
    },
  };
}

function object<F extends Fields>(
  fields: F,
  options: { unknown: 'refuse' | 'ignore' } = { unknown: 'refuse' },
): Schema<ObjectOf<F>> {
  const entries = Object.entries(fields);
  const required = entries.filter(([, schema]) => !schema.optional).map(([key]) => key);
  const refuse = options.unknown === 'refuse';
  return {
    json: {
      type: 'object',
      properties: Object.fromEntries(entries.map(([key, schema]) => [key, schema.json])),
      ...(required.length > 0 && { required }),
      ...(refuse && { additionalProperties: false }),
    },
    decode(value, path) {
      if (!isObject(value)) fail(path, 'must be an object');
      const out: Record<string, unknown> = {};
      let known = 0;
      for (const [key, schema] of entries) {
        if (!Object.hasOwn(value, key)) {
          if (!schema.optional) fail(path ? `${path}.${key}` : key, 'is required');
          continue;
        }
        known++;
        out[key] = schema.decode(value[key], path ? `${path}.${key}` : key);
      }
      if (refuse && known !== Object.keys(value).length) {
        const extra = Object.keys(value).find((key) => !Object.hasOwn(fields, key)) ?? '';
        fail(
          path ? `${path}.${visible(extra.slice(0, 64))}` : visible(extra.slice(0, 64)),
          'is not known here',
        );
      }
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each field was just decoded by its own schema
      return out as ObjectOf<F>;
    },
  };
}

/** A map from free keys to values of one schema. */
function record<T>(key: Schema<string>, item: Schema<T>, max: number): Schema<Record<string, T>> {
  return {
    json: { type: 'object', additionalProperties: item.json, maxProperties: max },
    decode(value, path) {
      if (!isObject(value)) fail(path, 'must be an object');
      const entries = Object.entries(value);
      if (entries.length > max) fail(path, `must have at most ${max} entries`);
      const out: Record<string, T> = {};
      for (const [name, content] of entries) {
        // Assigning to this one would change the prototype instead of adding a key.
        if (name === '__proto__') fail(`${path} key`, 'is not allowed');
        out[key.decode(name, `${path} key`)] = item.decode(content, `${path}.${visible(name.slice(0, 64))}`);
      }
      return out;
    },
  };
}

function nullable<T>(schema: Schema<T>): Schema<T | null> {
  return {
    json: { anyOf: [schema.json, { type: 'null' }] },
    decode: (value, path) => (value === null ? null : schema.decode(value, path)),
  };
}

/** Marks a field that may be missing (absent, never null). */
function optional<T>(schema: Schema<T>): OptionalSchema<T> {
  return { json: schema.json, decode: schema.decode, optional: true };
}

/** The same schema with a sentence for the docs. */
function described<T>(schema: Schema<T>, description: string): Schema<T> {
  return { ...schema, json: { ...schema.json, description } };
}

/** The combinators, under one short name. */
export const s = {
  string,
  text: cleanText,
  number,
  integer,
  boolean,
  oneOf,
  array,
  object,
  record,
  nullable,
  optional,
  described,
};
