/** The results of a batch, hosts that ended alike together, largest group first. */
import { getBatch, listBatchHosts } from '@ops/protocol/http/batches.ts';
import type { BatchGroup, BatchSummary } from '@ops/protocol/http/batches.ts';
import { commandResult } from '@ops/protocol/http/commands.ts';
import type { AnswerOf } from '@ops/protocol/http/endpoint.ts';

import { EXIT } from './exit-status.ts';
import type { ExitStatus } from './exit-status.ts';
import { onOneLine, printable } from './printable.ts';
import { countsLine, failures } from './progress.ts';
import type { Server } from './server/server.ts';
import { resultIn } from './show-result.ts';
import { say } from './terminal.ts';
import type { Terminal } from './terminal.ts';

const RULE = '---------------';
/** Host names shown over the output of a group. */
const MAX_NAMES = 100;

/** The status of `opsctl` after this batch: everything that did not exit with 0 counts. */
export function statusOf(batch: BatchSummary): ExitStatus {
  return failures(batch.counts) === 0 && batch.counts.succeeded === batch.targets ? EXIT.good : EXIT.failed;
}

export type BatchView = AnswerOf<typeof getBatch>;

export async function showBatch(
  terminal: Terminal,
  server: Server,
  view: BatchView,
  options: { readonly raw: boolean },
): Promise<void> {
  const shown = options.raw ? (text: string): string => text : printable;
  for (const group of view.groups) {
    const names = await hostNames(server, view.batch.id, group);
    const { stdout, stderr } = await outputOf(server, group);
    terminal.out(`${RULE}\n${names}${ending(group)}\n${RULE}\n`);
    for (const text of [stdout, stderr]) {
      if (text !== '') terminal.out(`${shown(text)}${text.endsWith('\n') ? '' : '\n'}`);
    }
  }
  if (view.more_groups > 0) {
    terminal.out(
      say(terminal, {
        zh: `另有 ${view.more_groups} 组、${view.more_hosts} 台主机：opsctl result --json ${view.batch.id}\n`,
        en: `${view.more_groups} more groups of ${view.more_hosts} hosts: opsctl result --json ${view.batch.id}\n`,
      }),
    );
  }
  terminal.err(`${view.batch.id}  ${countsLine(view.batch.counts, terminal.language)}\n`);
}

async function hostNames(server: Server, id: string, group: BatchGroup): Promise<string> {
  const names = [...group.hostnames];
  if (names.length < group.hosts) {
    const page = await server.call(listBatchHosts, {
      params: { id },
      query: { group: group.key, limit: MAX_NAMES },
    });
    names.splice(0, names.length, ...page.hosts.map(({ hostname }) => hostname));
  }
  const more = group.hosts - names.length;
  const count = group.hosts > 1 ? ` (${group.hosts})` : '';
  return `${names.map(onOneLine).join(', ')}${more > 0 ? ', …' : ''}${count}`;
}

function ending({ state, exit_code, error }: BatchGroup): string {
  if (state === 'Completed' && exit_code === 0) return '';
  const how = exit_code === null ? '' : ` exit ${exit_code}`;
  return `: ${state}${how}${error === null ? '' : ` ${onOneLine(error)}`}`;
}

/** The excerpt of the group, or the whole output where it is longer. */
async function outputOf(
  server: Server,
  group: BatchGroup,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const isWhole =
    Buffer.byteLength(group.stdout) >= group.stdout_bytes &&
    Buffer.byteLength(group.stderr) >= group.stderr_bytes;
  if (isWhole) return group;
  const { result } = resultIn(await server.call(commandResult, { query: { command_id: group.command_id } }));
  return { stdout: result.output, stderr: result.error_output };
}
