/**
 * One command on many clients, as HTTP sees it. Every target is a command of `commands/`; a batch decides who, how many
 * at once and when to stop, counts, and puts alike endings together.
 */
import type { BatchGroup, BatchSummary, TargetVerdict } from '@ops/protocol/http/batches.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import type { Refusal } from '@ops/policy/verdict.ts';

import type { Actor, IdempotencyKey } from '../commands/commands.ts';

export type Selection =
  | { readonly kind: 'ids'; readonly ids: readonly string[] }
  | { readonly kind: 'selector'; readonly selector: string }
  | { readonly kind: 'all' };

export interface BatchRequest {
  readonly selection: Selection;
  readonly command: string;
  readonly timeoutSecs: number;
  readonly queueSecs?: number | undefined;
  readonly concurrency: number;
  readonly stopAfterFailures?: number | undefined;
  readonly idempotency?: IdempotencyKey | undefined;
}

export interface BatchPreview {
  readonly refusal: Refusal | undefined;
  readonly ran: string | null;
  readonly hosts: readonly {
    readonly clientId: string;
    readonly hostname: string;
    readonly verdict: TargetVerdict;
    readonly refusal?: Refusal | undefined;
  }[];
  readonly unknownIds: readonly string[];
}

export type BatchStatus =
  | 'held'
  | 'pending'
  | 'executing'
  | 'succeeded'
  | 'nonzero'
  | 'timeout'
  | 'failed'
  | 'cancelled';

export interface BatchHostsFilter {
  readonly status?: BatchStatus | undefined;
  readonly group?: string | undefined;
  readonly search?: string | undefined;
}

export interface CreatedBatch {
  readonly batchId: string;
  /** By client id. */
  readonly commandIds: Readonly<Record<string, string>>;
}

export interface Batches {
  preview(request: Pick<BatchRequest, 'selection' | 'command' | 'queueSecs'>): BatchPreview;
  /** @throws OpsError `command_rejected`, `no_targets`, `client_not_found`, `storage_unavailable`, `idempotency_key_reused` */
  create(request: BatchRequest, by: Actor): Promise<CreatedBatch>;
  /** @throws OpsError `batch_not_found`, `batch_running`, `no_targets` */
  rerun(id: string, which: 'failed' | 'different' | 'all', by: Actor): Promise<CreatedBatch>;
  /** @throws OpsError `batch_not_found`, `command_over` */
  stop(id: string, by: Actor): Promise<BatchSummary>;
  get(id: string): Promise<
    | {
        readonly batch: BatchSummary;
        readonly groups: readonly BatchGroup[];
        readonly moreGroups: number;
        readonly moreHosts: number;
      }
    | undefined
  >;
  list(page: {
    readonly limit: number;
    readonly cursor?: string | undefined;
  }): Promise<{ readonly batches: readonly BatchSummary[]; readonly nextCursor: string | null }>;
  /** @returns undefined for an unknown batch */
  hosts(
    id: string,
    filter: BatchHostsFilter,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<
    | { readonly hosts: readonly CommandSummary[]; readonly total: number; readonly version: number }
    | undefined
  >;
  /** Pieces of the file, read as they are taken. @returns undefined for an unknown batch */
  export(id: string, format: 'csv' | 'jsonl'): Promise<AsyncIterable<string> | undefined>;
  /** At most PROGRESS_EVENTS_PER_SEC for each batch, and always the last state. Returns how to stop. */
  onChange(call: (batch: BatchSummary) => void): () => void;
}
