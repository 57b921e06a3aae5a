/**
 * A command that is not over, in memory. What reads and events show of it is `summary`; everything beside it is what
 * the server needs to bring it to its end. Only transition.ts changes the state in it.
 *
 *   held ──release──► unsent ──mark──► marked ──frame──► carried ──accepted──► acknowledged
 *
 * `carried` is the line that matters: before it the command has run nowhere for certain, behind it nobody but the
 * client knows.
 */
import { DEFAULT_START_WITHIN_MS } from '@ops/protocol/wire/limits.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';

import type { Work } from './commands.ts';
import type { Collector } from './output.ts';

/** How long a command waits for its client when nobody said anything else: until it would be too old to start. */
export const DEFAULT_WAIT_MS = DEFAULT_START_WITHIN_MS;

export interface LiveCommand {
  /** Place in the order of all commands, and key of its row. */
  readonly number: number;
  readonly work: Work;
  readonly queueSecs: number | null;
  /** As it was announced last. Replaced, never changed. */
  summary: CommandSummary;
  held: boolean;
  /** Of the client's numbering, and the journal it was sent to. Null until it is marked as sent. */
  seq: number | null;
  epoch: string | null;
  /** It is being marked as sent. */
  marking: boolean;
  /** A connection has, or may have, carried it. */
  carried: boolean;
  /** The client said that it has it. */
  acknowledged: boolean;
  /** Its end is being stored: nothing else may happen to it. */
  ending: boolean;
  /** It was over when its client came back with more: `interrupted`, which evidence may replace. */
  readonly returned: boolean;
  /** Monotonic milliseconds when it is given up. */
  deadlineAt: number;
  readonly output: Collector;
  /** How often the client was asked for output that is missing, without a chunk coming of it. */
  asked: number;
}

export type LiveStart = Pick<
  LiveCommand,
  'number' | 'work' | 'queueSecs' | 'summary' | 'held' | 'seq' | 'epoch' | 'carried' | 'output' | 'deadlineAt'
> & { readonly acknowledged?: boolean; readonly returned?: boolean };

/** All are made here, so that they share one shape in memory. */
export function liveCommand(start: LiveStart): LiveCommand {
  return {
    number: start.number,
    work: start.work,
    queueSecs: start.queueSecs,
    summary: start.summary,
    held: start.held,
    seq: start.seq,
    epoch: start.epoch,
    marking: false,
    carried: start.carried,
    acknowledged: start.acknowledged ?? false,
    ending: false,
    returned: start.returned ?? false,
    deadlineAt: start.deadlineAt,
    output: start.output,
    asked: 0,
  };
}

/** Milliseconds from being made (or released) until it is no longer started. */
export function waitMs(queueSecs: number | null | undefined): number {
  return queueSecs === null || queueSecs === undefined ? DEFAULT_WAIT_MS : queueSecs * 1000;
}
