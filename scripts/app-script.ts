/** The management script of an application: deploy/scripts/app-template.sh with its two functions written. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const TEMPLATE = join(import.meta.dirname, '../deploy/scripts/app-template.sh');
const EDITED = /(?<=^# >>> edit .*\n)[\s\S]*?(?=^# <<< edit )/m;

/** @param functions `run_service` and `fetch_version`, in bash */
export function appScript(functions: string): string {
  return readFileSync(TEMPLATE, 'utf8').replace(EDITED, () => `\n${functions}\n`);
}
