import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version both programs and the API show: the one of the package. */
export function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'));
  return (manifest as { version: string }).version;
}
