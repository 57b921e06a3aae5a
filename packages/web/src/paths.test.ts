import { PAGE_PATHS } from '@ops/protocol/http/pages.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { paths } from './paths.ts';
import { REMEMBERED } from './preferences/remembered.ts';

test('the server answers every path of the console with its page', () => {
  const asServer = Object.values(paths).map((path) => path.replace(/\$(\w+)/g, '{$1}'));
  expect(asServer.toSorted()).toEqual([...PAGE_PATHS].toSorted());
});

test('what runs before the first paint reads what the console remembers', () => {
  const early = readFileSync(join(import.meta.dirname, '../public/first-paint.js'), 'utf8');
  expect(early).toContain(`'${REMEMBERED.colourScheme}'`);
  expect(early).toContain(`'${REMEMBERED.language}'`);
});
