/**
 * What is written about commands that exist, as statements for many of them at once: the values of all travel as one JSON
 * text. The database takes it apart (`json_each`) for a statement of a few columns; one of many columns, or for many
 * rows at a time, runs once for each (`rows`), which then costs a quarter less.
 */
import { CompiledQuery } from 'kysely';

import type { FinalState } from '@ops/protocol/domain/command.ts';

import type { AuditEntry } from '../audit/entry.ts';
import type { Statement } from '../storage/database.ts';
import type { Flush } from './output.ts';

/** Released, and where it could be sent at once, marked as sent. */
export interface MarkedStep {
  readonly kind: 'marked';
  readonly number: number;
  readonly expiresAtMs: number;
  readonly sent: { readonly seq: number; readonly epoch: string; readonly atMs: number } | null;
}

export interface AcceptedStep {
  readonly kind: 'accepted';
  readonly number: number;
  readonly commandId: string;
  readonly executedAtMs: number;
}

export interface OutputStep {
  readonly kind: 'output';
  readonly number: number;
  readonly commandId: string;
  readonly flush: Flush;
}

export interface EndedStep {
  readonly kind: 'ended';
  readonly number: number;
  readonly commandId: string;
  readonly state: FinalState;
  readonly executedAtMs: number | null;
  readonly finishedAtMs: number;
  readonly durationMs: number | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly error: string | null;
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
  readonly truncated: boolean;
  readonly acknowledged: boolean;
  /** Evidence: it replaces `interrupted`. */
  readonly late: boolean;
  readonly groupKey: string;
  /** Output that was not stored yet. */
  readonly flush: Flush;
  readonly audit: AuditEntry | undefined;
}

/** How far the numbering of a client has come, and its journal. */
export interface SequenceStep {
  readonly kind: 'sequence';
  readonly clientId: string;
  readonly lastSeq: number;
  readonly epoch: string | null;
  readonly acknowledgedSeq: number;
  /** When the client's journal was lost last, by the wall clock. */
  readonly lostAtMs: number | null;
  readonly audit?: AuditEntry | undefined;
}

export type Step = MarkedStep | AcceptedStep | OutputStep | EndedStep | SequenceStep;

/** Statement for a list of value lists: `?1` is their JSON, `of(n)` the n-th value of each. */
export function forEach(
  rows: readonly (readonly unknown[])[],
  sql: string,
  ...others: readonly unknown[]
): Statement {
  const query = CompiledQuery.raw(sql, [JSON.stringify(rows), ...others]);
  return { compile: () => query };
}

const MARK = `UPDATE commands SET held = 0, expires_at_ms = r.value ->> 1, seq = r.value ->> 2,
    journal_epoch = r.value ->> 3, sent_at_ms = r.value ->> 4
  FROM json_each(?1) AS r WHERE commands.number = r.value ->> 0 AND commands.state = 'Pending'`;

const ACCEPT = `UPDATE commands SET state = 'Executing', acknowledged = 1, executed_at_ms = r.value ->> 1
  FROM json_each(?1) AS r WHERE commands.number = r.value ->> 0 AND commands.state = 'Pending'`;

const END = `UPDATE commands SET state = ?2, executed_at_ms = ?3, finished_at_ms = ?4, duration_ms = ?5, exit_code = ?6,
    signal = ?7, error = ?8, stdout_bytes = ?9, stderr_bytes = ?10, truncated = ?11, late = ?12, group_key = ?13,
    chunks = ?14, stdout_kept = ?15, stderr_kept = ?16, acknowledged = ?17
  WHERE number = ?1 AND (state IN ('Pending', 'Executing') OR (?12 AND state = 'Failed' AND late = 0))`;

const COUNT_OUTPUT = `UPDATE commands SET chunks = r.value ->> 1, stdout_kept = r.value ->> 2, stderr_kept = r.value ->> 3
  FROM json_each(?1) AS r WHERE commands.number = r.value ->> 0`;

/** `?2` is the output of all, one behind the other. */
const KEEP_OUTPUT = `INSERT OR IGNORE INTO command_output (command_id, stream, start, data)
  SELECT r.value ->> 0, r.value ->> 1, r.value ->> 2, substr(?2, 1 + (r.value ->> 3), r.value ->> 4) FROM json_each(?1) AS r`;

const SEQUENCE = `INSERT INTO command_sequences (client_id, last_seq, journal_epoch, acknowledged_seq, journal_lost_at_ms)
  VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (client_id) DO UPDATE SET last_seq = max(last_seq, excluded.last_seq),
    journal_epoch = excluded.journal_epoch, acknowledged_seq = excluded.acknowledged_seq,
    journal_lost_at_ms = excluded.journal_lost_at_ms`;

const BIT = { stdout: 0, stderr: 1 } as const;

function keepOutput(steps: readonly (OutputStep | EndedStep)[]): Statement[] {
  const rows: unknown[][] = [];
  const data: Buffer[] = [];
  let at = 0;
  for (const { commandId, flush } of steps) {
    for (const part of flush.parts) {
      rows.push([commandId, BIT[part.stream], part.start, at, part.data.length]);
      data.push(part.data);
      at += part.data.length;
    }
  }
  return rows.length === 0 ? [] : [forEach(rows, KEEP_OUTPUT, Buffer.concat(data))];
}

export function sequenceStatements(steps: readonly SequenceStep[]): Statement[] {
  if (steps.length === 0) return [];
  const rows = steps.map(({ clientId, lastSeq, epoch, acknowledgedSeq, lostAtMs }) => [
    clientId,
    lastSeq,
    epoch,
    acknowledgedSeq,
    lostAtMs,
  ]);
  return [{ sql: SEQUENCE, rows }];
}

/** In the order in which they build on each other: marked, accepted, output, ended. */
export function statementsOf(steps: readonly Step[]): {
  readonly statements: readonly Statement[];
  readonly audit: readonly AuditEntry[];
} {
  const marked: unknown[][] = [];
  const accepted: unknown[][] = [];
  const counted: unknown[][] = [];
  const ended: (string | number | null)[][] = [];
  const output: (OutputStep | EndedStep)[] = [];
  const sequences: SequenceStep[] = [];
  const audit: AuditEntry[] = [];
  for (const step of steps) {
    switch (step.kind) {
      case 'marked':
        marked.push([
          step.number,
          step.expiresAtMs,
          step.sent?.seq ?? null,
          step.sent?.epoch ?? null,
          step.sent?.atMs ?? null,
        ]);
        break;
      case 'accepted':
        accepted.push([step.number, step.executedAtMs]);
        break;
      case 'output':
        output.push(step);
        counted.push([step.number, step.flush.chunks, step.flush.stdoutKept, step.flush.stderrKept]);
        break;
      case 'ended':
        output.push(step);
        ended.push(endedRow(step));
        if (step.audit) audit.push(step.audit);
        break;
      case 'sequence':
        sequences.push(step);
        if (step.audit) audit.push(step.audit);
        break;
    }
  }
  const statements: Statement[] = [];
  if (marked.length > 0) statements.push(forEach(marked, MARK));
  if (accepted.length > 0) statements.push(forEach(accepted, ACCEPT));
  statements.push(...keepOutput(output));
  if (counted.length > 0) statements.push(forEach(counted, COUNT_OUTPUT));
  if (ended.length > 0) statements.push({ sql: END, rows: ended });
  statements.push(...sequenceStatements(sequences));
  return { statements, audit };
}

function endedRow(step: EndedStep): (string | number | null)[] {
  const { flush } = step;
  return [
    step.number,
    step.state,
    step.executedAtMs,
    step.finishedAtMs,
    step.durationMs,
    step.exitCode,
    step.signal,
    step.error,
    step.stdoutBytes,
    step.stderrBytes,
    step.truncated ? 1 : 0,
    step.late ? 1 : 0,
    step.groupKey,
    flush.chunks,
    flush.stdoutKept,
    flush.stderrKept,
    step.acknowledged ? 1 : 0,
  ];
}
