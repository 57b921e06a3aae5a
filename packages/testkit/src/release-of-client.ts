/**
 * Releases of ops-client as a test makes them: an archive, its manifest, its signature. The program in it is a script,
 * which starts the sources of this repository as another release, or does something worse.
 */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

import { SIGNED_PREFIX } from '@ops/protocol/domain/client-release.ts';
import type { ClientRelease, ReleaseSignature } from '@ops/protocol/domain/client-release.ts';
import { makeSigningKey, readSigningKey } from '@ops/runtime/ed25519.ts';
import type { SigningKey } from '@ops/runtime/ed25519.ts';
import { join } from 'node:path';

import { asRelease } from './as-release.ts';
import type { AsRelease } from './as-release.ts';
import { pinnedNode, repositoryRoot } from './child-program.ts';
import { tarOf } from './tar-of.ts';
import type { TarEntry } from './tar-of.ts';

export const signingKey = (): SigningKey => readSigningKey(makeSigningKey())!;

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Starts the client of this repository as that release. @param env more of its environment */
export function clientScript(release: AsRelease, env: Readonly<Record<string, string>> = {}): string {
  const loaded = asRelease(release);
  const variables = Object.entries({ ...loaded.env, ...env }).map(
    ([name, value]) => `export ${name}=${quoted(value)}`,
  );
  const words = [pinnedNode(), ...loaded.nodeArgs, join(repositoryRoot, 'packages/client/src/main.ts')];
  return ['#!/bin/sh', ...variables, `exec ${words.map(quoted).join(' ')} "$@"`, ''].join('\n');
}

export interface TestRelease {
  readonly manifest: string;
  readonly signature: ReleaseSignature;
  /** By name. */
  readonly archives: ReadonlyMap<string, Buffer>;
  readonly release: ClientRelease;
}

export interface TestReleaseOptions {
  readonly key: SigningKey;
  readonly release: AsRelease;
  readonly version: string;
  /** The program in it. Default: the client of this repository as this release. */
  readonly script?: string;
  /** Beside the program. */
  readonly entries?: readonly TarEntry[];
  readonly changes?: Partial<ClientRelease>;
  readonly arch?: ClientRelease['files'][number]['arch'];
}

export function makeRelease(options: TestReleaseOptions): TestRelease {
  const { key, release, version, script = clientScript(release) } = options;
  const arch = options.arch ?? (process.arch === 'arm64' ? 'arm64' : 'x64');
  const top = `ops-client-${version}-linux-${arch}`;
  const name = `${top}.tar.gz`;
  const archive = gzipSync(
    tarOf([
      { path: `${top}/bin/ops-client`, mode: 0o755, data: Buffer.from(script) },
      { path: `${top}/LICENSE`, mode: 0o644, data: Buffer.from('text\n') },
      { path: `${top}/lib/libnothing.so.1`, mode: 0o644, data: Buffer.from(release.commit) },
      ...(options.entries ?? []),
    ]),
  );
  const sha256 = createHash('sha256').update(archive).digest('hex');
  const described: ClientRelease = {
    format: 1,
    program: 'ops-client',
    version,
    ...release,
    files: [{ os: 'linux', arch, name, size: archive.length, sha256 }],
    ...options.changes,
  };
  const manifest = `${JSON.stringify(described)}\n`;
  const signature = { key: key.publicKey, signature: key.sign(SIGNED_PREFIX + manifest) };
  return { manifest, signature, archives: new Map([[name, archive]]), release: described };
}
