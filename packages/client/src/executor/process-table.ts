/**
 * The processes of this host, as /proc shows them: which belong to a command, and whether a pid still is the process it
 * was. Elsewhere than on Linux there is no such table, and only the group of a child can be ended.
 */
import { readdirSync, readFileSync } from 'node:fs';

import { ACTION_ID_VARIABLE, COMMAND_ID_VARIABLE } from './environment.ts';
import type { SpawnedProcess } from './executor.ts';
import { SCRIPT_DESCRIPTOR } from './script.ts';

export interface ProcessTable {
  /** Field 22 of /proc/PID/stat, undefined when there is no such process or it is a zombie. */
  startTime(pid: number): string | undefined;
  /**
   * Live processes that belong to a command: they carry its id in their environment, or are in the group its first
   * process led, as long as that number has not become another process's, or are descendants of such. What clears its
   * environment, leaves the group and outlives its parent is out of reach.
   */
  of(commandId: string, leader: SpawnedProcess | undefined): readonly SpawnedProcess[];
  /**
   * The scripts of an action that still run: they carry its id, as its service does, but lead their group and are what
   * an interpreter was given.
   */
  scriptsOf(actionId: string): readonly SpawnedProcess[];
  /**
   * Those of these processes that still live, and their descendants; without the excepted and theirs. What has lost its
   * parent is nobody's descendant any more: name what was found before.
   */
  below(roots: readonly SpawnedProcess[], except: readonly number[]): readonly SpawnedProcess[];
}

interface Stat {
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly startTime: string;
}

/** Pure. The name may hold anything, also parentheses and spaces: fields are counted from the last one. */
export function parseStat(text: string): Stat | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group] = fields;
  const startTime = fields[19];
  if (state === undefined || group === undefined || startTime === undefined) return undefined;
  return { state, parent: Number(parent), group: Number(group), startTime };
}

/** A process may end between the list and the look: it is then not there. UTF-8 is what Node reads in one call. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

const DEAD = new Set(['Z', 'X', 'x']);

function statOf(proc: string, pid: number): Stat | undefined {
  const text = read(`${proc}/${pid}/stat`);
  const stat = text === undefined ? undefined : parseStat(text);
  return stat && !DEAD.has(stat.state) ? stat : undefined;
}

function withDescendants(ours: Set<number>, stats: ReadonlyMap<number, Stat>): SpawnedProcess[] {
  let before = 0;
  while (ours.size > before) {
    before = ours.size;
    for (const [pid, { parent }] of stats) if (ours.has(parent)) ours.add(pid);
  }
  return [...ours].map((pid) => ({ pid, startTime: stats.get(pid)?.startTime }));
}

/** @param proc another place than /proc, for tests */
export function createProcessTable(proc = '/proc'): ProcessTable {
  function list(): number[] {
    try {
      return readdirSync(proc)
        .filter((name) => /^\d+$/.test(name))
        .map(Number);
    } catch {
      return [];
    }
  }

  function all(): Map<number, Stat> {
    const stats = new Map<number, Stat>();
    for (const pid of list()) {
      const stat = pid > 1 && pid !== process.pid ? statOf(proc, pid) : undefined;
      if (stat) stats.set(pid, stat);
    }
    return stats;
  }

  return {
    startTime: (pid) => statOf(proc, pid)?.startTime,
    of(commandId, leader) {
      const mark = `${COMMAND_ID_VARIABLE}=${commandId}`;
      const now = leader && statOf(proc, leader.pid);
      // While one process is left in the group its number is nobody else's; when there is none, it may have become.
      const isOurGroup =
        leader?.startTime !== undefined && (now === undefined || now.startTime === leader.startTime);
      const stats = all();
      const ours = new Set<number>();
      for (const [pid, stat] of stats) {
        const inGroup = isOurGroup && stat.group === leader.pid;
        if (inGroup || read(`${proc}/${pid}/environ`)?.split('\0').includes(mark)) ours.add(pid);
      }
      return withDescendants(ours, stats);
    },
    scriptsOf(actionId) {
      const mark = `${ACTION_ID_VARIABLE}=${actionId}`;
      return [...all()]
        .filter(([pid, { group }]) => group === pid)
        .filter(([pid]) => read(`${proc}/${pid}/environ`)?.split('\0').includes(mark))
        .filter(([pid]) => read(`${proc}/${pid}/cmdline`)?.split('\0').includes(SCRIPT_DESCRIPTOR))
        .map(([pid, { startTime }]) => ({ pid, startTime }));
    },
    below(roots, except) {
      const stats = all();
      for (const pid of except) stats.delete(pid);
      const live = roots.filter(({ pid, startTime }) => stats.get(pid)?.startTime === startTime);
      return withDescendants(new Set(live.map(({ pid }) => pid)), stats);
    },
  };
}
