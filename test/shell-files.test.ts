import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

import { files, read, ROOT } from './source-files.ts';

const run = promisify(execFile);

/** By their ending, or by their first line. */
const shellFiles = (): string[] =>
  files(/(\.sh|\/[^./]+)$/).filter((path) => path.endsWith('.sh') || /^#!.*\b(ba|da)?sh\b/.test(read(path)));

it('every shell file passes shellcheck, which must be there', async () => {
  const paths = shellFiles();
  expect(paths).toEqual(
    expect.arrayContaining([
      '.ci/run',
      'bin/ops-server',
      'bin/run.sh',
      'deploy/scripts/app-template.sh',
      'deploy/scripts/backup.sh',
      'deploy/scripts/deploy-client.sh',
      'deploy/scripts/maintenance.sh',
      'deploy/scripts/monitor.sh',
    ]),
  );
  const { stdout } = await run('shellcheck', ['-x', ...paths], { cwd: ROOT }).catch((cause: unknown) => {
    const { stdout: found, message } = cause as { readonly stdout?: string; readonly message: string };
    // Nothing on its output: it did not run.
    throw new Error(found || `${message} (apt-get install shellcheck)`);
  });
  expect(stdout).toBe('');
});
