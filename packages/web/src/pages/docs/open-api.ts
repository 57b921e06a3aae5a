/** Reads an OpenAPI 3.1 document into what the page shows. Pure; believes nothing of its shape. */
import { ENDPOINTS } from '@ops/protocol/http/endpoints.ts';
import type { Access, Endpoint, Words } from '@ops/protocol/http/endpoint.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly name: string;
  readonly place: string;
  readonly required: boolean;
  readonly schema: JsonObject;
}

export interface Answer {
  readonly status: string;
  readonly description: string;
  readonly mediaType: string | undefined;
  readonly schema: JsonObject | undefined;
}

export interface Operation {
  readonly anchor: string;
  readonly method: string;
  readonly path: string;
  /** Both languages when the console knows the endpoint; else what the document says. */
  readonly summary: Words;
  readonly access: Access | undefined;
  readonly parameters: readonly Parameter[];
  readonly body: JsonObject | undefined;
  readonly answers: readonly Answer[];
}

export interface Group {
  readonly tag: string;
  readonly operations: readonly Operation[];
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value if it is an object, else an empty one; the same below for lists and strings. */
export function object(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

const MAX_REFERENCES = 8;

/** Follows `$ref` within the document. */
function resolve(document: JsonObject, value: unknown): JsonObject {
  let found = object(value);
  for (let hops = 0; typeof found['$ref'] === 'string' && hops < MAX_REFERENCES; hops++) {
    const steps = found['$ref'].replace(/^#\//, '').split('/');
    found = object(steps.reduce<unknown>((at, name) => object(at)[name], document));
  }
  return found;
}

function content(document: JsonObject, holder: JsonObject): Pick<Answer, 'mediaType' | 'schema'> {
  const [mediaType, body] = Object.entries(object(holder['content']))[0] ?? [];
  if (mediaType === undefined) return { mediaType, schema: undefined };
  return { mediaType, schema: resolve(document, object(body)['schema']) };
}

function operationOf(document: JsonObject, path: string, method: string, raw: JsonObject): Operation {
  const known = ENDPOINTS.find((entry: Endpoint) => entry.path === path && entry.method === method);
  const said = text(raw['summary']);
  return {
    anchor: `${method}-${path}`
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/-$/, ''),
    method,
    path,
    summary: known?.summary ?? { zh: said, en: said },
    access: known?.access,
    parameters: list(raw['parameters']).map((entry) => {
      const parameter = resolve(document, entry);
      return {
        name: text(parameter['name']),
        place: text(parameter['in']),
        required: parameter['required'] === true,
        schema: resolve(document, parameter['schema']),
      };
    }),
    body:
      raw['requestBody'] === undefined
        ? undefined
        : content(document, resolve(document, raw['requestBody'])).schema,
    answers: Object.entries(object(raw['responses'])).map(([status, entry]) => {
      const answer = resolve(document, entry);
      return { status, description: text(answer['description']), ...content(document, answer) };
    }),
  };
}

const METHODS = new Set(['get', 'post', 'put', 'patch', 'delete']);

/** The operations by their first tag, in the order of the document. */
export function readDocument(document: JsonObject): readonly Group[] {
  const groups = new Map<string, Operation[]>();
  for (const [path, item] of Object.entries(object(document['paths']))) {
    for (const [method, raw] of Object.entries(object(item))) {
      if (!METHODS.has(method)) continue;
      const tag = text(list(object(raw)['tags'])[0]);
      const group = groups.get(tag) ?? [];
      group.push(operationOf(document, path, method.toUpperCase(), object(raw)));
      groups.set(tag, group);
    }
  }
  return [...groups].map(([tag, operations]) => ({ tag, operations }));
}
