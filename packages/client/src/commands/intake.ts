/**
 * Takes orders of the server and sees to it that each is started at most once, in its time, and at most
 * MAX_RUNNING_COMMANDS at once.
 *
 *   order ──id known────────────────► answered with what is known, never started again
 *     │ ──too late, busy──► over (journalled, so that the id is known)
 *     ▼
 *   waiting ──its time is over, cancelled──► over
 *     │ a place is free
 *     ▼
 *   run-order.ts ──► over ──► delivery.ts
 */
import { MAX_RUNNING_COMMANDS, MAX_WAITING_COMMANDS } from '@ops/protocol/domain/command.ts';
import { MAX_REPORTED_COMMANDS } from '@ops/protocol/wire/limits.ts';
import type { MessageOf } from '@ops/protocol/wire/messages.ts';
import type { Timer } from '@ops/runtime/clock.ts';

import type { JournalResult } from '../journal/journal.ts';
import { resultMessage, unstarted } from './command-messages.ts';
import { createLeftovers } from './leftovers.ts';
import type { Order } from './order.ts';
import { conclude, EXPIRED, runOrder } from './run-order.ts';
import type { OrderNeeds, OrderRun } from './run-order.ts';

/** Results that wait for the server; those of what runs and waits must find room in `register` as well. */
export const MAX_UNACKNOWLEDGED = MAX_REPORTED_COMMANDS - MAX_RUNNING_COMMANDS - MAX_WAITING_COMMANDS;

const BUSY = `rejected: busy: ${MAX_RUNNING_COMMANDS} commands run and ${MAX_WAITING_COMMANDS} wait`;
const FULL = `rejected: busy: ${MAX_UNACKNOWLEDGED} results wait to be stored by the server`;
const UNSUPPORTED = 'unsupported: this version of ops-client carries out no actions on applications';
const LONG_AGO = 'interrupted: this host was asked before, and its answer was stored by the server';

export interface IntakeNeeds extends OrderNeeds {
  /** Nothing runs, waits or is being written any more. */
  readonly onIdle?: (() => void) | undefined;
}

export interface Intake {
  take(order: Order): void;
  /** `cancel`, also of what is not known. */
  cancel(commandId: string): void;
  /** What waits and runs, for `register`. */
  report(): MessageOf<'register'>['commands'];
  /** Takes nothing more, when nothing runs, waits or is being written. @returns false when something does */
  rest(): boolean;
  /** Ends what runs, and takes nothing more. Resolves when every end is journalled. */
  stop(): Promise<void>;
}

export function createIntake(needs: IntakeNeeds): Intake {
  const { journal, delivery, clock, send, log } = needs;
  const waiting = new Map<string, { readonly order: Order; readonly timer: Timer }>();
  const runs = new Map<string, OrderRun>();
  const leftovers = createLeftovers(needs);
  /** Ends that are being journalled. */
  const concluding = new Set<Promise<void>>();
  let stopping = false;

  const isIdle = (): boolean =>
    runs.size === 0 && waiting.size === 0 && concluding.size === 0 && !leftovers.isWorking;

  function settled(): void {
    if (!stopping && isIdle()) needs.onIdle?.();
  }

  function take(order: Order): void {
    const { commandId } = order;
    if (stopping || waiting.has(commandId)) return;
    if (runs.has(commandId)) return;
    const known = journal.known(commandId);
    if (known?.state === 'finished') return delivery.repeat(commandId);
    if (known?.state === 'running') return;
    if (known) return void send(resultMessage(failed(order, LONG_AGO)));
    if (delivery.unacknowledged >= MAX_UNACKNOWLEDGED) return refuseForGood(order);
    if (order.action && !needs.actions) return over(order, failed(order, UNSUPPORTED));
    if (clock.mono() > order.startBy) return over(order, failed(order, EXPIRED));
    if (runs.size >= MAX_RUNNING_COMMANDS && waiting.size >= MAX_WAITING_COMMANDS)
      return over(order, failed(order, BUSY));
    const timer = clock.after(order.startBy - clock.mono() + 1, () => tooLate(order));
    waiting.set(commandId, { order, timer });
    startNext();
  }

  function tooLate(order: Order): void {
    if (waiting.delete(order.commandId)) over(order, failed(order, EXPIRED));
  }

  function startNext(): void {
    for (const [commandId, { order, timer }] of waiting) {
      if (runs.size >= MAX_RUNNING_COMMANDS) return;
      waiting.delete(commandId);
      timer.cancel();
      const run = runOrder(needs, order);
      runs.set(commandId, run);
      void run.over
        .catch((error: unknown) => log.error('A command could not be seen to its end', { error }))
        .finally(() => {
          runs.delete(commandId);
          if (!stopping) startNext();
          settled();
        });
    }
  }

  function over(order: Order, result: JournalResult): void {
    concludes(conclude(needs, order, result));
  }

  function concludes(work: Promise<void>): void {
    concluding.add(work);
    void work.finally(() => {
      concluding.delete(work);
      settled();
    });
  }

  /** Nothing more can be kept for the server: the id is remembered, the answer is sent once. */
  function refuseForGood(order: Order): void {
    const result = failed(order, FULL);
    send(resultMessage(result));
    const work = journal
      .done(result, order.seq)
      .catch(() => undefined)
      .then(() => journal.acknowledged(order.commandId));
    concludes(work);
  }

  return {
    take,
    cancel(commandId) {
      const held = waiting.get(commandId);
      const run = runs.get(commandId);
      if (run) return run.end('cancelled');
      if (!held) {
        if (journal.known(commandId)) return;
        leftovers.end(commandId);
        return void leftovers.over().then(settled);
      }
      held.timer.cancel();
      waiting.delete(commandId);
      over(held.order, unstarted(commandId, { outcome: 'cancelled' }));
    },
    report() {
      const queued = [...waiting.keys()].map(
        (command_id) => ({ command_id, state: 'waiting', chunks: 0 }) as const,
      );
      const started = [...runs].map(
        ([command_id, { isAccepted, chunks }]) =>
          ({ command_id, state: isAccepted ? 'running' : 'waiting', chunks }) as const,
      );
      return [...started, ...queued];
    },
    rest() {
      const idle = isIdle();
      stopping ||= idle;
      return idle;
    },
    async stop() {
      stopping = true;
      for (const { timer } of waiting.values()) timer.cancel();
      // They are in no journal: the server sends them again, or they expire there.
      waiting.clear();
      for (const run of runs.values()) run.end('stopped');
      await Promise.allSettled([...runs.values()].map(({ over: ended }) => ended));
      await Promise.allSettled(concluding);
      await leftovers.over();
    },
  };
}

function failed({ commandId }: Order, error: string): JournalResult {
  return unstarted(commandId, { outcome: 'failed', error });
}
