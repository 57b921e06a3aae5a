/** Node for a target, and the library it needs: found on this machine or fetched by npm as the lock names it. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

import { run } from './run.ts';
import { machineOf, stripped, withRunPath } from './elf.ts';
import { HERE, ROOT } from './what.ts';
import type { Target } from './what.ts';

/** Node needs this one, and small systems have it not. */
export const LIBATOMIC = 'libatomic.so.1';
/** From bin/ to lib/ of an archive. It must not be the directory of the program itself: that may be /tmp. */
const RUN_PATH = '$ORIGIN/../lib';

export interface NodeBase {
  readonly version: string;
  /** The program, without symbols, looking for libraries in `../lib` first. */
  readonly program: Buffer;
  readonly license: string;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly integrity?: string }>>;
}

let lock: Lock | undefined;

/** The hash of a package, of this version where there are several. @throws Error when the lock has none */
export function locked(name: string, only?: string): { version: string; integrity: string } {
  lock ??= JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
  for (const [path, { version, integrity }] of Object.entries(lock.packages)) {
    if (!`/${path}`.endsWith(`/node_modules/${name}`) || version === undefined || integrity === undefined)
      continue;
    if (only === undefined || only === version) return { version, integrity };
  }
  throw new Error(`package-lock.json has no ${name} ${only ?? ''} with a hash`);
}

/** @param work a directory of the build's own */
export async function nodeFor({ nodePackage }: Target, work: string): Promise<NodeBase> {
  const { version } = locked(nodePackage);
  const installed = join(ROOT, 'node_modules', nodePackage);
  const folder = existsSync(join(installed, 'bin/node')) ? installed : await fetchPackage(nodePackage, work);
  return {
    version,
    program: withRunPath(stripped(readFileSync(join(folder, 'bin/node'))), RUN_PATH),
    license: readFileSync(join(folder, 'LICENSE'), 'utf8').trim(),
  };
}

/** The package of another platform, which `npm ci` leaves out. @throws Error when it is not the one the lock names */
async function fetchPackage(name: string, work: string): Promise<string> {
  const { version, integrity } = locked(name);
  const said = await run('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', work], {
    cwd: ROOT,
  });
  const file = join(work, said.trim().split('\n').at(-1)!);
  const hash = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  if (hash !== integrity)
    throw new Error(`${name}@${version} has the hash ${hash}, and the lock says ${integrity}`);
  await run('tar', ['-xzf', file, '-C', work, 'package/bin/node', 'package/LICENSE']);
  return join(work, 'package');
}

/**
 * The file itself.
 * @param elsewhere directory where it lies for a machine of another kind than this
 * @throws Error that says what to do
 */
export function libatomicFor(target: Target, elsewhere: string | undefined): Buffer {
  const folders = target.name === HERE || elsewhere === undefined ? target.libraries : [elsewhere];
  const path = folders.map((folder) => join(folder, LIBATOMIC)).find((one) => existsSync(one));
  if (path === undefined) {
    const needed = `libatomic1:${target.debian}`;
    throw new Error(
      `${LIBATOMIC} for ${target.name} is needed: install ${needed}, or unpack it and give --libraries`,
    );
  }
  const file = readFileSync(realpathSync(path));
  if (machineOf(file) !== target.machine) throw new Error(`${path} is not for ${target.name}`);
  return file;
}
