/** What is found at the end of a run, written into its history: rows, executions, audit, processes, the state of all. */
import { isFinal } from '@ops/protocol/domain/command.ts';

import { expectedOutput, linesOf, sha256 } from './ground-truth.ts';
import type { History } from './history.ts';
import { commandProcesses } from './processes.ts';
import type { Stage } from './stage.ts';

const PROC = 'evidence';

function markOf(command: string): string {
  return /\/prove\.sh \S+ \d+ \d+ (\S+)$/.exec(command)?.[1] ?? '';
}

/** @param rssRatio memory of the server, of what it took under the same load before anything went wrong */
export async function addEvidence(stage: Stage, history: History, rssRatio: number): Promise<void> {
  const { api, truth } = stage;
  const commands = await api.allCommands();
  const summaries = new Map(commands.map((command) => [command.id, command]));
  for (const { commandId, pid, boot } of await truth.executions())
    history.add({ proc: PROC, type: 'ok', f: 'execution', id: commandId, value: { pid, boot } });
  for (const { action, target, atMs } of await stage.audit(['command_create', 'batch_create']))
    history.add({ proc: PROC, type: 'ok', f: 'audit', id: target, value: { action, atMs } });
  const { ok, reason } = await stage.verifyAudit();
  history.add({ proc: PROC, type: 'ok', f: 'chain', id: '', value: { ok, reason } });
  for (const { pid, commandId } of await commandProcesses(new Set(summaries.keys())))
    history.add({ proc: PROC, type: 'ok', f: 'alive', id: commandId, value: { pid } });
  for (const command of commands) {
    const { id, state, error, late, batch_id: batchId, executed_at_ms: executedAtMs } = command;
    const lines = linesOf(command.command);
    let outputSha: string | null = null;
    if (state === 'Completed' && lines !== undefined) {
      const reply = await api.result(id);
      outputSha = reply.type === 'ok' ? sha256(reply.value.body.output) : 'unread';
    }
    history.add({
      proc: PROC,
      type: 'ok',
      f: 'row',
      id,
      value: {
        mark: markOf(command.command),
        state,
        error,
        late,
        batchId,
        executedAtMs,
        outputSha,
        expectedSha: lines === undefined ? null : sha256(expectedOutput(id, lines)),
      },
    });
  }
  const clients = await api.clients();
  const online = stage.hosts.filter(({ clientId }) => clients.get(clientId)?.status === 'online').length;
  history.add({
    proc: PROC,
    type: 'ok',
    f: 'after-heal',
    id: '',
    value: {
      clients: stage.hosts.length,
      online,
      nonFinal: commands.filter(({ state }) => !isFinal(state)).length,
      queued: 0,
      rssRatio,
    },
  });
}
