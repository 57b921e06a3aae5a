/**
 * Files as a build leaves them for a server to hand out, with the sources of this repository in the place of the single
 * file: `ops-client-<version>-linux-<machine>.tar.gz` and SHA256SUMS. The program in it runs on this machine only.
 */
import { createHash } from 'node:crypto';
import { chown, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { repositoryRoot } from './child-program.ts';
import { archiveOf, clientScript } from './release-of-client.ts';
import { folderOf, THIS_ARCH } from './signed-release.ts';
import type { Arch } from './signed-release.ts';

export interface ClientArchive {
  /** Without `.tar.gz`. */
  readonly name: string;
  readonly machine: Arch;
}

/** @param directory made by the caller */
export async function makeClientArchive(directory: string): Promise<ClientArchive> {
  const manifest: unknown = JSON.parse(await readFile(join(repositoryRoot, 'package.json'), 'utf8'));
  const version = String(Object(manifest).version);
  const name = folderOf(version, THIS_ARCH);
  const archive = archiveOf(name, clientScript());
  const sum = createHash('sha256').update(archive).digest('hex');
  const others = `${'0'.repeat(64)}  ops-server-${version}-linux-x64.tar.gz\n${'1'.repeat(64)}  ../escape.tar.gz\n`;
  await writeFile(join(directory, `${name}.tar.gz`), archive);
  await writeFile(join(directory, 'SHA256SUMS'), `${others}${sum}  ${name}.tar.gz\n`);
  return { name, machine: THIS_ARCH };
}

/** For `spawn`: somebody who is not root, where the tests run as root. */
export const NOT_ROOT: { readonly uid?: number; readonly gid?: number } =
  process.geteuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** A file or directory becomes theirs. */
export async function giveToNotRoot(path: string): Promise<void> {
  const { uid, gid } = NOT_ROOT;
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
}
