import { ENDPOINTS } from '@ops/protocol/http/endpoints.ts';
import { describe, expect, test } from 'vitest';

import { curlOf, quoted } from './curl.ts';
import { readDocument } from './open-api.ts';
import type { Operation } from './open-api.ts';
import { boundsOf, fieldsOf, typeOf } from './schema-words.ts';

const DOCUMENT = {
  paths: {
    '/api/clients/{id}': {
      get: {
        tags: ['clients'],
        summary: 'One client',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: {
          200: {
            description: 'OK',
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Client' } } },
          },
          401: { $ref: '#/components/responses/Failure' },
        },
      },
      parameters: [],
    },
    '/api/login': {
      post: {
        tags: ['authentication'],
        requestBody: {
          content: {
            'application/json': {
              schema: {
                type: 'object',
                properties: { username: { type: 'string' }, remember: { type: 'boolean' } },
                required: ['username'],
              },
            },
          },
        },
        responses: {},
      },
    },
  },
  components: {
    schemas: {
      Client: { type: 'object', properties: { hostname: { type: 'string' } } },
      Loop: { $ref: '#/components/schemas/Loop' },
    },
    responses: { Failure: { description: 'Refused' } },
  },
};

function operation(path: string): Operation {
  const found = readDocument(DOCUMENT)
    .flatMap((group) => group.operations)
    .find((entry) => entry.path === path);
  if (found === undefined) throw new Error(`${path} was not read`);
  return found;
}

describe('reading', () => {
  test('operations come by tag, with parameters, references and answers', () => {
    expect(readDocument(DOCUMENT).map((group) => group.tag)).toEqual(['clients', 'authentication']);
    const one = operation('/api/clients/{id}');
    expect(one).toMatchObject({ method: 'GET', anchor: 'get-api-clients-id', access: 'viewer' });
    expect(one.summary).toEqual({ zh: '一个客户端', en: 'One client' });
    expect(one.parameters).toEqual([
      { name: 'id', place: 'path', required: true, schema: { type: 'string' } },
    ]);
    expect(one.answers.map((answer) => [answer.status, answer.description])).toEqual([
      ['200', 'OK'],
      ['401', 'Refused'],
    ]);
    expect(fieldsOf(one.answers[0]?.schema ?? {}).map((field) => field.name)).toEqual(['hostname']);
  });

  test.each([[null], ['text'], [{}], [{ paths: [] }], [{ paths: { '/x': { get: null, post: 'x' } } }]])(
    'a document that is none (%j) does not throw',
    (document) => {
      expect(() =>
        readDocument(document === null || typeof document === 'string' ? {} : document),
      ).not.toThrow();
    },
  );

  test('a reference to itself ends', () => {
    const looping = {
      ...DOCUMENT,
      paths: {
        '/x': {
          get: {
            requestBody: {
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Loop' } } },
            },
          },
        },
      },
    };
    expect(() => readDocument(looping)).not.toThrow();
  });

  test('an endpoint the console does not know is shown as the document says', () => {
    const foreign = { paths: { '/api/new': { get: { summary: 'New', tags: ['x'] } } } };
    expect(readDocument(foreign)[0]?.operations[0]).toMatchObject({
      access: undefined,
      summary: { zh: 'New', en: 'New' },
    });
  });

  test('every endpoint of the table has an anchor of its own', () => {
    const paths: Record<string, Record<string, object>> = {};
    for (const { path, method } of ENDPOINTS) (paths[path] ??= {})[method.toLowerCase()] = { tags: ['x'] };
    const anchors = readDocument({ paths }).flatMap((group) => group.operations.map((entry) => entry.anchor));
    expect(new Set(anchors).size).toBe(ENDPOINTS.length);
  });
});

describe('schema in words', () => {
  test.each([
    [{ type: 'string' }, 'string'],
    [{ anyOf: [{ type: 'integer' }, { type: 'null' }] }, 'integer | null'],
    [{ enum: ['a', 'b'] }, '"a" | "b"'],
    [{ const: true }, 'true'],
    [{ type: 'array', items: { type: 'object' } }, 'object[]'],
    [{ type: 'object', additionalProperties: { type: 'number' } }, '{ [key]: number }'],
    [{ type: 'object', additionalProperties: false }, 'object'],
    [{}, 'any'],
  ])('%j is %s', (schema, words) => {
    expect(typeOf(schema)).toBe(words);
  });

  test('bounds', () => {
    expect(boundsOf({ type: 'integer', minimum: 0 }).value).toBe('≥ 0');
    expect(boundsOf({ type: 'string', minLength: 1, maxLength: 64 }).length).toBe('1–64');
    expect(boundsOf({ type: 'string', minLength: 36, maxLength: 36 }).length).toBe('36');
    expect(boundsOf({ type: 'array', maxItems: 3 }).entries).toBe('≤ 3');
  });
});

describe('curl', () => {
  test('signing in keeps the cookie and sends what is needed', () => {
    expect(curlOf(operation('/api/login'), 'http://ops:3000')).toBe(
      [
        'curl -s \\',
        '  -X POST \\',
        '  -c ops.cookie \\',
        "  -H 'Content-Type: application/json' \\",
        `  -d '{"username":"<username>"}' \\`,
        "  'http://ops:3000/api/login'",
      ].join('\n'),
    );
  });

  test('reading is one line', () => {
    expect(curlOf(operation('/api/clients/{id}'), 'http://ops:3000')).toBe(
      "curl -s -b ops.cookie 'http://ops:3000/api/clients/<id>'",
    );
  });

  test('a word stays one word, whatever is in it', () => {
    expect(quoted("a'b")).toBe(`'a'\\''b'`);
  });
});
