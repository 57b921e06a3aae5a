/**
 * The one schema language of the product: a schema is JSON Schema (for HTTP validation, OpenAPI and the docs),
 * a TypeScript type, and a decoder. The decoder makes a clean value of a hostile one: known fields only, every bound
 * checked, and `SchemaError` with the path of the first fault. What is clean already it returns as it is; that makes
 * it twice as fast where it matters, in a server that reads thousands of heartbeats a second. It is small and has no
 * dependency because it runs on every host (docs/decisions/0003-own-schema.md has the figures).
 */

export type JsonSchema = { readonly [keyword: string]: unknown };

export interface Schema<T> {
  readonly json: JsonSchema;
  /** Returns the value itself when it is clean, else a clean copy; never changes it. @throws SchemaError */
  readonly decode: (value: unknown) => T;
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

/** Decodes a whole value: itself when it is clean, else a clean copy. @throws SchemaError */
export function decode<T>(schema: Schema<T>, value: unknown): T {
  return schema.decode(value);
}

/** While it is set no object refuses a field it does not know. */
let leavesOutUnknown = false;

/**
 * The same for what a trusted peer of another version wrote, as a server does that is newer than who asks it: fields that
 * are not known are left out everywhere, also where they would be refused. @throws SchemaError
 */
export function decodeKnown<T>(schema: Schema<T>, value: unknown): T {
  leavesOutUnknown = true;
  try {
    return schema.decode(value);
  } finally {
    leavesOutUnknown = false;
  }
}

/** Fields of every object and map that was found clean since it was last set to 0. */
let fieldsSeen = 0;

/**
 * For a reader that must know whether a key was written twice: what the text holds more than this was.
 * @returns how many fields the value holds, in all its objects; undefined when it is not clean
 * @throws SchemaError
 */
export function countCleanFields(schema: Schema<unknown>, value: unknown): number | undefined {
  fieldsSeen = 0;
  return schema.decode(value) === value ? fieldsSeen : undefined;
}

function fail(reason: string, path = ''): never {
  throw new SchemaError(path, reason);
}

/** The same fault, seen from one level further out. Paths are put together only when there is a fault to tell. */
function inside(place: string, error: unknown): unknown {
  if (!(error instanceof SchemaError)) return error;
  const joint = error.path === '' || error.path.startsWith('[') || error.path.startsWith(' ') ? '' : '.';
  return new SchemaError(place + joint + error.path, error.reason);
}

const showKey = (key: string): string => visible(key.slice(0, 64));

/** Keys that reach into prototypes: no map holds them, no frame brings them. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

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
    decode(value) {
      if (typeof value !== 'string') fail('must be a string');
      if (value.length < min) fail(`must have at least ${min} characters`);
      if (value.length > max) fail(`must have at most ${max} characters`);
      if (pattern && !pattern.test(value)) fail(`must match ${pattern.source}`);
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
    decode(value) {
      const given = plain.decode(value);
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
    decode(value) {
      if (typeof value !== 'number' || (whole && !Number.isInteger(value))) {
        fail(whole ? 'must be a whole number' : 'must be a number');
      }
      if (!(value >= min && value <= max)) fail(`must be from ${min} to ${max}`);
      return value;
    },
  };
}

const number = (options: NumberOptions = {}): Schema<number> => numeric('number', options);
const integer = (options: NumberOptions = {}): Schema<number> => numeric('integer', options);

function boolean(description?: string): Schema<boolean> {
  return {
    json: { type: 'boolean', ...(description && { description }) },
    decode: (value) => (typeof value === 'boolean' ? value : fail('must be true or false')),
  };
}

/** One of a closed list of strings or numbers. */
function oneOf<const V extends readonly (string | number | boolean)[]>(values: V): Schema<V[number]> {
  return {
    json: values.length === 1 ? { const: values[0] } : { enum: [...values] },
    decode(value) {
      for (const one of values) if (one === value) return one;
      return fail(`must be one of ${values.join(', ')}`);
    },
  };
}

function array<T>(item: Schema<T>, max: number, min = 0): Schema<T[]> {
  return {
    json: { type: 'array', items: item.json, maxItems: max, ...(min > 0 && { minItems: min }) },
    decode(value) {
      if (!Array.isArray(value)) fail('must be a list');
      if (value.length > max || value.length < min) fail(`must have ${min} to ${max} entries`);
      const given: unknown[] = value;
      let out: unknown[] = given;
      let i = 0;
      try {
        for (; i < given.length; i++) {
          const clean = item.decode(given[i]);
          if (clean === given[i]) continue;
          if (out === given) out = [...given];
          out[i] = clean;
        }
      } catch (error) {
        throw inside(`[${i}]`, error);
      }
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each entry was just decoded
      return out as T[];
    },
  };
}

/** What `for … in` walks over must be the object's own. JSON and TOML make no others. */
function ownFields(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? value : { ...value };
}

function object<F extends Fields>(
  fields: F,
  options: { unknown: 'refuse' | 'ignore' } = { unknown: 'refuse' },
): Schema<ObjectOf<F>> {
  const entries = Object.entries(fields);
  const table: ReadonlyMap<string, Schema<unknown>> = new Map(entries);
  const required = entries.filter(([, schema]) => !schema.optional).map(([key]) => key);
  const refuse = options.unknown === 'refuse';

  /** The known fields only, those that had to be cleaned in their clean form. */
  function copy(
    source: Readonly<Record<string, unknown>>,
    cleaned: ReadonlyMap<string, unknown> | undefined,
  ): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    for (const [key] of entries) {
      if (Object.hasOwn(source, key)) out[key] = cleaned?.has(key) ? cleaned.get(key) : source[key];
    }
    return out;
  }

  return {
    json: {
      type: 'object',
      properties: Object.fromEntries(entries.map(([key, schema]) => [key, schema.json])),
      ...(required.length > 0 && { required }),
      ...(refuse && { additionalProperties: false }),
    },
    decode(value) {
      if (!isObject(value)) fail('must be an object');
      const source = ownFields(value);
      let extra: string | undefined;
      let known = 0;
      let wanted = required.length;
      let cleaned: Map<string, unknown> | undefined;
      let at = '';
      try {
        for (const key in source) {
          const schema = table.get(key);
          if (schema === undefined) {
            extra ??= key;
            continue;
          }
          at = key;
          const given = source[key];
          const clean = schema.decode(given);
          if (clean !== given) (cleaned ??= new Map<string, unknown>()).set(key, clean);
          if (schema.optional === undefined) wanted--;
          known++;
        }
      } catch (error) {
        throw inside(at, error);
      }
      if (wanted > 0)
        fail(
          'is required',
          required.find((key) => !Object.hasOwn(source, key)),
        );
      if (refuse && extra !== undefined && !leavesOutUnknown) fail('is not known here', showKey(extra));
      fieldsSeen += known;
      const out = extra === undefined && cleaned === undefined ? source : copy(source, cleaned);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each field was just decoded by its own schema
      return out as ObjectOf<F>;
    },
  };
}

/** A map from free keys to values of one schema. */
function record<T>(key: Schema<string>, item: Schema<T>, max: number): Schema<Record<string, T>> {
  return {
    json: { type: 'object', additionalProperties: item.json, maxProperties: max },
    decode(value) {
      if (!isObject(value)) fail('must be an object');
      const entries = Object.entries(value);
      if (entries.length > max) fail(`must have at most ${max} entries`);
      const out: Record<string, T> = {};
      let clean = true;
      let at = ' key';
      try {
        for (const [name, content] of entries) {
          at = ' key';
          if (FORBIDDEN_KEYS.has(name)) fail('is not allowed');
          const cleanName = key.decode(name);
          at = showKey(name);
          const cleanContent = item.decode(content);
          out[cleanName] = cleanContent;
          clean &&= cleanName === name && cleanContent === content;
        }
      } catch (error) {
        throw inside(at, error);
      }
      fieldsSeen += entries.length;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each entry was just decoded
      return clean ? (value as Record<string, T>) : out;
    },
  };
}

function nullable<T>(schema: Schema<T>): Schema<T | null> {
  return {
    json: { anyOf: [schema.json, { type: 'null' }] },
    decode: (value) => (value === null ? null : schema.decode(value)),
  };
}

/** Any object, its fields as they came: for what other entries of the protocol describe. Never for what is stored. */
function anyObject(description: string): Schema<Readonly<Record<string, unknown>>> {
  return {
    json: { type: 'object', description },
    decode: (value) => (isObject(value) ? value : fail('must be an object')),
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
  anyObject,
  nullable,
  optional,
  described,
};
