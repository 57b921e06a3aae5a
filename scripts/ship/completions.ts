/** What opsctl itself prints for the shells, at the places where they look for it. */
import { join } from 'node:path';

import type { Entry } from './archive.ts';
import { run } from './run.ts';
import { ROOT } from './what.ts';

const PLACES = {
  bash: 'usr/share/bash-completion/completions/opsctl',
  zsh: 'usr/share/zsh/vendor-completions/_opsctl',
} as const;

export async function completions(): Promise<Entry[]> {
  const main = join(ROOT, 'packages/ctl/src/main.ts');
  return await Promise.all(
    Object.entries(PLACES).map(async ([shell, path]) => ({
      path,
      mode: 0o644,
      data: Buffer.from(await run(process.execPath, [main, 'completion', shell])),
    })),
  );
}
