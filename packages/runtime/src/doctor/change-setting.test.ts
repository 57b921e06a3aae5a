import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { expect, it } from 'vitest';

import { changeSetting } from './change-setting.ts';
import type { SettingPlace } from './change-setting.ts';

const place: SettingPlace = {
  key: 'trust_proxy',
  variable: 'OPS_TRUST_PROXY',
  origin: { from: 'default' },
  section: 'server',
  file: undefined,
  launcher: 'bin/ops-server',
};

it.each([
  [{ from: 'default' }, 'export OPS_TRUST_PROXY=10.0.0.0/8'],
  [{ from: 'variable', name: 'OPS_TRUST_PROXY' }, 'export OPS_TRUST_PROXY=10.0.0.0/8'],
  [{ from: 'option', name: '--trust-proxy' }, 'bin/ops-server --trust-proxy=10.0.0.0/8'],
] as const)('where it is %j', (origin, command) => {
  expect(changeSetting({ ...place, origin }, '["10.0.0.0/8"]', '10.0.0.0/8')).toBe(command);
});

it.each([
  [{ from: 'file', path: 'config.toml', line: 2 }, '[server]\ntrust_proxy = []\n[client]\n'],
  [{ from: 'default' }, '[server]\n[client]\n'],
] as const)('in a file (%j) the command, run by a shell, leaves the file right', async (origin, text) => {
  await using directory = await tempDirectory('change-setting');
  const file = join(directory.path, 'config.toml');
  await writeFile(file, text);
  const command = changeSetting({ ...place, origin, file: 'config.toml' }, '["10.0.0.0/8"]', '10.0.0.0/8');
  await writeFile(join(directory.path, 'mend.sh'), command);
  await promisify(execFile)('sh', ['mend.sh'], { cwd: directory.path });
  expect(await readFile(file, 'utf8')).toBe('[server]\ntrust_proxy = ["10.0.0.0/8"]\n[client]\n');
});
