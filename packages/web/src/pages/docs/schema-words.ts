/** A JSON Schema in few words. Pure. */
import { list, object, text } from './open-api.ts';
import type { JsonObject } from './open-api.ts';

/** The schema itself when it may also be null, and whether it may. */
export function withoutNull(schema: JsonObject): { readonly schema: JsonObject; readonly nullable: boolean } {
  const choices = list(schema['anyOf']).map(object);
  if (choices.length === 0) return { schema, nullable: false };
  const rest = choices.filter((choice) => choice['type'] !== 'null');
  const { description } = schema;
  const only = rest[0] ?? {};
  const merged = description === undefined ? only : { ...only, description };
  return { schema: rest.length === 1 ? merged : schema, nullable: rest.length < choices.length };
}

/** `string`, `integer`, `object[]`, `map of object`, `"a" | "b"`. */
export function typeOf(raw: JsonObject): string {
  const { schema, nullable } = withoutNull(raw);
  return nullable ? `${plainType(schema)} | null` : plainType(schema);
}

function plainType(schema: JsonObject): string {
  if (schema['const'] !== undefined) return JSON.stringify(schema['const']);
  const values = list(schema['enum']);
  if (values.length > 0) return values.map((value) => JSON.stringify(value)).join(' | ');
  const type = text(schema['type']) || 'any';
  if (type === 'array') return `${typeOf(object(schema['items']))}[]`;
  if (type === 'object' && typeof schema['additionalProperties'] === 'object') {
    return `{ [key]: ${typeOf(object(schema['additionalProperties']))} }`;
  }
  return type;
}

function range(low: unknown, high: unknown): string | undefined {
  const [from, to] = [low, high].map((bound) => (typeof bound === 'number' ? String(bound) : undefined));
  if (from === undefined && to === undefined) return undefined;
  if (from === to) return from;
  if (from === undefined) return `≤ ${to}`;
  return to === undefined ? `≥ ${from}` : `${from}–${to}`;
}

export interface Bounds {
  readonly value: string | undefined;
  readonly length: string | undefined;
  readonly entries: string | undefined;
  readonly pattern: string | undefined;
}

export function boundsOf(raw: JsonObject): Bounds {
  const { schema } = withoutNull(raw);
  return {
    value: range(schema['minimum'], schema['maximum']),
    length: schema['const'] === undefined ? range(schema['minLength'], schema['maxLength']) : undefined,
    entries: range(
      schema['minItems'] ?? schema['minProperties'],
      schema['maxItems'] ?? schema['maxProperties'],
    ),
    pattern: text(schema['pattern']) || undefined,
  };
}

export interface Field {
  readonly name: string;
  readonly required: boolean;
  readonly schema: JsonObject;
}

/** The fields of an object, or of the objects in a list or a map; none for plain values. */
export function fieldsOf(raw: JsonObject): readonly Field[] {
  const { schema } = withoutNull(raw);
  if (schema['type'] === 'array') return fieldsOf(object(schema['items']));
  if (typeof schema['additionalProperties'] === 'object')
    return fieldsOf(object(schema['additionalProperties']));
  const required = new Set(list(schema['required']).map((name) => text(name)));
  return Object.entries(object(schema['properties'])).map(([name, property]) => ({
    name,
    required: required.has(name),
    schema: object(property),
  }));
}
