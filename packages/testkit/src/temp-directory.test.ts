import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { tempDirectory } from './temp-directory.ts';

test('each is new and named, and gone with its block', async () => {
  let path: string;
  {
    await using one = await tempDirectory('fixture');
    await using other = await tempDirectory('fixture');
    path = one.path;
    expect(path).not.toBe(other.path);
    expect(path).toContain('ops-fixture-');
    await writeFile(join(path, 'file'), 'x');
  }
  expect(existsSync(path)).toBe(false);
});
