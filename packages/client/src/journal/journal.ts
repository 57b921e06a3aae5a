/**
 * What this host was asked to do and how it ended, on disk before it matters: a command is in the journal before its
 * process exists, and its result before the server hears of it. It is why a command runs at most once and its result
 * is never lost.
 *
 *   (unknown) ── start ──► running ── done ──► finished ── acked ──► remembered (id only, 7 days and 10,000 ids)
 *                                    after a crash: done, `interrupted`
 */
import type { OutputStream } from '@ops/protocol/domain/command.ts';

import type { Outcome, SpawnedProcess } from '../executor/executor.ts';

export interface JournalStart {
  readonly commandId: string;
  readonly seq: number;
  /** As it came: command text or action. */
  readonly text: string;
  /** Wall clock. */
  readonly startedAtMs: number;
}

/** A piece of kept output, raw. Chunks are numbered over both streams, from 0. */
export interface KeptChunk {
  readonly stream: OutputStream;
  readonly bytes: Buffer;
}

export interface JournalResult extends Outcome {
  readonly commandId: string;
  readonly startedAtMs: number | null;
  /** Of the kept output, in the spool. */
  readonly chunks: number;
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
  readonly truncated: boolean;
  /** The whole kept output where it is small: it shares the flush of the result. Otherwise it is in the spool. */
  readonly output?: readonly KeptChunk[];
}

export type Known =
  | { readonly state: 'running' }
  | { readonly state: 'finished'; readonly result: JournalResult }
  | { readonly state: 'remembered' };

export interface Journal {
  /** Anew whenever the journal could not be read whole. */
  readonly epoch: string;
  /** Highest `seq` ever journalled; 0 for none. */
  readonly lastSeq: number;
  known(commandId: string): Known | undefined;
  /** What was running when an earlier process ended. They are to be swept and then finished. */
  readonly interrupted: readonly {
    readonly start: JournalStart;
    readonly process: SpawnedProcess | undefined;
  }[];
  /** Finished and not acknowledged, oldest first. */
  unacknowledged(): readonly JournalResult[];
  /**
   * On disk when resolved. What is asked for while a flush is under way shares the next one.
   * @throws Error when the journal cannot be written: nothing may be started then
   */
  start(start: JournalStart): Promise<void>;
  /** Written, not flushed, and no fault is told: it serves after a crash of this program, not of the machine. */
  spawned(commandId: string, process: SpawnedProcess): void;
  /**
   * On disk when resolved, for commands that started and for those that were refused.
   * @throws Error when the journal cannot be written: the result is known all the same, and written when it can be
   */
  done(result: JournalResult, seq: number): Promise<void>;
  /** The server has stored it: the result may go, the id is remembered. Not flushed, never rejects. */
  acknowledged(commandId: string): Promise<void>;
  /** Places that could not be read when it was opened. */
  readonly damaged: number;
  /** Ends after what is under way. */
  close(): Promise<void>;
}
