/** A directory of its own for a test, gone with `await using` or `remove`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TempDirectory extends AsyncDisposable {
  readonly path: string;
  remove(): Promise<void>;
}

/** @param name shows in the path, so that a directory left behind tells whose it is */
export async function tempDirectory(name = 'test'): Promise<TempDirectory> {
  const path = await mkdtemp(join(tmpdir(), `ops-${name}-`));
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 3 });
  return { path, remove, [Symbol.asyncDispose]: remove };
}
