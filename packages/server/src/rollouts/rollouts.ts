/**
 * Rollouts, as HTTP and the events see them: one change of one application on many hosts, wave by wave. The states are
 * drawn in protocol/domain/rollout.ts; a runner (runner.ts) brings each to its end.
 *
 *   HTTP ─ Rollouts ─► create: plan (pure) ─► rows + audit, one transaction
 *                        │
 *   Commands.onChange ─► runner ─► AppActions.act ─► command + "this is step n of this host", one transaction
 *   Fleet.onChange ────►   │ └───► soak ─► gate (pure)
 *                          └─► announcer ─► onChange ─► events
 */
import type { ServiceStatus } from './plan.ts';
import type { RolloutHostState, RolloutOrder, RolloutReason } from '@ops/protocol/domain/rollout.ts';
import type {
  ROLLOUT_ACTIONS,
  RolloutGate,
  RolloutHost,
  RolloutSummary,
} from '@ops/protocol/http/rollouts.ts';
import type { Words } from '@ops/protocol/http/endpoint.ts';

import type { Selection } from '../batches/batches.ts';
import type { Actor, IdempotencyKey } from '../commands/commands.ts';

/** Exactly one of the two. */
export type Change =
  | { readonly kind: 'action'; readonly action: (typeof ROLLOUT_ACTIONS)[number] }
  | { readonly kind: 'version'; readonly version: string; readonly restart: boolean };

export interface RolloutPlan {
  readonly appName: string;
  readonly change: Change;
  readonly selection: Selection;
  readonly waves: readonly string[];
}

export interface RolloutRequest extends RolloutPlan {
  readonly maxFailures: number;
  readonly gate: RolloutGate;
  /** Hosts whose app did not run before are held to the status as well. */
  readonly statusOfAll: boolean;
  readonly onFailure: 'hold' | 'rollback';
  readonly concurrency: number;
  readonly timeoutSecs: number;
  readonly idempotency?: IdempotencyKey | undefined;
}

export interface PlannedHost {
  readonly clientId: string;
  readonly hostname: string;
  /** Null: it is skipped, and `reason` says why. */
  readonly wave: number | null;
  readonly reason: RolloutReason | null;
  /** Of `refused`. */
  readonly detail: Words | null;
  readonly version: string | null;
  readonly status: ServiceStatus | null;
}

export interface RolloutPreview {
  readonly waves: readonly number[];
  readonly targets: number;
  readonly unknownIds: readonly string[];
  readonly hosts: readonly PlannedHost[];
}

export interface RolloutHostsFilter {
  readonly wave?: number | undefined;
  readonly state?: RolloutHostState | undefined;
  readonly search?: string | undefined;
}

export interface Rollouts {
  /** @throws OpsError `invalid_request` for waves that do not reach every host, `no_targets` */
  preview(plan: RolloutPlan): RolloutPreview;
  /**
   * @returns the id; on disk
   * @throws as `preview`; OpsError `client_not_found`, `operation_in_progress`: another one is changing this app on one
   *   of the hosts; `idempotency_key_reused`, `server_busy`, `storage_unavailable`
   */
  create(request: RolloutRequest, by: Actor): Promise<string>;
  /** @throws OpsError `rollout_not_found`, `rollout_state`, `operation_in_progress`, `storage_unavailable` */
  order(id: string, order: RolloutOrder, by: Actor): Promise<RolloutSummary>;
  get(id: string): Promise<RolloutSummary | undefined>;
  /** Newest first. @throws OpsError `invalid_request` for a cursor that is not ours */
  list(
    filter: { readonly appName?: string | undefined },
    page: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<{ readonly rollouts: readonly RolloutSummary[]; readonly nextCursor: string | null }>;
  hosts(
    id: string,
    filter: RolloutHostsFilter,
    page: { readonly offset: number; readonly limit: number },
    /** Of what was found of them. Default: English. */
    language?: keyof Words,
  ): Promise<
    { readonly hosts: readonly RolloutHost[]; readonly total: number; readonly revision: number } | undefined
  >;
  /** At every change, at most so often for each. Returns how to stop. */
  onChange(call: (rollout: RolloutSummary) => void): () => void;
}
