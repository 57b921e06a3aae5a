/**
 * One order, from its turn to its journalled end:
 *
 *   preparing ──allowed──► journalling ──on disk, still in time──► running ──exit, limit, cancel──► ending ──► over
 *       │ refused                │ cannot be written, too late                                        ▲
 *       │ cancelled              │ cancelled, stopped                                                 │
 *       └────────────────────────┴────────────────────────────────────────────────────────────────────┘
 *
 * Nothing is awaited between the last look at the clock and the start of the process.
 */
import type { OutputStream } from '@ops/protocol/domain/command.ts';
import type { ClientMessage } from '@ops/protocol/wire/messages.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { AppActions } from '../apps/actions.ts';
import type { CommandLog } from '../executor/command-log.ts';
import type { Executor, Outcome, Prepared, Running } from '../executor/executor.ts';
import { createKeptOutput } from '../executor/kept-output.ts';
import type { KeptOutputTotals } from '../executor/kept-output.ts';
import type { Journal, JournalResult } from '../journal/journal.ts';
import type { CommandOutput, OutputSpool } from '../journal/output-spool.ts';
import { unstarted } from './command-messages.ts';
import type { Delivery } from './delivery.ts';
import type { Order } from './order.ts';

export interface OrderNeeds {
  readonly executor: Executor;
  /** Without them actions on applications are `unsupported`. */
  readonly actions?: AppActions | undefined;
  readonly journal: Journal;
  readonly spool: OutputSpool;
  readonly delivery: Delivery;
  readonly commandLog: Pick<CommandLog, 'note'>;
  readonly clock: Clock;
  readonly log: Log;
  /** @returns false when the link is not ready */
  readonly send: (message: ClientMessage) => boolean;
}

/** Why an order is to end before its time. The first reason stands. */
export type Ending = 'cancelled' | 'stopped';

export const STOPPED = 'interrupted: the client was stopped';
export const EXPIRED = 'expired: it came or got its turn too late';

export interface OrderRun {
  /** Its start is journalled and the server was told. */
  readonly isAccepted: boolean;
  readonly chunks: number;
  readonly over: Promise<void>;
  end(why: Ending): void;
}

/** Journals how an order ended, and lets it be delivered. Never rejects. */
export async function conclude(
  { journal, spool, delivery, commandLog, log }: OrderNeeds,
  order: Order,
  result: JournalResult,
  output?: CommandOutput,
): Promise<void> {
  const { commandId } = order;
  try {
    await journal.done(result, order.seq);
  } catch (error) {
    // It stays known in memory, and is written as soon as the journal can be; the server may have it all the same.
    log.warn('A result is not on disk yet', { command_id: commandId, error });
  }
  commandLog.note(commandId, order.text, describe(result));
  delivery.finished(result, () => (output ? Promise.resolve(output) : spool.of(commandId, [])));
}

function describe(result: JournalResult): string {
  if (result.error !== null) return result.error;
  if (result.signal !== null) return `${result.outcome} signal=${result.signal}`;
  return result.exitCode === null ? result.outcome : `${result.outcome} exit=${result.exitCode}`;
}

export function runOrder(needs: OrderNeeds, order: Order): OrderRun {
  const { executor, actions, journal, spool, delivery, commandLog, clock, send } = needs;
  const { commandId } = order;
  let why: Ending | undefined;
  let running: Running | undefined;
  let isAccepted = false;
  let output: CommandOutput | undefined;

  /** How it ends if it may not be started now. */
  function hindrance(): JournalResult | undefined {
    if (why === 'cancelled') return unstarted(commandId, { outcome: 'cancelled' });
    if (why === 'stopped') return unstarted(commandId, { outcome: 'failed', error: STOPPED });
    if (clock.mono() > order.startBy) return unstarted(commandId, { outcome: 'failed', error: EXPIRED });
    return undefined;
  }

  async function perform(): Promise<void> {
    const prepared = await prepare();
    if ('error' in prepared)
      return conclude(needs, order, unstarted(commandId, { outcome: 'failed', error: prepared.error }));
    const startedAtMs = Math.max(0, Math.floor(clock.wall()));
    const hindered = hindrance() ?? (await journalled(startedAtMs)) ?? hindrance();
    if (hindered) {
      await prepared.release();
      return conclude(needs, order, hindered);
    }
    await execute(prepared, startedAtMs);
  }

  async function prepare(): Promise<Prepared | { readonly error: string }> {
    try {
      return await (order.action && actions ? actions.prepare(order.action) : executor.prepare(order.text));
    } catch (cause) {
      return { error: `spawn_failed: ${messageOf(cause)}` };
    }
  }

  async function journalled(startedAtMs: number): Promise<JournalResult | undefined> {
    try {
      await journal.start({ commandId, seq: order.seq, text: order.text, startedAtMs });
      return undefined;
    } catch (cause) {
      return unstarted(commandId, { outcome: 'failed', error: `rejected: journal: ${messageOf(cause)}` });
    }
  }

  async function execute(prepared: Prepared, startedAtMs: number): Promise<void> {
    isAccepted = true;
    send({ type: 'command_accepted', command_id: commandId, started_at: startedAtMs });
    const mine = (output = spool.begin(commandId));
    delivery.follow(commandId, mine);
    const kept = createKeptOutput({
      clock,
      emit({ stream, bytes }) {
        mine.append(stream, bytes);
        delivery.wake();
      },
    });
    running = (order.action && actions ? actions : executor).run(prepared, {
      commandId,
      timeoutMs: order.timeoutMs,
      output: kept,
      onSpawned: (process) => journal.spawned(commandId, process),
    });
    commandLog.note(commandId, order.text, 'started');
    const outcome = await running.outcome;
    const totals = kept.finish();
    const inline = await mine.finish();
    const result: JournalResult = {
      ...resultOf(commandId, why === 'stopped' ? stopped(outcome) : outcome, startedAtMs, totals),
      chunks: mine.chunks,
      truncated: totals.truncated || mine.isCut,
      ...(inline && inline.length > 0 && { output: inline }),
    };
    await conclude(needs, order, result, mine);
  }

  const over = perform();
  return {
    get isAccepted() {
      return isAccepted;
    },
    get chunks() {
      return output?.chunks ?? 0;
    },
    over,
    end(reason) {
      why ??= reason;
      running?.cancel();
    },
  };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** What was ended because this program ends was not cancelled by anybody. */
function stopped(outcome: Outcome): Outcome {
  return outcome.outcome === 'cancelled' ? { ...outcome, outcome: 'failed', error: STOPPED } : outcome;
}

function resultOf(
  commandId: string,
  outcome: Outcome,
  startedAtMs: number,
  totals: KeptOutputTotals,
): Omit<JournalResult, 'chunks' | 'output'> {
  const neverRan = outcome.error?.startsWith('spawn_failed') ?? false;
  return { commandId, ...outcome, ...totals, startedAtMs: neverRan ? null : startedAtMs };
}

/** Of an output whose command nobody watched to its end. */
export function totalsOf(output: CommandOutput): KeptOutputTotals {
  const bytes = (stream: OutputStream): number => output.bytesOf(stream);
  return { stdoutBytes: bytes('stdout'), stderrBytes: bytes('stderr'), truncated: false };
}
