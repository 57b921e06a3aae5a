import { ENDPOINTS } from '@ops/protocol/http/endpoints.ts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';

import { openApiDocument } from './openapi.ts';

const document = openApiDocument(ENDPOINTS);

function schemasIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  const found = 'schema' in value && typeof value.schema === 'object' && value.schema ? [value.schema] : [];
  return [...found, ...Object.values(value).flatMap(schemasIn)];
}

describe('the OpenAPI document', () => {
  it('has an operation for each entry of the table and no other', () => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(operations.toSorted()).toEqual(
      ENDPOINTS.map(({ method, path }) => `${method} ${path}`).toSorted(),
    );
  });

  it('has operation ids that are unique', () => {
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(
        (operation) => JSON.stringify(operation).match(/"operationId":"(\w+)"/)?.[1],
      ),
    );
    expect(new Set(ids).size).toBe(ENDPOINTS.length);
    expect(ids).toContain('getApiClientsIdSamples');
  });

  it('holds schemas that are valid JSON Schema 2020-12, as OpenAPI 3.1 asks', () => {
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema({ $id: 'document', components: document.components });
    const schemas = schemasIn(document.paths).filter((schema) => !('$ref' in schema));
    expect(schemas.length).toBeGreaterThan(ENDPOINTS.length);
    for (const schema of schemas) expect(ajv.validateSchema(schema)).toBe(true);
  });

  it('names every parameter of a path', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const name of path.match(/(?<=\{)\w+/g) ?? []) {
        expect(JSON.stringify(methods)).toContain(`{"name":"${name}","in":"path","required":true`);
      }
    }
  });

  it('says that what is public needs no signing in, and everything else does', () => {
    for (const { method, path, access } of ENDPOINTS) {
      const operation = document.paths[path]?.[method.toLowerCase()];
      const security = access === 'public' ? [] : [{ session: [] }, { bearer: [] }];
      expect(operation).toMatchObject({ security });
    }
  });
});
