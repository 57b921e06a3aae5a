/** `ops-server audit verify`: reads the audit trail of a data directory and says whether it is as it was written. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { messageOf, StorageOpenError } from '../storage/storage-error.ts';
import { AUDIT_KEY_FILE, readAuditKey } from './audit-key.ts';
import { anchorFrom, rowFrom } from './chain.ts';
import { verifyChain, type Verdict } from './verify-chain.ts';

const BEGIN = 'BEGIN';

/**
 * Reads one moment of the trail; the server may be running.
 * @param options.dataDir the server's data directory
 * @throws StorageOpenError when there is nothing to verify, or it cannot be read
 */
export function verifyAudit({ dataDir }: { readonly dataDir: string }): Verdict {
  const path = join(dataDir, 'ops.db');
  if (!existsSync(path)) throw new StorageOpenError('unusable', `there is no ${path}`);
  const key = readAuditKey(join(dataDir, AUDIT_KEY_FILE));
  if (!key)
    throw new StorageOpenError(
      'audit_key',
      `there is no ${AUDIT_KEY_FILE} in ${dataDir}: anchors cannot be proven without it`,
    );
  try {
    return verifyFile(path, key);
  } catch (cause) {
    throw new StorageOpenError('unusable', `cannot read the audit trail in ${path}: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function verifyFile(path: string, key: Uint8Array): Verdict {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  try {
    db.exec(BEGIN);
    const rows = db.prepare('SELECT * FROM audit ORDER BY seq').iterate();
    const anchors = db.prepare('SELECT * FROM audit_anchors ORDER BY seq').iterate();
    return verifyChain(rows.map(rowFrom), anchors.map(anchorFrom), key);
  } finally {
    db.close();
  }
}

/** Exit codes of the command: 0 as it was written, 1 not, 2 could not be verified. */
export interface VerifyReport {
  readonly exitCode: 0 | 1 | 2;
  /** One sentence. */
  readonly text: string;
}

/** Never throws. */
export function auditVerifyReport(options: { readonly dataDir: string }): VerifyReport {
  try {
    const verdict = verifyAudit(options);
    if (!verdict.ok) return { exitCode: 1, text: `audit trail: row ${verdict.firstBad}: ${verdict.reason}` };
    return {
      exitCode: 0,
      text: `audit trail: ${verdict.rows} rows as they were written, anchored up to row ${verdict.anchoredTo}`,
    };
  } catch (cause) {
    return { exitCode: 2, text: `audit trail: ${messageOf(cause)}` };
  }
}
