/**
 * Files as a build leaves them for a server to hand out, with the sources of this repository in the place of the single
 * file: `ops-client-<version>-linux-<machine>.tar.gz` and SHA256SUMS. The program in it runs on this machine only.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { pinnedNode, repositoryRoot } from './child-program.ts';

export interface ClientArchive {
  /** Without `.tar.gz`. */
  readonly name: string;
  readonly machine: 'x64' | 'arm64';
}

/** @param directory made by the caller; also holds a folder `stage`, which is not to be handed out */
export async function makeClientArchive(directory: string): Promise<ClientArchive> {
  const manifest: unknown = JSON.parse(await readFile(join(repositoryRoot, 'package.json'), 'utf8'));
  const version = String(Object(manifest).version);
  const machine = process.arch === 'arm64' ? 'arm64' : 'x64';
  const name = `ops-client-${version}-linux-${machine}`;
  const bin = join(directory, 'stage', name, 'bin');
  await mkdir(bin, { recursive: true });
  const main = join(repositoryRoot, 'packages/client/src/main.ts');
  await writeFile(join(bin, 'ops-client'), `#!/bin/sh\nexec ${pinnedNode()} ${main} "$@"\n`, { mode: 0o755 });
  await promisify(execFile)('tar', ['-czf', `${name}.tar.gz`, '-C', 'stage', name], { cwd: directory });
  const sum = createHash('sha256')
    .update(await readFile(join(directory, `${name}.tar.gz`)))
    .digest('hex');
  const others = `${'0'.repeat(64)}  ops-server-${version}-linux-x64.tar.gz\n${'1'.repeat(64)}  ../escape.tar.gz\n`;
  await writeFile(join(directory, 'SHA256SUMS'), `${others}${sum}  ${name}.tar.gz\n`);
  return { name, machine };
}

/** For `spawn`: somebody who is not root, where the tests run as root. */
export const NOT_ROOT: { readonly uid?: number; readonly gid?: number } =
  process.geteuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** A file or directory becomes theirs. */
export async function giveToNotRoot(path: string): Promise<void> {
  const { uid, gid } = NOT_ROOT;
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
}
