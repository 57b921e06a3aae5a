/** An earlier release, as its sources were: out of the history of this repository, into a directory of its own. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { repositoryRoot } from '@ops/testkit/child-program.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import type { TempDirectory } from '@ops/testkit/temp-directory.ts';

import { linkModules } from './linked-modules.ts';

const run = promisify(execFile);

export interface EarlierRelease extends TempDirectory {
  /** Commit and subject. */
  readonly name: string;
  /** Files of the programs that are different now. */
  readonly changed: number;
}

async function git(...args: readonly string[]): Promise<string> {
  return (await run('git', [...args], { cwd: repositoryRoot })).stdout.trim();
}

/** The newest tag before this commit; where there is none, the commit before. */
async function newest(): Promise<string> {
  return git('describe', '--tags', '--abbrev=0', 'HEAD~1').catch(() => 'HEAD~1');
}

/**
 * Its own packages, and those of others as they are installed here.
 * @param revision a tag or commit
 * @throws Error that says what to do where the history does not reach so far
 */
export async function unpackRelease(revision?: string): Promise<EarlierRelease> {
  const wanted = revision ?? (await newest());
  const commit = await git('rev-parse', '--verify', '--quiet', `${wanted}^{commit}`).catch(
    (cause: unknown) => {
      throw new Error(
        `${wanted} is not in the history of this clone: git fetch --unshallow (or --deepen=100), then again`,
        { cause },
      );
    },
  );
  const folder = await tempDirectory('release');
  try {
    const archive = join(folder.path, 'release.tar');
    await git('archive', '--output', archive, commit);
    await run('tar', ['-xf', archive, '-C', folder.path]);
    await linkModules(folder.path);
    const changed = await git(
      'diff',
      '--name-only',
      commit,
      '--',
      'packages/*/src/*',
      ':!*.test.ts',
      ':!packages/web',
    );
    return {
      ...folder,
      name: await git('log', '-1', '--format=%h %s', commit),
      changed: changed.split('\n').filter((line) => line !== '').length,
    };
  } catch (cause) {
    await folder.remove();
    throw cause;
  }
}
