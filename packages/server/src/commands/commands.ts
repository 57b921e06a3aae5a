/**
 * Commands, as HTTP, batches and the gateway see them. `command-service.ts` is the one place that makes them (S-4) and
 * the one that changes them; the states are drawn in protocol/domain/command.ts.
 *
 *   HTTP, batches ─ Commands ─► service ─► store (rows + audit, one transaction)
 *                                 │  └───► onChange, onOutput ─► events
 *                                 ▼
 *                    dispatch ─► fleet.link(id).tell      gateway ─ CommandInbox ─► service
 */
import type { CommandState, OutputStream } from '@ops/protocol/domain/command.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';

import type { ClientLink } from '../fleet/fleet.ts';
import type { Statement } from '../storage/database.ts';

/** Who acts, as the audit trail names them. */
export interface Actor {
  readonly actor: string;
  readonly role: string;
  readonly address: string;
}

export interface CommandTarget {
  readonly clientId: string;
  readonly hostname: string;
  /** It is over before it began: refused by the host's policy, or the client was offline. */
  readonly failed?: string | undefined;
}

/** What is asked of each target. */
export type Work =
  | { readonly kind: 'command'; readonly command: string }
  | {
      readonly kind: 'service';
      readonly appName: string;
      readonly action: 'Start' | 'Stop' | 'Restart' | 'Status';
    }
  | { readonly kind: 'update'; readonly appName: string; readonly version: string };

export interface CreateRequest {
  readonly work: Work;
  /** The normalised form; null for actions on applications. */
  readonly ran: string | null;
  readonly targets: readonly CommandTarget[];
  readonly timeoutSecs: number;
  /** Undefined: it is not kept for a client that is offline. */
  readonly queueSecs?: number | undefined;
  /** The batch they belong to. Its row is written in the same transaction. */
  readonly batch?: BatchRow | undefined;
  /** Which are sent only after `release`; all others at once. By position. */
  readonly heldFrom?: number | undefined;
  /** An answer that repeats: stored in the same transaction. */
  readonly idempotency?: IdempotencyKey | undefined;
  /** More that becomes true with them, in the same transaction. Ids are in the order of the targets. */
  readonly alongside?: ((commandIds: readonly string[]) => readonly Statement[]) | undefined;
}

export interface IdempotencyKey {
  readonly key: string;
  /** SHA-256 of endpoint and body, hex. */
  readonly bodySha256: string;
}

/** What `batches` stores with its commands. */
export interface BatchRow {
  readonly id: string;
  readonly command: string;
  readonly selection: Readonly<Record<string, unknown>>;
  readonly concurrency: number;
  readonly stopAfterFailures: number | null;
  readonly rerunOf: string | null;
}

export interface CommandChange {
  readonly summary: CommandSummary;
  /** Undefined when it has just been made. */
  readonly before: CommandState | undefined;
  /** SHA-256 that is the same for commands that ended alike; null while they run. */
  readonly groupKey: string | null;
  /** It waits for `release`. */
  readonly held: boolean;
}

export interface OutputPiece {
  readonly commandId: string;
  readonly clientId: string;
  readonly stream: OutputStream;
  /** Bytes of the kept stream before it. */
  readonly offset: number;
  readonly bytes: Buffer;
}

export interface CommandFilter {
  readonly clientId?: string | undefined;
  readonly batchId?: string | undefined;
  /** Only actions on the application of this name. */
  readonly appName?: string | undefined;
  readonly state?: CommandState | 'active' | undefined;
  readonly search?: string | undefined;
  readonly createdBy?: string | undefined;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly single?: boolean | undefined;
}

export interface KeptOutput {
  readonly bytes: Buffer;
  /** Of the whole kept stream so far. */
  readonly keptBytes: number;
  readonly gap: { readonly at: number; readonly bytes: number } | null;
}

/** What a request that is repeated with its key is answered. */
export interface MadeCommands {
  readonly commandIds: readonly string[];
  readonly batchId: string | null;
  /** Of a request that made a rollout, and no command yet. */
  readonly rolloutId?: string | undefined;
  /** Of one that made an upgrade of clients. */
  readonly upgradeId?: string | undefined;
}

export interface Commands {
  /**
   * What a request with this key made within the last 24 hours. To be asked before anything else is looked at: whether
   * the client is online does not matter to a request that was answered already.
   * @throws OpsError `idempotency_key_reused`: the key came with another body
   */
  repeated(key: IdempotencyKey, by: Actor): Promise<MadeCommands | undefined>;
  /**
   * Makes the commands: policy was asked by the caller's route through `judge`, the rows and their audit entry are one
   * transaction, and when it resolves they are on disk. Ids are in the order of the targets.
   * With an idempotency key that is known, nothing is made and the first answer is returned.
   * Of one application of a client there is at most one action that is not over.
   * @throws OpsError `storage_unavailable`, `idempotency_key_reused`, `server_busy`, `operation_in_progress`
   */
  create(request: CreateRequest, by: Actor): Promise<MadeCommands & { readonly repeated: boolean }>;
  /**
   * Held commands may be sent now. Unknown and final ones are passed over; those of clients that are offline end at once
   * unless they are kept for them.
   * @throws OpsError `storage_unavailable`: they are still held
   */
  release(ids: readonly string[]): Promise<void>;
  /**
   * Ends commands: those not sent never start, the others are ended on their host.
   * @returns how each stands, in the order of the ids
   * @throws OpsError `storage_unavailable`: nothing was changed
   */
  cancel(
    ids: readonly string[],
    by: Actor,
  ): Promise<readonly ('cancelled' | 'requested' | 'over' | 'unknown')[]>;
  summary(id: string): Promise<CommandSummary | undefined>;
  list(
    filter: CommandFilter,
    page: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<{ readonly commands: readonly CommandSummary[]; readonly nextCursor: string | null }>;
  /** Kept bytes of a stream, of a running command as well. */
  output(id: string, stream: OutputStream, offset: number, limit: number): Promise<KeptOutput | undefined>;
  /**
   * At every change of state, and when a cancel is asked for. Called after it is on disk; only `Executing` may be told
   * before when the disk fails. Returns how to stop.
   */
  onChange(call: (change: CommandChange) => void): () => void;
  /** Output as it arrives, in the order of each stream, without repeats, of every command. Returns how to stop. */
  onOutput(call: (piece: OutputPiece) => void): () => void;
  /** When the journal of a client was lost last, by the wall clock: what ran then may be `interrupted`. */
  journalLostAtMs(clientId: string): number | null;
  stats(): CommandStats;
}

export interface CommandStats {
  readonly pending: number;
  readonly executing: number;
  /** Since the start, by final state. */
  readonly finished: Readonly<Record<'Completed' | 'Timeout' | 'Failed' | 'Cancelled', number>>;
  /** Bytes of output that are not on disk yet. */
  readonly unstoredBytes: number;
  readonly dropped: Readonly<Record<string, number>>;
}

/** What the gateway reports. Called in the order of the frames of a connection. */
export interface CommandInbox {
  /**
   * A client has registered: what it still has is compared with what is known here, before anything new is sent.
   * @returns `registered.commands`
   */
  registered(
    link: ClientLink,
    report: {
      readonly clientId: string;
      readonly journalEpoch: string;
      readonly lastSeq: number;
      readonly commands: MessageOf<'register'>['commands'];
    },
  ): MessageOf<'registered'>['commands'];
  /** `registered` was sent: commands may follow. */
  ready(clientId: string, link: ClientLink): void;
  gone(clientId: string, link: ClientLink): void;
  /** @throws WireError `identity` for a command that was not sent to this client */
  accepted(clientId: string, message: MessageOf<'command_accepted'>): void;
  /**
   * @throws WireError `identity`
   * @returns undefined, or a promise: read nothing more from this client until it settles, too much waits for the disk
   */
  output(clientId: string, message: MessageOf<'command_output'>): Promise<void> | undefined;
  /** @throws WireError `identity` */
  result(clientId: string, message: MessageOf<'command_result'>): void;
}
