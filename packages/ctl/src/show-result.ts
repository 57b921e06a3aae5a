/** The result of one command: its output on the streams it came from, how it ended on standard error. */
import { COMMAND_STATES } from '@ops/protocol/domain/command.ts';
import type { CommandState } from '@ops/protocol/domain/command.ts';
import type { commandResult, CommandResultBody } from '@ops/protocol/http/commands.ts';
import type { AnswerOf } from '@ops/protocol/http/endpoint.ts';

import { Ending, EXIT } from './exit-status.ts';
import type { ExitStatus } from './exit-status.ts';
import { onOneLine, printable } from './printable.ts';
import type { Terminal } from './terminal.ts';

export interface Result {
  readonly state: CommandState;
  readonly result: CommandResultBody;
}

/** The one key of an answer. @throws Ending when there is none */
export function resultIn(answer: AnswerOf<typeof commandResult>): Result {
  for (const state of COMMAND_STATES) {
    const result = answer[state];
    if (result !== undefined) return { state, result };
  }
  throw new Ending(EXIT.failed, 'the answer names no state');
}

export const statusOfResult = ({ state, result }: Result): ExitStatus =>
  state === 'Completed' && result.exit_code === 0 ? EXIT.good : EXIT.failed;

/** How it ended, on one line. */
export function endingLine({ state, result }: Result): string {
  const parts = [
    result.hostname,
    result.command,
    state,
    ...(result.exit_code === null ? [] : [`exit ${result.exit_code}`]),
    ...(result.error === null ? [] : [result.error]),
    ...(result.duration_ms === null ? [] : [`${result.duration_ms} ms`]),
  ];
  return `${parts.map(onOneLine).join('  ')}\n`;
}

export function showResult(terminal: Terminal, found: Result, options: { readonly raw: boolean }): void {
  const shown = options.raw ? (text: string): string => text : printable;
  terminal.out(shown(found.result.output));
  terminal.err(shown(found.result.error_output));
  terminal.err(endingLine(found));
}
