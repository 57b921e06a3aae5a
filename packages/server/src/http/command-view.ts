/** Commands as the API shows them. Pure. */
import type {
  CommandResultBody,
  CommandSummary,
  refusalView as schema,
} from '@ops/protocol/http/commands.ts';
import { toTimestamp } from '@ops/protocol/http/endpoint.ts';
import type { Timestamp } from '@ops/protocol/http/endpoint.ts';
import type { OutputStream } from '@ops/protocol/domain/command.ts';
import type { Infer } from '@ops/protocol/schema.ts';
import type { Refusal } from '@ops/policy/verdict.ts';

import type { Language } from './words.ts';

/** Longest `reason` and `token` of an answer. */
const MAX_REASON = 512;
const MAX_TOKEN = 256;

export function refusalView({ reason, detail }: Refusal, language: Language): Infer<typeof schema> {
  return {
    rule: reason,
    token: detail.token.slice(0, MAX_TOKEN),
    reason: detail[language].slice(0, MAX_REASON),
  };
}

const timestampOf = (ms: number | null): Timestamp | null => (ms === null ? null : toTimestamp(ms));

export function resultBody(
  summary: CommandSummary,
  output: { readonly stdout: string; readonly stderr: string },
): CommandResultBody {
  return {
    command_id: summary.id,
    client_id: summary.client_id,
    hostname: summary.hostname,
    batch_id: summary.batch_id,
    kind: summary.kind,
    command: summary.command,
    ran: summary.ran,
    exit_code: summary.exit_code,
    signal: summary.signal,
    output: output.stdout,
    error_output: output.stderr,
    output_truncated: summary.output_truncated,
    stdout_bytes: summary.stdout_bytes,
    stderr_bytes: summary.stderr_bytes,
    created_at: toTimestamp(summary.created_at_ms),
    created_by: summary.created_by,
    sent_at: timestampOf(summary.sent_at_ms),
    executed_at: timestampOf(summary.executed_at_ms),
    finished_at: timestampOf(summary.finished_at_ms),
    duration_ms: summary.duration_ms,
    timeout_secs: summary.timeout_secs,
    error: summary.error,
    late: summary.late,
    cancel_requested: summary.cancel_requested,
  };
}

function plain(text: string, max: number): string {
  return text
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replaceAll(/\.{2,}/g, '.')
    .replaceAll(/^[.-]+|[.-]+$/g, '')
    .slice(0, max);
}

/** `web-01-ps-aux-1a2b3c4d-stdout.txt`: letters every file system takes, nothing that hides or leads elsewhere. */
export function downloadName(summary: CommandSummary, stream: OutputStream): string {
  const words = [plain(summary.hostname, 64), plain(summary.command, 40), summary.id.slice(0, 8), stream];
  return `${words.filter((word) => word !== '').join('-')}.txt`;
}
