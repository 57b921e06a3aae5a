/**
 * A release of ops-client: which archives there are, and who answers for them.
 *
 * The manifest is a file beside the archives, `client-release.json`, and its signature another one,
 * `client-release.sig.json`. What is signed are the bytes of the manifest behind SIGNED_PREFIX, with Ed25519 (RFC 8032), by a
 * key that no server has. A host takes a release only when a key its own configuration names has signed it.
 */
import { s } from '../schema.ts';
import type { Infer } from '../schema.ts';
import { epochMs } from './id.ts';

export const RELEASE_MANIFEST = 'client-release.json';
export const RELEASE_SIGNATURE = 'client-release.sig.json';

/** So that a signature given for a release can mean nothing else. */
export const SIGNED_PREFIX = 'OPS client release 1\n';

/** Bytes of a manifest. */
export const MAX_MANIFEST = 16 * 1024;
/** Archives in a release. */
export const MAX_RELEASE_FILES = 16;
/** Bytes of an archive. */
export const MAX_RELEASE_ARCHIVE = 256 * 1024 * 1024;
/** Keys a host may trust: one, and the next one while it is changed. */
export const MAX_UPGRADE_KEYS = 8;

/** A public key as a person copies it: 32 bytes as base64url. */
export const RELEASE_KEY_PATTERN = /^ed25519:[A-Za-z0-9_-]{43}$/;
export const releaseKey = s.string({ max: 51, pattern: RELEASE_KEY_PATTERN });

/** What is told of a release in a word: which one it is, and that it is younger than another. */
export const releaseName = s.object(
  {
    version: s.text(64),
    commit: s.text(64),
    /** Of two releases the one with the greater time is the younger one; a host never goes back to an older one. */
    released_at: epochMs,
  },
  { unknown: 'ignore' },
);
export type ReleaseName = Infer<typeof releaseName>;

export const RELEASE_ARCHS = ['x64', 'arm64'] as const;

export const clientRelease = s.object(
  {
    format: s.oneOf([1]),
    program: s.oneOf(['ops-client']),
    version: s.text(64),
    commit: s.text(64),
    released_at: epochMs,
    /** Archives as the installer takes them: `NAME/bin/ops-client` and `NAME/lib/` beneath one folder. */
    files: s.array(
      s.object(
        {
          os: s.oneOf(['linux']),
          arch: s.oneOf(RELEASE_ARCHS),
          name: s.string({ max: 128, pattern: /^ops-client-[0-9A-Za-z.+-]+\.tar\.gz$/ }),
          size: s.integer({ min: 1, max: MAX_RELEASE_ARCHIVE }),
          sha256: s.string({ min: 64, max: 64, pattern: /^[0-9a-f]{64}$/ }),
        },
        { unknown: 'ignore' },
      ),
      MAX_RELEASE_FILES,
      1,
    ),
  },
  { unknown: 'ignore' },
);
export type ClientRelease = Infer<typeof clientRelease>;

/** The file with the signature. */
export const releaseSignature = s.object(
  {
    key: releaseKey,
    /** 64 bytes, base64. */
    signature: s.string({ min: 88, max: 88, pattern: /^[A-Za-z0-9+/]{86}==$/ }),
  },
  { unknown: 'ignore' },
);
export type ReleaseSignature = Infer<typeof releaseSignature>;
