/** Packages for sources that lie outside of the repository: its own are theirs, all others are those installed here. */
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';

import { repositoryRoot } from '@ops/testkit/child-program.ts';

const OWN = '@ops';

/** @param root holds `packages`; `node_modules` is made */
export async function linkModules(root: string): Promise<void> {
  const modules = join(repositoryRoot, 'node_modules');
  await mkdir(join(root, 'node_modules', OWN), { recursive: true });
  for (const name of await readdir(modules)) {
    if (name !== OWN) await symlink(join(modules, name), join(root, 'node_modules', name));
  }
  for (const name of await readdir(join(root, 'packages'))) {
    await symlink(join(root, 'packages', name), join(root, 'node_modules', OWN, name));
  }
}
