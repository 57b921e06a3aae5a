import type { BatchSummary } from '@ops/protocol/http/batches.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';

export const COMMAND_ID = '0000c0de-0000-4000-8000-000000000000';
export const CLIENT_ID = '00000001-0000-4000-8000-000000000000';

/** A command that was just sent, apart from what the test says. */
export function commandOf(more: Partial<CommandSummary> = {}): CommandSummary {
  return {
    id: COMMAND_ID,
    batch_id: null,
    client_id: CLIENT_ID,
    hostname: 'web-01',
    kind: 'command',
    app_name: null,
    command: 'uptime',
    ran: 'uptime',
    state: 'Pending',
    exit_code: null,
    signal: null,
    error: null,
    late: false,
    cancel_requested: false,
    created_by: 'admin',
    created_at_ms: 1000,
    sent_at_ms: 1000,
    executed_at_ms: null,
    finished_at_ms: null,
    duration_ms: null,
    timeout_secs: 30,
    expires_at_ms: 31_000,
    stdout_bytes: 0,
    stderr_bytes: 0,
    output_truncated: false,
    ...more,
  };
}

export function batchOf(more: Partial<BatchSummary> = {}): BatchSummary {
  return {
    id: '0000ba7c-0000-4000-8000-000000000000',
    command: 'uptime',
    ran: 'uptime',
    state: 'finished',
    stopped: null,
    stopped_by: null,
    created_by: 'admin',
    created_at_ms: 1000,
    finished_at_ms: 2000,
    targets: 2,
    counts: {
      held: 0,
      pending: 0,
      executing: 0,
      succeeded: 2,
      nonzero: 0,
      timeout: 0,
      failed: 0,
      cancelled: 0,
    },
    version: 1,
    concurrency: 1000,
    stop_after_failures: null,
    timeout_secs: 30,
    queue_secs: null,
    selection: { kind: 'ids', selector: null },
    rerun_of: null,
    ...more,
  };
}
