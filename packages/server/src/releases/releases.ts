/**
 * Releases: every version an application has had on a host. Those of our updates are rows made in the transaction of
 * their command and ended when it ends; those that somebody else made are found when a client tells of its applications.
 *
 *   apps, rollouts ─ recorded ─► row, in the transaction of the command      Commands.onChange ─► its end ─┐
 *   Fleet.onChange ─► a version that is none of ours ─► found ───────────────────────────── written behind ◄┘
 */
import type { Release } from '@ops/protocol/http/releases.ts';

import type { Statement } from '../storage/database.ts';

/** Of one application of a client: the oldest are deleted. At one a day more than half a year. */
export const MAX_RELEASES_KEPT = 200;

export type StoredRelease = Omit<Release, 'current'>;

/** An update that is about to be made. */
export interface ReleaseDraft {
  readonly clientId: string;
  readonly hostname: string;
  readonly appName: string;
  readonly kind: 'update' | 'rollback';
  readonly version: string;
  readonly versionBefore: string | null;
  readonly createdBy: string;
  readonly rolloutId: string | null;
}

export interface ReleaseFilter {
  readonly clientId?: string | undefined;
  readonly appName?: string | undefined;
}

export interface Releases {
  /**
   * Makes the command of an update by `make`, which gets what goes into its transaction.
   * @throws what `make` throws: then nothing is recorded
   */
  recorded<T>(
    draft: ReleaseDraft,
    make: (alongside: (commandIds: readonly string[]) => readonly Statement[]) => Promise<T>,
  ): Promise<T>;
  /** Newest first. @throws OpsError `invalid_request` for a cursor that is not ours */
  list(
    filter: ReleaseFilter,
    page: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<{ readonly releases: readonly Release[]; readonly nextCursor: string | null }>;
  /** The version a roll-back would go to; undefined: nowhere. @param version what the application is now */
  versionBefore(clientId: string, appName: string, version: string | undefined): Promise<string | undefined>;
  ofCommand(commandId: string): Promise<StoredRelease | undefined>;
}
