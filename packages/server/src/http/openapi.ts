/** The table of endpoints as an OpenAPI 3.1 document, with the very schemas that validate. Pure. */
import { failure } from '@ops/protocol/http/endpoint.ts';
import type { Access, Endpoint } from '@ops/protocol/http/endpoint.ts';
import type { JsonSchema, Schema } from '@ops/protocol/schema.ts';

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: unknown;
  readonly tags: readonly { readonly name: string }[];
}

/** Version of the API, not of the program: it changes when a caller has to. */
const API_VERSION = '1';

const DESCRIPTION = [
  'Sign in with the cookie of `POST /api/login` or with `Authorization: Bearer …` (never both).',
  'Every failure is `{"success": false, "code", "message"}`; `code` is stable, `message` is for people.',
].join(' ');

const ACCESS_WORDS: Readonly<Record<Access, string>> = {
  public: 'Anybody.',
  session: 'Whoever signed in.',
  viewer: 'Role viewer or more.',
  operator: 'Role operator or more; the bearer token.',
  admin: 'Role admin.',
  metrics: 'The bearer token, or a request from the same machine.',
};

const FAILURE_REF = { $ref: '#/components/responses/Failure' };

/** Statuses a call may fail with, beyond its own. */
function commonFailures({ access, method, body, query, params }: Endpoint): number[] {
  return [
    400,
    ...(access === 'public' ? [] : [401, 403, 429]),
    ...(method === 'GET' ? [] : [403, 413, 415]),
    ...(body || query || params ? [400] : []),
    500,
    503,
  ];
}

function parameters(place: 'path' | 'query', schema: Schema<unknown> | undefined): unknown[] {
  if (!schema) return [];
  const required = schema.json['required'];
  return Object.entries(propertiesOf(schema.json)).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || (Array.isArray(required) && required.includes(name)),
    schema: property,
  }));
}

function propertiesOf(json: JsonSchema): object {
  const { properties } = json;
  return typeof properties === 'object' && properties !== null ? properties : {};
}

function successOf({ answer }: Endpoint): unknown {
  return 'mediaType' in answer
    ? { description: answer.description, content: { [answer.mediaType]: { schema: { type: 'string' } } } }
    : { description: 'OK', content: { 'application/json': { schema: answer.json } } };
}

function operationOf(endpoint: Endpoint): unknown {
  const { tag, summary, access, params, query, body, failures = {} } = endpoint;
  const statuses = new Set([...commonFailures(endpoint), ...Object.keys(failures).map(Number)]);
  return {
    operationId: operationId(endpoint),
    tags: [tag],
    summary: summary.en,
    description: `${summary.zh}\n\n${ACCESS_WORDS[access]}`,
    security: access === 'public' ? [] : [{ session: [] }, { bearer: [] }],
    parameters: [...parameters('path', params), ...parameters('query', query)],
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body.json } } } }),
    responses: {
      200: successOf(endpoint),
      ...Object.fromEntries([...statuses].map((status) => [status, describeFailure(failures[status])])),
    },
  };
}

function describeFailure(code: string | undefined): unknown {
  return code === undefined
    ? FAILURE_REF
    : {
        description: `\`${code}\``,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } },
      };
}

/** `GET /api/clients/{id}/samples` → `getApiClientsIdSamples` */
function operationId({ method, path }: Endpoint): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return method.toLowerCase() + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}

export function openApiDocument(endpoints: readonly Endpoint[]): OpenApiDocument {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const endpoint of endpoints) {
    const operations = (paths[endpoint.path] ??= {});
    operations[endpoint.method.toLowerCase()] = operationOf(endpoint);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'OPS', version: API_VERSION, description: DESCRIPTION },
    paths,
    components: {
      schemas: { Failure: failure.json },
      responses: {
        Failure: {
          description: 'Refused or failed.',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } },
        },
      },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'session_id' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
    },
    tags: [...new Set(endpoints.map(({ tag }) => tag))].map((name) => ({ name })),
  };
}
