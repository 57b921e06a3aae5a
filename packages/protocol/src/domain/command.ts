/**
 * A command: one thing one host is asked to do, once.
 *
 *   Pending ──command_accepted──► Executing ──command_result──► Completed | Timeout | Failed | Cancelled
 *      │                              │ the client lost it
 *      │                              └──────────────────────► Failed, `interrupted`
 *      ├── its time is over ─────────────────────────────────► Failed, `expired`
 *      ├── refused by the host, not started ─────────────────► Failed, `rejected` | `spawn_failed` | …
 *      └── cancelled before it was sent ─────────────────────► Cancelled
 *
 * A final state never changes, with one exception: `Failed`, `interrupted` means that nobody knew, and is replaced once
 * when the client's stored result arrives after all; the command is then marked `late`.
 */
import { s } from '../schema.ts';

export const COMMAND_STATES = [
  'Pending',
  'Executing',
  'Completed',
  'Timeout',
  'Failed',
  'Cancelled',
] as const;
export type CommandState = (typeof COMMAND_STATES)[number];

export const FINAL_STATES = ['Completed', 'Timeout', 'Failed', 'Cancelled'] as const;
export type FinalState = (typeof FINAL_STATES)[number];

export function isFinal(state: CommandState): state is FinalState {
  return state !== 'Pending' && state !== 'Executing';
}

/** How a command ended, as the client reports it. A non-zero exit is `completed`. */
export const COMMAND_OUTCOMES = ['completed', 'timeout', 'failed', 'cancelled'] as const;
export type CommandOutcome = (typeof COMMAND_OUTCOMES)[number];

export const STATE_OF_OUTCOME: Readonly<Record<CommandOutcome, FinalState>> = {
  completed: 'Completed',
  timeout: 'Timeout',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

/** The closed words a `failed` result's `error` begins with. */
export const FAILURE_WORDS = [
  'rejected',
  'expired',
  'spawn_failed',
  'interrupted',
  'signal',
  'unsupported',
] as const;
export type FailureWord = (typeof FAILURE_WORDS)[number];

/** The closed word an error begins with, undefined when it has none. */
export function failureWord(error: string | null): FailureWord | undefined {
  return error === null
    ? undefined
    : FAILURE_WORDS.find((word) => error === word || error.startsWith(`${word}:`));
}

/**
 * Whether a command in `from` (with `error`) may become `to`. Everything that changes a command asks here.
 * @param evidence the client's own stored result, which may replace `interrupted`
 */
export function mayFollow(
  from: CommandState,
  error: string | null,
  to: CommandState,
  evidence: boolean,
): boolean {
  if (from === 'Pending') return to !== 'Pending';
  if (from === 'Executing') return isFinal(to);
  return evidence && from === 'Failed' && failureWord(error) === 'interrupted' && isFinal(to);
}

/** What a client's journal says of a command the server has not acknowledged. */
export const UNACKNOWLEDGED_STATES = ['waiting', 'running', 'finished'] as const;

export const OUTPUT_STREAMS = ['stdout', 'stderr'] as const;
export type OutputStream = (typeof OUTPUT_STREAMS)[number];

/** Bytes of output in one frame, before encoding. */
export const MAX_OUTPUT_CHUNK = 64 * 1024;

/** Of each stream the first and the last bytes are kept; the gap between them is counted and marked. */
export const KEPT_HEAD_BYTES = 768 * 1024;
export const KEPT_TAIL_BYTES = 256 * 1024;

/** At once on one client, and waiting there; one more is `rejected: busy`. */
export const MAX_RUNNING_COMMANDS = 4;
export const MAX_WAITING_COMMANDS = 64;

export const DEFAULT_TIMEOUT_SECS = 30;
export const MAX_TIMEOUT_SECS = 3600;

export const MAX_COMMAND_LENGTH = 1024;
export const commandText = s.string({ min: 1, max: MAX_COMMAND_LENGTH });
export const timeoutSecs = s.integer({ min: 1, max: MAX_TIMEOUT_SECS });
