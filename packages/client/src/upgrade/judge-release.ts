/** Whether this host takes a release: its keys, its kind of machine, its own release decide, and nothing the server says. Pure. */
import { clientRelease, RELEASE_ARCHS, SIGNED_PREFIX } from '@ops/protocol/domain/client-release.ts';
import type { ClientRelease, ReleaseName, ReleaseSignature } from '@ops/protocol/domain/client-release.ts';
import { decode } from '@ops/protocol/schema.ts';
import { isSignedBy } from '@ops/runtime/ed25519.ts';

import { UpgradeFailure } from './failure.ts';

export interface SignedRelease {
  /** The very text that was signed. */
  readonly manifest: string;
  readonly signature: ReleaseSignature;
}

export interface HostRelease {
  readonly keys: readonly string[];
  /** What runs; undefined: from source. */
  readonly release: ReleaseName | undefined;
  /** As process.platform and process.arch. */
  readonly os: string;
  readonly arch: string;
}

export type ReleaseFile = ClientRelease['files'][number];

export interface Taken {
  readonly release: ClientRelease;
  /** The archive for this host. */
  readonly file: ReleaseFile;
}

const refused = (reason: UpgradeFailure['reason'], detail: string): UpgradeFailure =>
  new UpgradeFailure('refused', reason, detail);

/** @throws UpgradeFailure that refuses it */
export function judgeRelease({ manifest, signature }: SignedRelease, host: HostRelease): Taken {
  const { key } = signature;
  if (!host.keys.includes(key)) throw refused('key_not_trusted', `upgrade_keys of this host has no ${key}`);
  if (!isSignedBy(key, SIGNED_PREFIX + manifest, signature.signature))
    throw refused('bad_signature', `the signature of ${key} is not one of this manifest`);
  let release: ClientRelease;
  try {
    release = decode(clientRelease, JSON.parse(manifest));
  } catch (cause) {
    throw refused('no_archive', `the manifest is none this version reads: ${String(cause)}`);
  }
  const own = host.release?.released_at ?? 0;
  if (release.released_at <= own)
    throw refused(
      'not_newer',
      `${release.version} (${release.commit}) is not younger than what runs, ${host.release?.version} (${host.release?.commit})`,
    );
  const arch = RELEASE_ARCHS.find((known) => known === host.arch);
  const file = release.files.find((one) => one.os === host.os && one.arch === arch);
  if (!file) throw refused('no_archive', `the release has no archive for ${host.os}-${host.arch}`);
  return { release, file };
}
