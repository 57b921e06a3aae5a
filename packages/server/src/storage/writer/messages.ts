/** What the main thread and the writer's thread say to each other: one request, one reply, in turn. */
import type { AuditEntry } from '../../audit/entry.ts';
import type { StatementResult } from '../database.ts';
import type { CompiledStatement, Durability } from '../dialects/dialect.ts';
import type { Migration } from '../migration.ts';
import type { OpenFailure, RefusalReason } from '../storage-error.ts';

export interface CompiledChange {
  readonly statements: readonly CompiledStatement[];
  readonly audit: readonly CompiledEntry[];
}

/** An entry whose text is final: well-formed, and its detail canonical JSON. */
export type CompiledEntry = Omit<AuditEntry, 'detail'> & { readonly detail: string };

export interface WriterSetup {
  readonly path: string;
  readonly durability: Durability;
  readonly migrations: readonly Migration[];
  /** With a key the database has an audit trail. */
  readonly auditKey: Uint8Array | undefined;
  /** Largest size of the file. For tests: a disk that is full. */
  readonly maxPages: number | undefined;
}

export type Request =
  /** Opens, or closes and opens again. When `recovering`, room and durability are tried before it answers. */
  | (WriterSetup & { readonly type: 'open'; readonly nowMs: number; readonly recovering: boolean })
  | {
      readonly type: 'commit';
      readonly nowMs: number;
      readonly changes: readonly CompiledChange[];
      readonly anchor: boolean;
    }
  | { readonly type: 'close'; readonly nowMs: number };

export type Outcome =
  | { readonly applied: true; readonly results: readonly StatementResult[] }
  | { readonly applied: false; readonly reason: RefusalReason; readonly message: string };

export type Reply =
  | { readonly type: 'opened'; readonly trail: TrailPosition | undefined }
  | {
      readonly type: 'committed';
      readonly outcomes: readonly Outcome[];
      readonly trail: TrailPosition | undefined;
    }
  | { readonly type: 'closed' }
  /** Nothing was made durable. The writer takes commits again after an `open`. */
  | { readonly type: 'failed'; readonly reason: OpenFailure; readonly message: string };

/** How long the audit trail is, and up to where anchors cover it. */
export interface TrailPosition {
  readonly seq: number;
  readonly anchoredTo: number;
}
