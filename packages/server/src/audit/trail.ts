/** The growing end of the audit trail, inside the writer's transaction. */
import type { WriteConnection } from '../storage/dialects/dialect.ts';
import type { CompiledEntry, TrailPosition } from '../storage/writer/messages.ts';
import { ANCHOR_EVERY_ROWS, FIRST_PREV, hashOf, hmacOf, isAnchoredBy, anchorFrom } from './chain.ts';

interface Position extends TrailPosition {
  readonly hash: string;
}

export interface Trail {
  readonly position: Position;
  /** Forgets rows that were rolled back. */
  backTo(position: Position): void;
  append(entries: readonly CompiledEntry[]): void;
  /** Anchors when `ANCHOR_EVERY_ROWS` rows have none, or with `always` when any has none. */
  anchor(nowMs: number, options: { readonly always: boolean }): void;
}

const INSERT_ROW =
  'INSERT INTO audit (seq, at_ms, actor, role, address, action, target, detail, outcome, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)';
const INSERT_ANCHOR = 'INSERT INTO audit_anchors (seq, hash, hmac, at_ms) VALUES (?, ?, ?, ?)';
const LAST_ROW = 'SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1';
const LAST_ANCHOR = 'SELECT seq, hash, hmac, at_ms FROM audit_anchors ORDER BY seq DESC LIMIT 1';

/** @returns undefined when the newest anchor was made with another key */
export function continueTrail(connection: WriteConnection, key: Uint8Array): Trail | undefined {
  const [lastRow] = connection.run({ sql: LAST_ROW, parameters: [] }).rows;
  const [lastAnchor] = connection.run({ sql: LAST_ANCHOR, parameters: [] }).rows;
  if (lastAnchor && !isAnchoredBy(anchorFrom(lastAnchor), key)) return undefined;

  let position: Position = {
    seq: Number(lastRow?.['seq'] ?? 0),
    hash: lastRow ? String(lastRow['hash']) : FIRST_PREV,
    anchoredTo: Number(lastAnchor?.['seq'] ?? 0),
  };

  return {
    get position() {
      return position;
    },
    backTo(earlier) {
      position = earlier;
    },
    append(entries) {
      for (const entry of entries) {
        const { atMs, actor, role, address, action, target, detail, outcome } = entry;
        const row = {
          seq: position.seq + 1,
          at_ms: atMs,
          actor,
          role,
          address,
          action,
          target,
          detail,
          outcome,
          prev: position.hash,
        };
        const hash = hashOf(row);
        connection.run({
          sql: INSERT_ROW,
          parameters: [row.seq, atMs, actor, role, address, action, target, detail, outcome, row.prev, hash],
        });
        position = { ...position, seq: row.seq, hash };
      }
    },
    anchor(nowMs, { always }) {
      const { seq, hash, anchoredTo } = position;
      if (seq <= anchoredTo || (!always && seq - anchoredTo < ANCHOR_EVERY_ROWS)) return;
      const hmac = hmacOf({ seq, hash, at_ms: nowMs }, key);
      connection.run({ sql: INSERT_ANCHOR, parameters: [seq, hash, hmac, nowMs] });
      position = { ...position, anchoredTo: seq };
    },
  };
}
