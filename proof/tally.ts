/** How the commands of a stage stand, against the ground truth. */
import { failureWord, isFinal } from '@ops/protocol/domain/command.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { until } from '@ops/testkit/until.ts';

import { executionCounts, expectedErrorOutput, expectedOutput, linesOf } from './ground-truth.ts';
import { none } from './promise.ts';
import type { Finding } from './promise.ts';
import type { Stage } from './stage.ts';

const NEVER_RAN: readonly string[] = ['rejected', 'expired', 'spawn_failed'];

export interface Tally {
  readonly commands: readonly CommandSummary[];
  readonly executions: ReadonlyMap<string, number>;
  readonly byEnding: ReadonlyMap<string, number>;
  readonly interrupted: number;
  readonly findings: readonly Finding[];
}

/** `Completed`, or the closed word of a failure. */
function endingOf({ state, error }: CommandSummary): string {
  return state === 'Failed' ? (failureWord(error) ?? 'Failed') : state;
}

/** Waits until no command is Pending or Executing. @throws Error that names some that are */
export async function allFinal(stage: Stage, within: number): Promise<void> {
  let open: readonly CommandSummary[] = [];
  try {
    await until(
      async () => {
        open = await stage.api.allCommands('status=active');
        return open.length === 0;
      },
      { within, every: 200, what: 'every command to be final' },
    );
  } catch (cause) {
    const some = open.slice(0, 5).map(({ id, state, sent_at_ms: sent }) => `${id} ${state} sent ${sent}`);
    throw new Error(`${open.length} commands are not final after ${within} ms: ${some.join('; ')}`, {
      cause,
    });
  }
}

export async function tally(stage: Stage): Promise<Tally> {
  const commands = await stage.api.allCommands();
  const executions = await executionCounts(stage.truth);
  const ran = (command: CommandSummary): number => executions.get(command.id) ?? 0;
  const known = new Set(commands.map(({ id }) => id));
  const byEnding = new Map<string, number>();
  for (const command of commands) {
    const ending = endingOf(command);
    byEnding.set(ending, (byEnding.get(ending) ?? 0) + 1);
  }
  const completed = commands.filter(({ state }) => state === 'Completed');
  return {
    commands,
    executions,
    byEnding,
    interrupted: byEnding.get('interrupted') ?? 0,
    findings: [
      none('commands that ran twice', [...executions.values()].filter((count) => count > 1).length),
      none('Completed that did not run once', completed.filter((command) => ran(command) !== 1).length),
      none(
        'rejected, expired or spawn_failed that ran',
        commands.filter((command) => NEVER_RAN.includes(endingOf(command)) && ran(command) > 0).length,
      ),
      none('executed without a row', [...executions.keys()].filter((id) => !known.has(id)).length),
      none('commands that are not final', commands.filter(({ state }) => !isFinal(state)).length),
    ],
  };
}

/** Completed commands whose stored output is not, byte for byte, what they printed. */
export async function wrongOutputs(stage: Stage, commands: readonly CommandSummary[]): Promise<number> {
  let wrong = 0;
  for (const { id, state, command } of commands) {
    const lines = linesOf(command);
    if (state !== 'Completed' || lines === undefined) continue;
    const reply = await stage.api.result(id);
    const right =
      reply.type === 'ok' &&
      reply.value.body.output === expectedOutput(id, lines) &&
      reply.value.body.error_output === expectedErrorOutput(id);
    if (!right) wrong++;
  }
  return wrong;
}

export function describeEndings(endings: ReadonlyMap<string, number>): string {
  return [...endings].map(([ending, count]) => `${count} ${ending}`).join(', ');
}
