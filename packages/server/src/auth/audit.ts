import type { AuditEntry } from '../audit/entry.ts';

/** Where what was tried and refused is written down. What changes rows is audited with its write instead. */
export interface Audit {
  /** Durable when resolved. @throws OpsError `storage_unavailable` */
  record(entry: AuditEntry): Promise<void>;
}
