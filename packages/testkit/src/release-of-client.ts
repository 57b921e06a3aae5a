/**
 * Releases of ops-client with a real program in them: a script, which starts the sources of this repository as another
 * release, or does something worse.
 */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import type { ClientRelease } from '@ops/protocol/domain/client-release.ts';
import type { SigningKey } from '@ops/runtime/ed25519.ts';

import { asRelease } from './as-release.ts';
import type { AsRelease } from './as-release.ts';
import { pinnedNode, repositoryRoot } from './child-program.ts';
import { folderOf, signRelease, THIS_ARCH } from './signed-release.ts';
import type { Arch, TestRelease } from './signed-release.ts';
import { tarOf } from './tar-of.ts';
import type { TarEntry } from './tar-of.ts';

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Starts the client of this repository as that release, or from source. @param env more of its environment */
export function clientScript(release?: AsRelease, env: Readonly<Record<string, string>> = {}): string {
  const loaded = asRelease(release);
  const variables = Object.entries({ ...loaded.env, ...env }).map(
    ([name, value]) => `export ${name}=${quoted(value)}`,
  );
  const words = [pinnedNode(), ...loaded.nodeArgs, join(repositoryRoot, 'packages/client/src/main.ts')];
  return ['#!/bin/sh', ...variables, `exec ${words.map(quoted).join(' ')} "$@"`, ''].join('\n');
}

/** An archive as the installer and a client take it. @param entries beside the program */
export const archiveOf = (folder: string, script: string, entries: readonly TarEntry[] = []): Buffer =>
  gzipSync(tarOf([{ path: `${folder}/bin/ops-client`, mode: 0o755, data: Buffer.from(script) }, ...entries]));

export interface TestReleaseOptions {
  readonly key: SigningKey;
  readonly release: AsRelease;
  readonly version: string;
  /** The program in it. Default: the client of this repository as this release. */
  readonly script?: string;
  /** Beside the program. */
  readonly entries?: readonly TarEntry[];
  readonly changes?: Partial<ClientRelease>;
  readonly arch?: Arch;
}

export function makeRelease(options: TestReleaseOptions): TestRelease {
  const { key, release, version, script = clientScript(release), arch = THIS_ARCH } = options;
  const folder = folderOf(version, arch);
  const archive = archiveOf(folder, script, [
    { path: `${folder}/LICENSE`, mode: 0o644, data: Buffer.from('text\n') },
    { path: `${folder}/lib/libnothing.so.1`, mode: 0o644, data: Buffer.from(release.commit) },
    ...(options.entries ?? []),
  ]);
  return signRelease({ version, ...release }, { [arch]: archive }, key, options.changes);
}
