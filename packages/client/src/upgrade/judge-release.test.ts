import { makeRelease } from '@ops/testkit/release-of-client.ts';
import { signingKey } from '@ops/testkit/signed-release.ts';
import { describe, expect, it } from 'vitest';

import { UpgradeFailure } from './failure.ts';
import { judgeRelease } from './judge-release.ts';
import type { HostRelease, SignedRelease } from './judge-release.ts';

const key = signingKey();
const NEW = { commit: 'bbbbbbbbbbbb', released_at: 2_000 };
const HOST: HostRelease = {
  keys: [key.publicKey],
  release: { version: '1.0.0', commit: 'aaaaaaaaaaaa', released_at: 1_000 },
  os: 'linux',
  arch: 'x64',
};
const made = (changes: Partial<Parameters<typeof makeRelease>[0]> = {}): SignedRelease =>
  makeRelease({ key, version: '1.1.0', release: NEW, arch: 'x64', ...changes });

function reason(release: SignedRelease, host: Partial<HostRelease> = {}): string {
  try {
    return judgeRelease(release, { ...HOST, ...host }).file.name;
  } catch (cause) {
    if (cause instanceof UpgradeFailure) return `${cause.state} ${cause.reason}`;
    throw cause;
  }
}

describe('a host takes a release', () => {
  it('that a key of its own has signed, that is younger, and that has an archive for it', () => {
    expect(reason(made())).toBe('ops-client-1.1.0-linux-x64.tar.gz');
    expect(reason(made(), { release: undefined })).toBe('ops-client-1.1.0-linux-x64.tar.gz');
    expect(reason(made(), { keys: [signingKey().publicKey, key.publicKey] })).toMatch(/^ops-client/);
  });

  it('and no other one', () => {
    const { manifest, signature } = made();
    expect(reason(made(), { keys: [] })).toBe('refused key_not_trusted');
    expect(reason(made(), { keys: [signingKey().publicKey] })).toBe('refused key_not_trusted');
    expect(reason({ manifest: `${manifest} `, signature })).toBe('refused bad_signature');
    expect(reason({ manifest, signature: { ...signature, signature: key.sign(manifest) } })).toBe(
      'refused bad_signature',
    );
    expect(reason(made({ release: { ...NEW, released_at: 1_000 } }))).toBe('refused not_newer');
    expect(reason(made({ release: { ...NEW, released_at: 1_001 } }))).toMatch(/^ops-client/);
    // From source the build may not have known the time.
    expect(reason(made({ release: { ...NEW, released_at: 0 } }), { release: undefined })).toBe(
      'refused not_newer',
    );
    expect(reason(made(), { arch: 'arm64' })).toBe('refused no_archive');
    expect(reason(made(), { os: 'freebsd' })).toBe('refused no_archive');
    expect(reason(made({ changes: { files: [] } }))).toBe('refused no_archive');
  });
});
