import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import { expect, test } from 'vitest';

import { createKernelFiles, MAX_KERNEL_FILE } from './kernel-files.ts';

test('a file is read anew each time, whole, whatever its size', async () => {
  await using directory = await tempDirectory('kernel-files');
  const path = join(directory.path, 'stat');
  const files = createKernelFiles();
  for (const text of ['short\n', 'x\n'.repeat(50_000), '', 'short again\n']) {
    await writeFile(path, text);
    expect(files.read(path)).toBe(text);
  }
  files.close();
});

test('a file longer than any of the kernel is cut at a line', async () => {
  await using directory = await tempDirectory('kernel-files');
  const path = join(directory.path, 'endless');
  await writeFile(path, 'a line of ten\n'.repeat(MAX_KERNEL_FILE / 10));
  const files = createKernelFiles();
  const text = files.read(path) ?? '';
  expect(text.length).toBeLessThanOrEqual(MAX_KERNEL_FILE);
  expect(text.endsWith('a line of ten\n')).toBe(true);
  files.close();
});

test('what is not there, or no file, is undefined and found when it comes', async () => {
  await using directory = await tempDirectory('kernel-files');
  const path = join(directory.path, 'late');
  const files = createKernelFiles();
  expect(files.read(path)).toBeUndefined();
  expect(files.readOnce(path)).toBeUndefined();
  expect(files.read(directory.path)).toBeUndefined();
  await writeFile(`${path}.new`, 'here\n');
  await rename(`${path}.new`, path);
  expect(files.read(path)).toBe('here\n');
  files.close();
});
