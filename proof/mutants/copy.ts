/** A copy of the repository in which a bug may be planted: its sources, and the installed packages by link. */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { repositoryRoot } from '@ops/testkit/child-program.ts';
import { tempDirectory } from '@ops/testkit/temp-directory.ts';
import type { TempDirectory } from '@ops/testkit/temp-directory.ts';

import { linkModules } from '../linked-modules.ts';
import { plant } from './mutant.ts';
import type { Mutant } from './mutant.ts';

const COPIED = ['bin', 'packages', 'proof', 'scripts', 'package.json'];

export interface Copy extends TempDirectory {
  plant(mutant: Mutant): Promise<void>;
}

export async function copyRepository(): Promise<Copy> {
  const folder = await tempDirectory('mutant');
  const { path } = folder;
  const skipped = /\/(node_modules|dist|web\/src)(\/|$)/;
  for (const name of COPIED) {
    await cp(join(repositoryRoot, name), join(path, name), {
      recursive: true,
      filter: (source) => !skipped.test(source.slice(repositoryRoot.length - 1)),
    });
  }
  await linkModules(path);
  return {
    ...folder,
    async plant({ edits }) {
      for (const edit of edits) {
        const file = join(path, edit.file);
        await writeFile(file, plant(await readFile(file, 'utf8'), edit));
      }
    },
  };
}
