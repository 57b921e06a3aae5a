/** The tables of upgrades of clients, as Kysely sees them. */
import type { UpgradeHostState, UpgradeState } from '@ops/protocol/domain/upgrade.ts';
import type { ColumnType, Generated } from 'kysely';

/** Set on insert, never changed. */
type Fixed<T> = ColumnType<T, T, never>;

export interface UpgradesTable {
  number: Generated<number>;
  id: Fixed<string>;
  /** As it was signed. */
  manifest: Fixed<string>;
  /** JSON of ReleaseSignature. */
  signature: Fixed<string>;
  max_failures: Fixed<number>;
  concurrency: Fixed<number>;
  created_at_ms: Fixed<number>;
  created_by: Fixed<string>;
  expires_at_ms: Fixed<number>;
  state: UpgradeState;
  changed_by: string | null;
  finished_at_ms: number | null;
  /** Since it was resumed last. */
  failures: number;
  /** JSON of the hosts in each state, and of the canary; while it is not over, those of the last write. */
  counts: string;
  revision: number;
}

/** Primary key (upgrade_id, position). */
export interface UpgradeHostsTable {
  upgrade_id: Fixed<string>;
  position: Fixed<number>;
  client_id: Fixed<string>;
  hostname: Fixed<string>;
  canary: Fixed<0 | 1>;
  version_before: Fixed<string>;
  state: UpgradeHostState;
  reason: string | null;
  detail: string | null;
  changed_at_ms: number;
}
