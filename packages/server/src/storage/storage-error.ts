/** What storage says no with, besides OpsError `storage_unavailable`. */

export type OpenFailure =
  /** Another process owns the database. */
  | 'in_use'
  | 'damaged'
  /** Written by a newer program. */
  | 'newer'
  /** The key of the audit trail is missing, another one, or readable by others. */
  | 'audit_key'
  /** Permissions, no space, not a directory, … */
  | 'unusable';

/** A database that cannot be opened. The message is one sentence for the operator; the program ends with status 1. */
export class StorageOpenError extends Error {
  readonly reason: OpenFailure;

  constructor(reason: OpenFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageOpenError';
    this.reason = reason;
  }
}

export type RefusalReason =
  /** A unique key is taken. */
  | 'unique'
  /** A row that is referred to does not exist, or is still referred to. */
  | 'foreign_key'
  /** A value is outside what its column takes. */
  | 'check'
  /** The statement itself is wrong. */
  | 'statement';

/** A change the database refused. Nothing of it was applied, and changes beside it were not touched. */
export class ChangeRefusedError extends Error {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string) {
    super(message);
    this.name = 'ChangeRefusedError';
    this.reason = reason;
  }
}

export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
