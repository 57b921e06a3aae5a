/**
 * Ends everything a command has started, wherever it went.
 *
 *   TERM (and CONT, for the stopped) to the group and to whoever carries the command's id
 *     └─ gone? done ── GRACE_MS ──► KILL the same, again and again until nobody is left or MAX_ROUNDS
 *
 * Gone is what two looks in a row did not find: a child may be born during one.
 *
 * Of an application's script only what descends from it is ended, and never the service: not its group, of which the
 * service may be one, and nothing that has left it.
 *
 * Each process is signalled only while its start time says that it is the one that was found (S-37).
 */
import { sleep } from '@ops/runtime/clock.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Exec } from '@ops/runtime/exec.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { SpawnedProcess } from './executor.ts';
import type { ProcessTable } from './process-table.ts';

/** Between the polite signal and the hard one. */
export const GRACE_MS = 2000;
const LOOK_EVERY_MS = 50;
/** Of KILL: something that forks faster than it is killed is left after this many, and said to be. */
export const MAX_ROUNDS = 20;

export interface StopNeeds {
  readonly exec: Exec;
  readonly table: ProcessTable;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Tree {
  readonly commandId: string;
  /** The first process, which leads the group. */
  readonly leader: SpawnedProcess | undefined;
  /** The first process is our child and has not been waited for: its number cannot be another's. */
  readonly isOurs: () => boolean;
  /** Of an application's script: the processes that are the service. */
  readonly services?: (() => readonly number[]) | undefined;
}

/** What descends from a script, also when its parent has been ended meanwhile. The script itself is no service. */
function belowScript(
  { commandId, leader, services }: Tree,
  table: ProcessTable,
): () => readonly SpawnedProcess[] {
  // After a crash nobody may have noted which process it was.
  const scripts = leader ? [leader] : table.scriptsOf(commandId);
  let known: readonly SpawnedProcess[] = scripts;
  return () => {
    const spared = (services?.() ?? []).filter((pid) => scripts.every((script) => script.pid !== pid));
    known = table.below(known, spared);
    return known;
  };
}

/** @returns how many processes were found. Those that could not be ended are logged. */
export async function endTree(tree: Tree, { exec, table, clock, log }: StopNeeds): Promise<number> {
  const { commandId, leader, services } = tree;
  const seen = new Set<string>();

  const find = services ? belowScript(tree, table) : () => table.of(commandId, leader);

  function signal(found: readonly SpawnedProcess[], signals: readonly NodeJS.Signals[]): void {
    for (const each of signals) {
      if (leader && tree.isOurs() && !services) exec.signal(leader.pid, each, 'group');
      for (const { pid, startTime } of found) {
        if (table.startTime(pid) === startTime) exec.signal(pid, each, 'process');
      }
    }
    for (const { pid, startTime } of found) seen.add(`${pid} ${startTime}`);
  }

  let left: readonly SpawnedProcess[] = [];
  let empty = 0;
  /** @returns true when nobody is left, seen twice */
  async function isGone(): Promise<boolean> {
    await sleep(clock, LOOK_EVERY_MS);
    left = find();
    empty = left.length === 0 && !tree.isOurs() ? empty + 1 : 0;
    return empty >= 2;
  }

  signal(find(), ['SIGTERM', 'SIGCONT']);
  const giveUpAt = clock.mono() + GRACE_MS;
  let gone = await isGone();
  while (!gone && clock.mono() < giveUpAt) gone = await isGone();
  for (let round = 0; !gone && round < MAX_ROUNDS; round++) {
    signal(left, ['SIGKILL']);
    gone = await isGone();
  }
  if (left.length > 0) {
    log.error('processes of a command could not be ended', { command_id: commandId, processes: left });
  }
  return seen.size;
}
