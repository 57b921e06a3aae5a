/**
 * Ends everything a command has started, wherever it went.
 *
 *   TERM (and CONT, for the stopped) to the group and to whoever carries the command's id
 *     └─ gone? done ── GRACE_MS ──► KILL the same, again and again until nobody is left or MAX_ROUNDS
 *
 * Each process is signalled only while its start time says that it is the one that was found (S-37).
 */
import { sleep } from '@ops/runtime/clock.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Exec } from '@ops/runtime/exec.ts';

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
}

export interface Tree {
  readonly commandId: string;
  /** The first process, which leads the group. */
  readonly leader: SpawnedProcess | undefined;
  /** The first process is our child and has not been waited for: its number cannot be another's. */
  readonly isOurs: () => boolean;
}

/** @returns how many processes were found, and how many are left */
export async function endTree(
  tree: Tree,
  { exec, table, clock }: StopNeeds,
): Promise<{ readonly ended: number; readonly left: number }> {
  const { commandId, leader } = tree;
  const seen = new Set<string>();

  const find = (): readonly SpawnedProcess[] => table.of(commandId, leader);

  function signal(found: readonly SpawnedProcess[], signals: readonly NodeJS.Signals[]): void {
    for (const each of signals) {
      if (leader && tree.isOurs()) exec.signal(leader.pid, each, 'group');
      for (const { pid, startTime } of found) {
        if (table.startTime(pid) === startTime) exec.signal(pid, each, 'process');
      }
    }
    for (const { pid, startTime } of found) seen.add(`${pid} ${startTime}`);
  }

  signal(find(), ['SIGTERM', 'SIGCONT']);
  const giveUpAt = clock.mono() + GRACE_MS;
  let left = find();
  while ((left.length > 0 || tree.isOurs()) && clock.mono() < giveUpAt) {
    await sleep(clock, LOOK_EVERY_MS);
    left = find();
  }
  for (let round = 0; (left.length > 0 || tree.isOurs()) && round < MAX_ROUNDS; round++) {
    signal(left, ['SIGKILL']);
    await sleep(clock, LOOK_EVERY_MS);
    left = find();
  }
  return { ended: seen.size, left: left.length };
}
