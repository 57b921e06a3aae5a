/**
 * What runs under a number that was read from a file: found out by looking, never by signalling it. Elsewhere than on
 * Linux there is nothing to look at.
 */
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';

import type { Clock } from '@ops/runtime/clock.ts';

import { APP_VARIABLE } from '../executor/environment.ts';
import { parseStat } from '../executor/process-table.ts';

export type ProcessLook =
  | { readonly kind: 'gone' }
  /** The system does not show the processes of others: nobody knows. */
  | { readonly kind: 'hidden' }
  | { readonly kind: 'zombie' }
  | {
      readonly kind: 'alive';
      /** Tells it from a later process with its number. */
      readonly startTime: string;
      /** By the wall clock. */
      readonly startedAtMs: number;
      /** Whose action started it, by its environment; undefined when it says nothing or may not be read. */
      readonly appName: string | undefined;
    };

export interface ProcessLooks {
  /** One read, and two more the first time a process is seen. */
  look(pid: number): ProcessLook;
}

/** Ticks a second in /proc: what Linux tells programs on every machine. */
const TICKS_PER_SEC = 100;
/** Processes that are remembered; more are looked up anew. */
const MAX_REMEMBERED = 4096;
/** Of those, whose `stat` is kept open: one call instead of five. A program may often have 1,024 files open. */
export const MAX_KEPT_OPEN = 256;
/** `stat` is one line of some 350 bytes. */
const STAT_BYTES = 1024;

/** This program is no application, unless somebody keeps it as one of this name. */
const OURSELVES = 'ops-client';

const GONE: ProcessLook = { kind: 'gone' };
const HIDDEN: ProcessLook = { kind: 'hidden' };
const ZOMBIE: ProcessLook = { kind: 'zombie' };

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

/** An open `stat`: it belongs to its process, not to the number, and says ESRCH when that is over. */
interface OpenStat {
  readonly file: number;
  /** As it was read last. */
  bytes: Buffer;
}

const line = Buffer.alloc(STAT_BYTES);

/** @returns undefined when the process is gone, true when it says what it said the last time */
function readAgain(stat: OpenStat): boolean | undefined {
  try {
    const now = line.subarray(0, readSync(stat.file, line, 0, STAT_BYTES, 0));
    if (now.equals(stat.bytes)) return true;
    stat.bytes = Buffer.from(now);
    return false;
  } catch {
    return undefined;
  }
}

/** @param proc another place than /proc, for tests: its files do not end with a process, so none is kept open */
export function createProcessLooks(
  clock: Pick<Clock, 'wall'>,
  proc = '/proc',
  maxKeptOpen = MAX_KEPT_OPEN,
): ProcessLooks {
  /** A process is described once: its start, counted back from now, would wander with each look. */
  let known = new Map<number, Extract<ProcessLook, { kind: 'alive' }>>();
  const open = new Map<number, OpenStat>();

  function keepOpen(pid: number): void {
    if (proc !== '/proc' || open.size >= maxKeptOpen) return;
    try {
      open.set(pid, { file: openSync(`${proc}/${pid}/stat`, 'r'), bytes: Buffer.alloc(0) });
    } catch {
      // It has just ended: the next look says so.
    }
  }

  function letGo(pid: number): void {
    const stat = open.get(pid);
    if (stat) closeSync(stat.file);
    open.delete(pid);
  }

  /** @returns undefined when it is to be looked at closely */
  function unchanged(pid: number): ProcessLook | undefined {
    const stat = open.get(pid);
    const before = known.get(pid);
    const isSame = stat && readAgain(stat);
    if (stat && isSame === undefined) letGo(pid);
    return isSame ? before : undefined;
  }

  function describe(pid: number, startTime: string): Extract<ProcessLook, { kind: 'alive' }> {
    const uptimeSecs = Number(read(`${proc}/uptime`)?.split(' ', 1)[0] ?? 0);
    const agoMs = Math.max(0, uptimeSecs * 1000 - (Number(startTime) * 1000) / TICKS_PER_SEC);
    const environment = read(`${proc}/${pid}/environ`)?.split('\0');
    const mark = environment?.find((entry) => entry.startsWith(`${APP_VARIABLE}=`));
    return {
      kind: 'alive',
      startTime,
      startedAtMs: Math.max(0, Math.floor(clock.wall() - agoMs)),
      appName: pid === process.pid ? OURSELVES : mark?.slice(APP_VARIABLE.length + 1),
    };
  }

  return {
    look(pid) {
      const same = unchanged(pid);
      if (same) return same;
      const text = read(`${proc}/${pid}/stat`);
      const stat = text === undefined ? undefined : parseStat(text);
      if (!stat) {
        known.delete(pid);
        letGo(pid);
        // Everybody sees the first process, unless the system hides those of others (hidepid) or has no such table.
        const isHidden = existsSync(`${proc}/${pid}`) || !existsSync(`${proc}/1`);
        return isHidden ? HIDDEN : GONE;
      }
      if ('ZXx'.includes(stat.state)) {
        letGo(pid);
        return ZOMBIE;
      }
      const before = known.get(pid);
      if (before?.startTime === stat.startTime) return before;
      letGo(pid);
      const now = describe(pid, stat.startTime);
      if (known.size >= MAX_REMEMBERED) known = new Map();
      known.set(pid, now);
      keepOpen(pid);
      return now;
    },
  };
}
