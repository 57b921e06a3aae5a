/** A file that only its owner can read, and that was not there before: a private key is never overwritten. */
import { open } from 'node:fs/promises';

import { fileProblem, UnsafeFile } from '@ops/runtime/private-file.ts';

/** @throws UnsafeFile, also when there is something of this name */
export async function writeNewPrivateFile(path: string, text: string): Promise<void> {
  let handle;
  try {
    handle = await open(path, 'wx', 0o600);
  } catch (cause) {
    const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    throw new UnsafeFile(
      path,
      exists ? 'is there already, and is not overwritten' : fileProblem(cause),
      cause,
    );
  }
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
