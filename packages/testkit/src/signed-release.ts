/** Releases of ops-client as a server hands them out: archives, their manifest, its signature. For tests. */
import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { RELEASE_MANIFEST, RELEASE_SIGNATURE, SIGNED_PREFIX } from '@ops/protocol/domain/client-release.ts';
import type { ClientRelease, ReleaseName, ReleaseSignature } from '@ops/protocol/domain/client-release.ts';
import { makeSigningKey, readSigningKey } from '@ops/runtime/ed25519.ts';
import type { SigningKey } from '@ops/runtime/ed25519.ts';

export type Arch = ClientRelease['files'][number]['arch'];

/** The processor the tests run on. */
export const THIS_ARCH: Arch = process.arch === 'arm64' ? 'arm64' : 'x64';

export const signingKey = (): SigningKey => readSigningKey(makeSigningKey())!;

/** The folder in an archive; the archive is this and `.tar.gz`. */
export const folderOf = (version: string, arch: Arch): string => `ops-client-${version}-linux-${arch}`;

export interface TestRelease {
  readonly manifest: string;
  readonly signature: ReleaseSignature;
  /** By name. */
  readonly archives: ReadonlyMap<string, Buffer>;
  readonly release: ClientRelease;
}

/** @param changes what the manifest says instead */
export function signRelease(
  name: ReleaseName,
  data: Readonly<Partial<Record<Arch, Buffer>>>,
  key: SigningKey,
  changes: Partial<ClientRelease> = {},
): TestRelease {
  const archives = new Map<string, Buffer>();
  const files: ClientRelease['files'] = [];
  for (const arch of ['x64', 'arm64'] as const) {
    const archive = data[arch];
    if (!archive) continue;
    const file = `${folderOf(name.version, arch)}.tar.gz`;
    archives.set(file, archive);
    const sha256 = createHash('sha256').update(archive).digest('hex');
    files.push({ os: 'linux', arch, name: file, size: archive.length, sha256 });
  }
  const release: ClientRelease = { format: 1, program: 'ops-client', ...name, files, ...changes };
  const manifest = `${JSON.stringify(release)}\n`;
  const signature = { key: key.publicKey, signature: key.sign(SIGNED_PREFIX + manifest) };
  return { manifest, signature, archives, release };
}

export async function writeRelease(
  directory: string,
  { manifest, signature, archives }: TestRelease,
): Promise<void> {
  for (const [name, data] of archives) await writeFile(join(directory, name), data);
  await writeFile(join(directory, RELEASE_MANIFEST), manifest);
  await writeFile(join(directory, RELEASE_SIGNATURE), JSON.stringify(signature));
}

export interface PutRelease extends TestRelease {
  readonly name: ReleaseName;
  /** `ed25519:…` */
  readonly key: string;
}

export interface ReleaseOptions {
  readonly version?: string;
  readonly releasedAt?: number;
  /** Bytes of each archive. */
  readonly bytes?: number;
}

/** Writes one with archives of made-up bytes and a new key into the directory. */
export async function putRelease(directory: string, options: ReleaseOptions = {}): Promise<PutRelease> {
  const { version = '2.0.0', releasedAt = 1_790_000_000_000, bytes = 1000 } = options;
  const name = { version, commit: 'c0ffee1', released_at: releasedAt };
  const made = signRelease(name, { x64: randomBytes(bytes), arm64: randomBytes(bytes) }, signingKey());
  await writeRelease(directory, made);
  return { ...made, name, key: made.signature.key };
}
