/** A signed release of ops-client as it lies on a server, with archives of made-up bytes. For tests. */
import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { RELEASE_MANIFEST, RELEASE_SIGNATURE, SIGNED_PREFIX } from '@ops/protocol/domain/client-release.ts';
import type { ClientRelease, ReleaseName } from '@ops/protocol/domain/client-release.ts';
import { makeSigningKey, readSigningKey } from '@ops/runtime/ed25519.ts';

export interface SignedRelease {
  readonly about: ClientRelease;
  readonly name: ReleaseName;
  /** `ed25519:…` */
  readonly key: string;
  /** Bytes of the archive for x64. */
  readonly archive: Buffer;
}

export interface ReleaseOptions {
  readonly version?: string;
  readonly releasedAt?: number;
  /** Bytes of each archive. */
  readonly bytes?: number;
  /** Of the private key; a new one when absent. */
  readonly pem?: string;
}

/** Writes archives, manifest and signature into the directory. */
export async function putRelease(directory: string, options: ReleaseOptions = {}): Promise<SignedRelease> {
  const { version = '2.0.0', releasedAt = 1_790_000_000_000, bytes = 1000, pem = makeSigningKey() } = options;
  const archives = (['x64', 'arm64'] as const).map((arch) => ({
    arch,
    name: `ops-client-${version}-linux-${arch}.tar.gz`,
    data: randomBytes(bytes),
  }));
  const about: ClientRelease = {
    format: 1,
    program: 'ops-client',
    version,
    commit: 'c0ffee1',
    released_at: releasedAt,
    files: archives.map(({ arch, name, data }) => ({
      os: 'linux',
      arch,
      name,
      size: data.length,
      sha256: createHash('sha256').update(data).digest('hex'),
    })),
  };
  for (const { name, data } of archives) await writeFile(join(directory, name), data);
  const manifest = JSON.stringify(about);
  const key = readSigningKey(pem);
  if (!key) throw new Error('no signing key');
  const signature = { key: key.publicKey, signature: key.sign(SIGNED_PREFIX + manifest) };
  await writeFile(join(directory, RELEASE_MANIFEST), manifest);
  await writeFile(join(directory, RELEASE_SIGNATURE), JSON.stringify(signature));
  return {
    about,
    name: { version, commit: about.commit, released_at: releasedAt },
    key: key.publicKey,
    archive: archives[0]!.data,
  };
}
