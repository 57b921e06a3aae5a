/**
 * How a client comes to another release. The archive comes over the same authenticated connection as everything else, part by
 * part and one at a time, so that a host needs no second way to its server; what it is worth is decided by the host alone, by the
 * signature of the manifest.
 *
 *   S→C upgrade            the manifest and who signed it; again after a reconnection, as long as it is not over
 *   C→S upgrade_status     refused | fetching | waiting | trying | failed | back
 *   C→S upgrade_fetch, S→C upgrade_part    until the archive is whole
 *   C→S register           with the new release: done
 *   S→C cancel_upgrade     what is not being tried yet is not begun: upgrade_status failed, interrupted
 */
import {
  MAX_MANIFEST,
  MAX_RELEASE_ARCHIVE,
  MAX_UPGRADE_KEYS,
  releaseKey,
  releaseName,
  releaseSignature,
} from '../domain/client-release.ts';
import { uuid } from '../domain/id.ts';
import { CLIENT_UPGRADE_STATES, MAX_UPGRADE_PART, upgradeReason } from '../domain/upgrade.ts';
import { s } from '../schema.ts';
import type { Schema } from '../schema.ts';

const lenient = { unknown: 'ignore' } as const;
const type = <const T extends string>(name: T): Schema<T> => s.oneOf([name]);

const upgradeOutcome = {
  upgrade_id: uuid,
  state: s.oneOf(CLIENT_UPGRADE_STATES),
  reason: s.nullable(upgradeReason),
  /** What was found, in English: a line of the new program, an error of the disk. */
  detail: s.nullable(s.text(512)),
} as const;

/** In `register`. A client without it is too old to be upgraded. */
export const upgradeReport = s.object(
  {
    /** What this host trusts; none: it is never upgraded. */
    keys: s.array(releaseKey, MAX_UPGRADE_KEYS),
    /** What runs; null: from source, older than every release. */
    release: s.nullable(releaseName),
    /** How the last upgrade stands or ended, until another one is begun. */
    last: s.nullable(s.object(upgradeOutcome, lenient)),
  },
  lenient,
);

export const upgrade = s.object(
  {
    type: type('upgrade'),
    upgrade_id: uuid,
    /** The very text that was signed. */
    manifest: s.string({ min: 2, max: MAX_MANIFEST }),
    signature: releaseSignature,
  },
  lenient,
);
export const cancelUpgrade = s.object({ type: type('cancel_upgrade'), upgrade_id: uuid }, lenient);

export const upgradeFetch = s.object(
  {
    type: type('upgrade_fetch'),
    upgrade_id: uuid,
    /** An archive of the manifest. */
    name: s.string({ min: 1, max: 128 }),
    offset: s.integer({ min: 0, max: MAX_RELEASE_ARCHIVE }),
  },
  lenient,
);
/** At most MAX_UPGRADE_PART bytes from `offset` on; empty: the server does not have it any more. */
export const upgradePart = s.object(
  {
    type: type('upgrade_part'),
    upgrade_id: uuid,
    offset: s.integer({ min: 0, max: MAX_RELEASE_ARCHIVE }),
    /** Base64. */
    data: s.string({ max: Math.ceil(MAX_UPGRADE_PART / 3) * 4 }),
  },
  lenient,
);

export const upgradeStatus = s.object({ type: type('upgrade_status'), ...upgradeOutcome }, lenient);
