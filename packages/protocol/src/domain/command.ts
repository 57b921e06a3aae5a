import { s } from '../schema.ts';

/** How a command ended, as the client reports it. A non-zero exit is `completed`. */
export const COMMAND_OUTCOMES = ['completed', 'timeout', 'failed', 'cancelled'] as const;
export type CommandOutcome = (typeof COMMAND_OUTCOMES)[number];

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

/** What a client's journal says of a command the server has not acknowledged. */
export const UNACKNOWLEDGED_STATES = ['waiting', 'running', 'finished'] as const;

export const OUTPUT_STREAMS = ['stdout', 'stderr'] as const;

/** Bytes of output in one frame, before encoding. */
export const MAX_OUTPUT_CHUNK = 64 * 1024;

export const commandText = s.string({ min: 1, max: 1024 });
export const timeoutSecs = s.integer({ min: 1, max: 3600 });
