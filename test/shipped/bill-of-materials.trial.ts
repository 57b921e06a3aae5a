/** The bill of materials of dist/, held to the schema its makers publish. */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { beforeAll, expect, it } from 'vitest';

import { ROOT } from '../source-files.ts';

const DIST = join(ROOT, 'dist');
const require = createRequire(import.meta.url);
const SCHEMAS = join(dirname(require.resolve('@cyclonedx/cyclonedx-library/package.json')), 'res/schema');

let bom: string;
let conforms: ValidateFunction;

const fileOf = (name: string): string => `${name}.SNAPSHOT.schema.json`;
const schema = async (name: string): Promise<object> => {
  const value: unknown = JSON.parse(await readFile(join(SCHEMAS, fileOf(name)), 'utf8'));
  return Object(value) as object;
};

beforeAll(async () => {
  const name = (await readdir(DIST)).find((one) => one.endsWith('.cdx.json'));
  if (name === undefined) throw new Error('dist/ has no bill of materials: npm run build');
  bom = await readFile(join(DIST, name), 'utf8');

  // They use words for people that are none of JSON Schema.
  const ajv = new Ajv({ strict: false, allErrors: true });
  formats.default(ajv);
  // Of draft 2019, which the package of formats leaves out.
  ajv.addFormat('iri-reference', (text: string) => URL.canParse(text, 'https://example.org/'));
  ajv.addFormat('idn-email', /^[^\s@]+@[^\s@]+$/);
  // The schema refers to the others by their file.
  for (const other of ['spdx', 'jsf-0.82', 'cryptography-defs'])
    ajv.addSchema(await schema(other), `http://cyclonedx.org/schema/${fileOf(other)}`);
  conforms = ajv.compile(await schema('bom-1.6'));
});

it('the bill of materials is one by the schema of CycloneDX 1.6', () => {
  expect({ conforms: conforms(JSON.parse(bom)), errors: conforms.errors }).toEqual({
    conforms: true,
    errors: null,
  });
});

it.each([
  ['a component of no known kind', '"type": "library"', '"type": "thing"'],
  ['a licence nobody knows', '"id": "MIT"', '"id": "MIT-like"'],
  ['a kind of sum that there is not', '"alg": "SHA-256"', '"alg": "SUM"'],
  ['a time that is none', '"timestamp": "20', '"timestamp": "twenty'],
  ['a field nobody knows', '"bomFormat"', '"x": 1, "bomFormat"'],
])('and the schema would find %s', (_what, right, wrong) => {
  expect(bom).toContain(right);
  expect(conforms(JSON.parse(bom.replace(right, wrong)))).toBe(false);
});
