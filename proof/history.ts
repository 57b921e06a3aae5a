/**
 * The history of a run: one JSON line for everything that was asked, answered, broken and found.
 *
 *   {t, proc, type: invoke | ok | fail | info, f, id, value}
 *
 * `t` counts milliseconds of the run. `info` is the end of a request nobody knows the outcome of: it timed out or was
 * cut, and may have been carried out or not. Evidence that is gathered at the end is `ok` at the time it was read.
 */
import { appendFileSync } from 'node:fs';

import type { CommandState } from '@ops/protocol/domain/command.ts';

type EventType = 'invoke' | 'ok' | 'fail' | 'info';

interface Event<F extends string, V> {
  readonly t: number;
  /** Who asked. One process asks one thing at a time. */
  readonly proc: string;
  readonly type: EventType;
  readonly f: F;
  /** Of the command, where there is one. Of `send` it is the request's own mark until the answer names the command. */
  readonly id: string;
  readonly value: V;
}

interface SentValue {
  /** In the command's text: finds the row of a request that was not answered. */
  readonly mark: string;
  readonly code?: string;
}

export interface SeenValue {
  readonly state?: CommandState;
  readonly error?: string | null;
  readonly late?: boolean;
  /** Of a `fail`: `command_not_found`. */
  readonly code?: string;
}

/** A command as it stands at the end. */
export interface RowValue {
  readonly mark: string;
  readonly state: CommandState;
  readonly error: string | null;
  readonly late: boolean;
  readonly batchId: string | null;
  readonly executedAtMs: number | null;
  /** SHA-256 of the stored output and of what the command must have printed; null where it is not known. */
  readonly outputSha: string | null;
  readonly expectedSha: string | null;
}

interface AfterHealValue {
  readonly clients: number;
  readonly online: number;
  readonly nonFinal: number;
  readonly queued: number;
  /** Resident memory of the server after the run, of what it was before. */
  readonly rssRatio: number;
}

export type HistoryEvent =
  | Event<'send' | 'batch', SentValue>
  | Event<'poll', SeenValue>
  | Event<'cancel', { readonly code?: string; readonly outcome?: string }>
  | Event<'login', { readonly code?: string }>
  /** `invoke` when it begins, `ok` when its effect is over. `id` is what it hit. */
  | Event<'fault', { readonly kind: string }>
  /** A line of the ground truth. */
  | Event<'execution', { readonly pid: number; readonly boot: string }>
  /** A process that still carries the id of a command. */
  | Event<'alive', { readonly pid: number }>
  | Event<'row', RowValue>
  /** An audit entry that made commands; `id` is that of the command or of the batch. */
  | Event<'audit', { readonly action: string; readonly atMs: number }>
  | Event<'chain', { readonly ok: boolean; readonly reason: string }>
  | Event<'after-heal', AfterHealValue>;

type WithoutTime<E> = E extends unknown ? Omit<E, 't'> : never;

export interface History {
  readonly events: readonly HistoryEvent[];
  add(event: WithoutTime<HistoryEvent>): void;
}

/** @param file gets a JSON line for each event as it happens */
export function createHistory(now: () => number, file?: string): History {
  const start = now();
  const events: HistoryEvent[] = [];
  return {
    events,
    add(event) {
      const timed: HistoryEvent = { t: Math.round(now() - start), ...event };
      events.push(timed);
      if (file !== undefined) appendFileSync(file, `${JSON.stringify(timed)}\n`);
    },
  };
}
