/**
 * What runs under a number that was read from a file: found out by looking, never by signalling it. Elsewhere than on
 * Linux there is nothing to look at.
 */
import { existsSync, readFileSync } from 'node:fs';

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

/** @param proc another place than /proc, for tests */
export function createProcessLooks(clock: Pick<Clock, 'wall'>, proc = '/proc'): ProcessLooks {
  /** A process is described once: its start, counted back from now, would wander with each look. */
  let known = new Map<number, Extract<ProcessLook, { kind: 'alive' }>>();

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
      const text = read(`${proc}/${pid}/stat`);
      const stat = text === undefined ? undefined : parseStat(text);
      if (!stat) {
        known.delete(pid);
        // Everybody sees the first process, unless the system hides those of others (hidepid) or has no such table.
        const isHidden = existsSync(`${proc}/${pid}`) || !existsSync(`${proc}/1`);
        return isHidden ? HIDDEN : GONE;
      }
      if ('ZXx'.includes(stat.state)) return ZOMBIE;
      const before = known.get(pid);
      if (before?.startTime === stat.startTime) return before;
      const now = describe(pid, stat.startTime);
      if (known.size >= MAX_REMEMBERED) known = new Map();
      known.set(pid, now);
      return now;
    },
  };
}
