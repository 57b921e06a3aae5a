/** What this version answers to commands and actions on applications: nothing is run, and the server is told so. */
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import type { HostPolicy } from '@ops/protocol/domain/client.ts';

/** Nothing is allowed here. */
export const NOTHING_ALLOWED: HostPolicy = {
  readonly: true,
  commands: [],
  script_dirs: [],
  script_extensions: [],
};

export function unsupported(commandId: string): MessageOf<'command_result'> {
  return {
    type: 'command_result',
    command_id: commandId,
    outcome: 'failed',
    exit_code: null,
    signal: null,
    error: 'unsupported: this version of ops-client reports readings and runs nothing',
    chunks: 0,
    stdout_bytes: 0,
    stderr_bytes: 0,
    truncated: false,
    started_at: null,
    duration_ms: 0,
  };
}
