/** Which host can be brought to which release, as far as the server knows. The host decides again, by its own configuration. */
import { s } from '../schema.ts';
import type { Infer } from '../schema.ts';
import { MAX_UPGRADE_KEYS, releaseKey, releaseName } from './client-release.ts';
import type { RELEASE_ARCHS, ReleaseName } from './client-release.ts';
import type { UpgradeReason } from './upgrade.ts';

type Arch = (typeof RELEASE_ARCHS)[number];

/** What a host told of itself when it came. */
export const upgradeStanding = s.object(
  {
    /** What it trusts; none: it is never upgraded. */
    keys: s.array(releaseKey, MAX_UPGRADE_KEYS),
    /** What runs; null: from source. */
    release: s.nullable(releaseName),
  },
  { unknown: 'ignore' },
);
export type UpgradeStanding = Infer<typeof upgradeStanding>;

export interface FitHost {
  /** As the kernel names it. */
  readonly arch: string | undefined;
  /** Null: its client is too old to tell. */
  readonly upgrade: UpgradeStanding | null;
}

export interface OfferedRelease {
  readonly released_at: number;
  /** That signed it. */
  readonly key: string;
  readonly files: readonly { readonly arch: Arch }[];
}

const ARCHS: Readonly<Record<string, Arch>> = { x86_64: 'x64', x64: 'x64', aarch64: 'arm64', arm64: 'arm64' };

/** Why it cannot; null: it can. */
export function unfitReason({ arch, upgrade }: FitHost, offered: OfferedRelease): UpgradeReason | null {
  if (!upgrade) return 'too_old';
  if (upgrade.release && upgrade.release.released_at >= offered.released_at) return 'up_to_date';
  if (upgrade.keys.length === 0) return 'off';
  if (!upgrade.keys.includes(offered.key)) return 'key_not_trusted';
  const known = ARCHS[arch ?? ''];
  return offered.files.some((file) => file.arch === known) ? null : 'no_archive';
}

export function isRelease(
  running: ReleaseName | null,
  { version, commit, released_at: at }: ReleaseName,
): boolean {
  return running?.version === version && running.commit === commit && running.released_at === at;
}
