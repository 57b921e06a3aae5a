/** What commands that ended alike have in common, as one value: a batch puts its hosts together by it. */
import { hash } from 'node:crypto';

import { failureWord, type CommandState } from '@ops/protocol/domain/command.ts';

export interface Ending {
  readonly state: CommandState;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly error: string | null;
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
  /** SHA-256 of the kept bytes, hex. */
  readonly stdoutSha256: string;
  readonly stderrSha256: string;
}

/** SHA-256 of no bytes at all. */
export const SHA256_OF_NOTHING = hash('sha256', '', 'hex');

const FIELDS = [
  'state',
  'exitCode',
  'signal',
  'error',
  'stdoutBytes',
  'stderrBytes',
  'stdoutSha256',
  'stderrSha256',
] as const satisfies (keyof Ending)[];

/** Of the last one: the hosts of a batch end alike, one behind the other. */
let last: { readonly ending: Ending; readonly key: string } | undefined;

/**
 * State, exit code, signal, the closed word of the error, and the bytes of both streams. Of an error that begins with no
 * such word the whole text counts.
 * @returns SHA-256, hex
 */
export function groupKey(ending: Ending): string {
  const known = last;
  if (known && FIELDS.every((field) => known.ending[field] === ending[field])) return known.key;
  const { state, exitCode, signal, error, stdoutBytes, stderrBytes, stdoutSha256, stderrSha256 } = ending;
  const word = failureWord(error) ?? error;
  const fields = [state, exitCode, signal, word, stdoutBytes, stderrBytes, stdoutSha256, stderrSha256];
  last = { ending, key: hash('sha256', JSON.stringify(fields), 'hex') };
  return last.key;
}
