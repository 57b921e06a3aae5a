/** `result`: what became of a command or a batch; with `--follow` until it is over. */
import { getBatch } from '@ops/protocol/http/batches.ts';
import { isFinal } from '@ops/protocol/domain/command.ts';
import { commandResult } from '@ops/protocol/http/commands.ts';

import { RAW_OPTION } from '../command.ts';
import type { Command, Surroundings } from '../command.ts';
import { EXIT } from '../exit-status.ts';
import type { ExitStatus } from '../exit-status.ts';
import { followBatch } from '../follow-batch.ts';
import { ApiFailure } from '../server/server.ts';
import { ASK, watch } from '../server/watch.ts';
import { showBatch, statusOf } from '../show-batch.ts';
import { resultIn, showResult, statusOfResult } from '../show-result.ts';
import type { Result } from '../show-result.ts';

const isOver = ({ state }: Result): boolean => isFinal(state);

/** @returns undefined when there is no such command */
async function resultOf({ terminal, server, given }: Surroundings, id: string): Promise<Result | undefined> {
  const ask = async (): Promise<Result> =>
    resultIn(await server.call(commandResult, { query: { command_id: id } }));
  try {
    const found = await ask();
    if (!given.flag('follow') || isOver(found)) return found;
    const last = await watch(
      {
        topics: ['command'],
        of: { command_id: id },
        ask,
        read: () => ASK,
        revision: (result) => Number(isOver(result)),
        isOver,
      },
      { server, clock: terminal.clock, signal: terminal.interrupted },
    );
    return last ?? (await ask());
  } catch (cause) {
    if (cause instanceof ApiFailure && cause.code === 'command_not_found') return undefined;
    throw cause;
  }
}

async function batchResult({ terminal, server, given }: Surroundings, id: string): Promise<ExitStatus> {
  if (given.flag('follow') && !(await followBatch(terminal, server, id))) return EXIT.interrupted;
  const view = await server.call(getBatch, { params: { id } });
  if (given.flag('json')) terminal.out(`${JSON.stringify(view)}\n`);
  else await showBatch(terminal, server, view, { raw: given.flag('raw') });
  return statusOf(view.batch);
}

export const result: Command = {
  name: 'result',
  summary: { zh: '查看命令或批量任务的结果', en: 'show what became of a command or a batch' },
  operands: 'ID',
  count: [1, 1],
  options: [
    { name: 'follow', short: 'f', meaning: { zh: '等到结束', en: 'wait until it is over' } },
    RAW_OPTION,
  ],
  async run(surroundings) {
    const { terminal, given } = surroundings;
    const [id = ''] = given.operands;
    const found = await resultOf(surroundings, id);
    if (found === undefined) return batchResult(surroundings, id);
    if (given.flag('json')) terminal.out(`${JSON.stringify({ [found.state]: found.result })}\n`);
    else showResult(terminal, found, { raw: given.flag('raw') });
    return terminal.interrupted.aborted ? EXIT.interrupted : statusOfResult(found);
  },
};
