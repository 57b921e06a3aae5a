/** Rows of `commands`, and what they look like outside the store. */
import type { Selectable } from 'kysely';

import type { CommandSummary } from '@ops/protocol/http/commands.ts';

import type { Tables } from '../storage/tables.ts';
import type { Work } from './commands.ts';
import type { StoredOutput } from './output.ts';

export type CommandRow = Selectable<Tables['commands']>;

/** A command as it is stored. */
export interface StoredCommand {
  readonly number: number;
  readonly summary: CommandSummary;
  readonly work: Work;
  readonly queueSecs: number | null;
  readonly held: boolean;
  readonly seq: number | null;
  readonly epoch: string | null;
  readonly acknowledged: boolean;
  readonly groupKey: string | null;
  readonly output: StoredOutput;
}

export function summaryOf(row: CommandRow): CommandSummary {
  return {
    id: row.id,
    batch_id: row.batch_id,
    client_id: row.client_id,
    hostname: row.hostname,
    kind: row.kind,
    app_name: appNameOf(workOf(row)),
    command: row.command,
    ran: row.ran,
    state: row.state,
    exit_code: row.exit_code,
    signal: row.signal,
    error: row.error,
    late: row.late === 1,
    cancel_requested: row.cancel_requested_at_ms !== null,
    created_by: row.created_by,
    created_at_ms: row.created_at_ms,
    sent_at_ms: row.sent_at_ms,
    executed_at_ms: row.executed_at_ms,
    finished_at_ms: row.finished_at_ms,
    duration_ms: row.duration_ms,
    timeout_secs: row.timeout_secs,
    expires_at_ms: row.expires_at_ms,
    stdout_bytes: row.stdout_bytes,
    stderr_bytes: row.stderr_bytes,
    output_truncated: row.truncated === 1,
  };
}

export function storedCommand(row: CommandRow): StoredCommand {
  return {
    number: row.number,
    summary: summaryOf(row),
    work: workOf(row),
    queueSecs: row.queue_secs,
    held: row.held === 1,
    seq: row.seq,
    epoch: row.journal_epoch,
    acknowledged: row.acknowledged === 1,
    groupKey: row.group_key,
    output: { chunks: row.chunks, stdoutKept: row.stdout_kept, stderrKept: row.stderr_kept },
  };
}

/** How an action on an application reads in a list of commands. */
export function commandTextOf(work: Work): string {
  if (work.kind === 'command') return work.command;
  return work.kind === 'service'
    ? `${work.action} ${work.appName}`
    : `Update ${work.appName} to ${work.version}`;
}

/** @returns null for a command */
export function appNameOf(work: Work): string | null {
  return work.kind === 'command' ? null : work.appName;
}

/** @returns JSON; null for a command, which says all in its text */
export function detailOf(work: Work): string | null {
  return work.kind === 'command' ? null : JSON.stringify(work);
}

function workOf(row: CommandRow): Work {
  if (row.kind === 'command' || row.detail === null) return { kind: 'command', command: row.command };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by detailOf alone
  return JSON.parse(row.detail) as Work;
}
