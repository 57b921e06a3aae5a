/** `node scripts/docs.ts`: writes the example files and the parts of docs/ that are made from the code. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { generatedFiles } from './generated-docs.ts';

const ROOT = join(import.meta.dirname, '..');

for (const { path, text } of generatedFiles()) {
  const file = join(ROOT, path);
  let before = '';
  try {
    before = readFileSync(file, 'utf8');
  } catch {
    // A file that is not there yet is written whole.
  }
  if (before === text) continue;
  writeFileSync(file, text);
  console.log(`wrote ${path}`);
}
