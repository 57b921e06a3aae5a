/** What the server is told of a command. Pure. */
import { isUtf8 } from 'node:buffer';

import type { OutputStream } from '@ops/protocol/domain/command.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';

import type { JournalResult, KeptChunk } from '../journal/journal.ts';

/** Longest text of `error` on the wire. */
const MAX_ERROR = 1024;

/** A result of a command that never had a process. */
export function unstarted(
  commandId: string,
  how: { readonly outcome: 'failed'; readonly error: string } | { readonly outcome: 'cancelled' },
): JournalResult {
  return {
    commandId,
    outcome: how.outcome,
    exitCode: null,
    signal: null,
    error: how.outcome === 'failed' ? how.error.slice(0, MAX_ERROR) : null,
    durationMs: 0,
    startedAtMs: null,
    chunks: 0,
    stdoutBytes: 0,
    stderrBytes: 0,
    truncated: false,
  };
}

export function resultMessage(result: JournalResult): MessageOf<'command_result'> {
  return {
    type: 'command_result',
    command_id: result.commandId,
    outcome: result.outcome,
    exit_code: result.exitCode,
    signal: result.signal,
    error: result.error === null ? null : result.error.slice(0, MAX_ERROR),
    chunks: result.chunks,
    stdout_bytes: result.stdoutBytes,
    stderr_bytes: result.stderrBytes,
    truncated: result.truncated,
    started_at: result.startedAtMs,
    duration_ms: Math.max(0, Math.round(result.durationMs)),
  };
}

/** Text where it is text; base64 where it is not, or where escaping would make it longer than that. */
function encode(bytes: Buffer): { readonly data: string; readonly encoding: 'utf8' | 'base64' } {
  if (isUtf8(bytes)) {
    const data = bytes.toString('utf8');
    if (JSON.stringify(data).length <= Math.ceil(bytes.length / 3) * 4 + 64)
      return { data, encoding: 'utf8' };
  }
  return { data: bytes.toString('base64'), encoding: 'base64' };
}

export function outputMessage(
  commandId: string,
  seq: number,
  { stream, bytes }: KeptChunk,
): MessageOf<'command_output'> {
  const named: OutputStream = stream;
  return { type: 'command_output', command_id: commandId, seq, stream: named, ...encode(bytes) };
}
