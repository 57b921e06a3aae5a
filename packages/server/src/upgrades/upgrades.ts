/**
 * Upgrades of clients, as HTTP, the events and the gateway see them: one signed release on many hosts, one upgrade at a
 * time. The states are drawn in protocol/domain/upgrade.ts; a runner (runner.ts) brings it to its end.
 *
 *   HTTP ─ Upgrades ─► create: shelf, plan (pure) ─► rows + audit, one transaction
 *                        │
 *   gateway ─ UpgradeInbox ─► moves (pure) ─► runner ─► rows, then `upgrade` over the link
 *                        │                      └────► announcer ─► onChange ─► events
 *                        └─► archive parts, read from the shelf
 */
import type { UpgradeHostState, UpgradeOrder, UpgradeReason } from '@ops/protocol/domain/upgrade.ts';
import type {
  ClientReleaseAnswer,
  PlannedUpgradeHost,
  UpgradeHost,
  UpgradeSummary,
} from '@ops/protocol/http/upgrades.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';

import type { Selection } from '../batches/batches.ts';
import type { Actor, IdempotencyKey } from '../commands/commands.ts';
import type { ClientLink } from '../fleet/fleet.ts';
import type { Look, ReleaseOnShelf } from './shelf.ts';

export interface UpgradePlan {
  readonly selection: Selection;
  /** Which hosts go first, or how many. */
  readonly canary: number | readonly string[];
}

export interface UpgradeRequest extends UpgradePlan {
  /** Of the release that was looked at; undefined: whatever is there. */
  readonly releasedAt: number | undefined;
  readonly concurrency: number;
  readonly maxFailures: number;
  readonly expiresInSecs: number;
  readonly idempotency?: IdempotencyKey | undefined;
}

export interface Preview {
  readonly release: ReleaseOnShelf;
  readonly targets: number;
  readonly unknownIds: readonly string[];
  readonly hosts: readonly PlannedUpgradeHost[];
}

export interface Upgrades {
  /** What lies on the server, and what the fleet runs. */
  release(): Promise<Look & Pick<ClientReleaseAnswer, 'versions' | 'hosts'>>;
  /** @throws OpsError `no_client_release`, `no_targets`, `client_not_found` for a canary that is no target */
  preview(plan: UpgradePlan): Promise<Preview>;
  /**
   * @returns the id; on disk
   * @throws as `preview`; OpsError `upgrade_running`, `conflict`: another release lies there than was looked at,
   *   `idempotency_key_reused`, `server_busy`, `storage_unavailable`
   */
  create(request: UpgradeRequest, by: Actor): Promise<string>;
  /** @throws OpsError `upgrade_not_found`, `upgrade_state`, `storage_unavailable` */
  order(id: string, order: UpgradeOrder, by: Actor): Promise<UpgradeSummary>;
  get(id: string): Promise<UpgradeSummary | undefined>;
  /** Newest first. @throws OpsError `invalid_request` for a cursor that is not ours */
  list(page: {
    readonly limit: number;
    readonly cursor?: string | undefined;
  }): Promise<{ readonly upgrades: readonly UpgradeSummary[]; readonly nextCursor: string | null }>;
  hosts(
    id: string,
    filter: { readonly state?: UpgradeHostState | undefined; readonly search?: string | undefined },
    page: { readonly offset: number; readonly limit: number },
  ): Promise<
    { readonly hosts: readonly UpgradeHost[]; readonly total: number; readonly revision: number } | undefined
  >;
  /** At every change, at most so often. Returns how to stop. */
  onChange(call: (upgrade: UpgradeSummary) => void): () => void;
}

export type Report = NonNullable<MessageOf<'register'>['upgrade']>;
export type Told = NonNullable<Report['last']>;

/** What the gateway reports. Whatever a client says moves its own row alone, along the arrows. */
export interface UpgradeInbox {
  /** It may be told things now. @param report undefined: its client is too old */
  registered(clientId: string, link: ClientLink, report: Report | undefined): void;
  status(clientId: string, told: Told): void;
  /** Empty when there is nothing for this client at that place. Never rejects. */
  part(clientId: string, wish: MessageOf<'upgrade_fetch'>): Promise<Buffer>;
}

export interface HostNews {
  readonly state: UpgradeHostState;
  readonly reason: UpgradeReason | null;
  readonly detail: string | null;
}
