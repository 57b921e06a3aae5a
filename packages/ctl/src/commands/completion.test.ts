import { execFileSync, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { describe, expect, it } from 'vitest';

import { opsctl } from '../opsctl.ts';
import { testTerminal } from '../test-terminal.ts';

async function script(shell: string): Promise<string> {
  const terminal = testTerminal();
  expect(await opsctl({ args: ['completion', shell], env: {}, terminal })).toBe(0);
  return terminal.stdout();
}

describe('completion', () => {
  it('is a script bash takes, and offers commands, options and choices', async () => {
    const temp = await tempDirectory('completion');
    try {
      const path = join(temp.path, 'completion.bash');
      const asked = [
        'ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _opsctl; echo "${COMPREPLY[*]}"; }',
        'ask opsctl hi',
        'ask opsctl run --ti',
        'ask opsctl hosts --status o',
        'ask opsctl run -l e',
        'ask opsctl completion z',
        'ask opsctl apps re',
        'ask opsctl apps --status R',
        'ask opsctl rollout --on-failure r',
        'ask opsctl rollout pa',
        'ask opsctl upgrades re',
        'ask opsctl upgrade --ca',
      ].join('\n');
      await writeFile(path, `${await script('bash')}\n${asked}\n`);
      expect(execFileSync('bash', [path], { encoding: 'utf8' }).split('\n')).toEqual([
        'history',
        '--timeout',
        'online offline',
        '',
        'zsh',
        'restart releases',
        'Running',
        'rollback',
        'pause',
        'resume',
        '--canary --ca',
        '',
      ]);
    } finally {
      await temp.remove();
    }
  });

  it.skipIf(spawnSync('zsh', ['--version']).error !== undefined)('is a script zsh takes', async () => {
    await using temp = await tempDirectory('completion');
    const path = join(temp.path, '_opsctl');
    await writeFile(path, await script('zsh'));
    expect(execFileSync('zsh', ['-n', path], { encoding: 'utf8' })).toBe('');
  });

  it('is there for two shells', async () => {
    const terminal = testTerminal();
    expect(await opsctl({ args: ['completion', 'fish'], env: {}, terminal })).toBe(2);
    expect(terminal.stderr()).toContain('bash and zsh');
  });
});
