/** Holds parameters, query and body to the schemas of the table. Strict: nothing is converted, added or dropped. */
import { Ajv } from 'ajv';
import type { ErrorObject } from 'ajv';

import type { Words } from '@ops/protocol/http/endpoint.ts';
import { visible } from '@ops/protocol/schema.ts';
import type { JsonSchema, Schema } from '@ops/protocol/schema.ts';

import { RequestFault } from './request-fault.ts';

/** The part of a request a value comes from: the first word of the field that is named. */
export type Part = 'params' | 'query' | 'body';

/** Returns the value it was given, known to fit. @throws RequestFault `invalid_request` that names the field */
export type Validate<T> = (value: unknown) => T;

const MAX_FIELD_CHARS = 200;

/** What is said about a fault, by the keyword of JSON Schema that found it. */
const REASONS: Readonly<Record<string, (error: ErrorObject) => Words>> = {
  required: () => ({ zh: '缺少', en: 'is required' }),
  additionalProperties: () => ({ zh: '不认识', en: 'is not known here' }),
  type: ({ params }) => ({ zh: `类型必须为 ${params['type']}`, en: `must be of type ${params['type']}` }),
  enum: ({ params }) => {
    const allowed = String(params['allowedValues']).replaceAll(',', ', ');
    return { zh: `必须是 ${allowed} 之一`, en: `must be one of ${allowed}` };
  },
  minLength: ({ params }) => ({
    zh: `至少 ${params['limit']} 个字符`,
    en: `must have at least ${params['limit']} characters`,
  }),
  maxLength: ({ params }) => ({
    zh: `至多 ${params['limit']} 个字符`,
    en: `must have at most ${params['limit']} characters`,
  }),
  minimum: ({ params }) => ({ zh: `不得小于 ${params['limit']}`, en: `must be at least ${params['limit']}` }),
  maximum: ({ params }) => ({ zh: `不得大于 ${params['limit']}`, en: `must be at most ${params['limit']}` }),
  pattern: () => ({ zh: '格式不正确', en: 'has the wrong form' }),
};

function faultOf(part: Part, error: ErrorObject): RequestFault {
  const path = error.instancePath.split('/').slice(1);
  const { missingProperty, additionalProperty } = error.params;
  const last = missingProperty ?? additionalProperty;
  const names = [part, ...path, ...(typeof last === 'string' ? [last] : [])];
  const field = visible(names.join('.').slice(0, MAX_FIELD_CHARS));
  const { zh, en } = REASONS[error.keyword]?.(error) ?? { zh: '不符合要求', en: 'is not valid' };
  return new RequestFault('invalid_request', {
    field,
    words: { zh: `${field} ${zh}`, en: `${field} ${en}` },
  });
}

export interface Validation {
  /** Without a schema only an absent or empty value fits. */
  compile<T>(part: Part, schema: Schema<T> | undefined): Validate<T>;
}

const NOTHING: JsonSchema = { type: 'object', properties: {}, additionalProperties: false };

export function createValidation(): Validation {
  const ajv = new Ajv({ strict: true, coerceTypes: false, useDefaults: false, removeAdditional: false });
  return {
    compile<T>(part: Part, schema: Schema<T> | undefined): Validate<T> {
      const fits = ajv.compile<T>(schema?.json ?? NOTHING);
      return (value) => {
        const given: unknown = value ?? {};
        if (fits(given)) return given;
        throw faultOf(part, fits.errors![0]!);
      };
    },
  };
}

const NUMBER = /^-?\d{1,16}(?:\.\d{1,16})?$/;

function isNumeric(property: unknown): boolean {
  if (typeof property !== 'object' || property === null || !('type' in property)) return false;
  return property.type === 'integer' || property.type === 'number';
}

function numericNames(schema: Schema<unknown> | undefined): Set<string> {
  const properties: unknown = schema?.json['properties'];
  if (typeof properties !== 'object' || properties === null) return new Set();
  return new Set(
    Object.entries(properties).flatMap(([name, property]) => (isNumeric(property) ? [name] : [])),
  );
}

/** Reads a query; see `createQueryParser`. */
export type ParseQuery = (search: string) => Record<string, unknown>;

/**
 * A query as an object: text becomes a number where the schema asks for one and it is written as one; a name that
 * comes twice becomes a list, which no schema takes (single-valued parameters).
 */
export function createQueryParser(schema: Schema<unknown> | undefined): ParseQuery {
  const numeric = numericNames(schema);
  return (search) => {
    const parsed = new Map<string, unknown>();
    for (const [name, text] of new URLSearchParams(search)) {
      const value = numeric.has(name) && NUMBER.test(text) ? Number(text) : text;
      parsed.set(name, parsed.has(name) ? [] : value);
    }
    return Object.fromEntries(parsed);
  };
}
