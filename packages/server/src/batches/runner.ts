/**
 * Brings one batch to its end. All it does is decided from the rows of its commands and of the batch itself, so it goes
 * on where it was after a restart, and does nothing twice.
 *
 *   running ──N failures──► stopping, `failures` ──stop──► stopping, `user`
 *      │ ──stop─────────────────────────────────────────►       │
 *      └──all over──► finished ◄──all over──────────────────────┘
 *
 * running            a held command is released for each that ends; `concurrency` are never exceeded. Those of hosts that
 *                    are offline stay held until the host comes, or until the time they are kept for it is over.
 * stopping, failures what was not sent is cancelled; what runs may end by itself.
 * stopping, user     what was not sent is cancelled, what runs is ended on its host. Each host confirms by its result.
 *
 * Steps are taken one after the other. One that the disk refused is tried again.
 */
import { OpsError } from '@ops/protocol/errors.ts';
import type { Clock, Timer } from '@ops/runtime/clock.ts';
import { createSteps } from '@ops/runtime/in-turn.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { AuditEntry } from '../audit/entry.ts';
import type { Actor, Commands } from '../commands/commands.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { BatchRecord } from './batch-record.ts';
import type { BatchStore } from './batch-store.ts';
import { createTurns } from './turns.ts';
import { isOver } from './members.ts';

/** Until a step that failed is tried again. */
export const RETRY_MS = 1000;
/** Longer than a timer takes is waited in parts. */
const MAX_TIMER_MS = 24 * 3600 * 1000;

export interface RunnerNeeds {
  readonly record: BatchRecord;
  readonly store: Pick<BatchStore, 'stopping' | 'finish' | 'unsent'>;
  readonly commands: Pick<Commands, 'release' | 'cancel'>;
  readonly fleet: Pick<Fleet, 'summary'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Something about the batch itself is new. */
  readonly onChange: () => void;
  readonly onFinished: () => void;
}

export interface Runner {
  /** A command changed: there may be something to do. */
  wake(): void;
  /** A client came: what waits for it may go. */
  online(clientId: string): void;
  /** @throws OpsError `command_over`, `storage_unavailable` */
  stop(by: Actor): Promise<void>;
  /** Takes no more steps. Resolves when the one under way is done. */
  close(): Promise<void>;
}

const SYSTEM: Actor = { actor: 'system', role: '', address: '' };

export function createRunner(needs: RunnerNeeds): Runner {
  const { record, store, commands, fleet, clock, log, onChange, onFinished } = needs;
  const { members } = record;
  const turns = createTurns(members.list, isOnline, record.facts.queue_secs !== null);
  const steps = createSteps(tryStep);
  /** What stands to be cancelled was, for this reason. */
  let cancelledFor: 'user' | 'failures' | null = null;
  let retry: Timer | undefined;
  let patience: Timer | undefined;

  function isOnline(clientId: string): boolean {
    return fleet.summary(clientId)?.status !== 'offline';
  }

  function wake(): void {
    if (record.facts.state !== 'finished') steps.wake();
  }

  async function tryStep(): Promise<void> {
    try {
      await step();
    } catch (error) {
      log.warn('a batch could not go on', { batch: record.id, error });
      retry ??= clock.after(RETRY_MS, () => {
        retry = undefined;
        wake();
      });
    }
  }

  async function step(): Promise<void> {
    if (record.facts.state === 'running' && failedTooOften()) await stopping('failures', SYSTEM);
    if (record.facts.state === 'stopping') await cancelRest();
    if (record.facts.state === 'running') await releaseNext();
    if (members.isOver) await finish();
  }

  function failedTooOften(): boolean {
    const { stop_after_failures: limit } = record.facts;
    return limit !== null && members.failures >= limit && !members.isOver;
  }

  async function stopping(why: 'user' | 'failures', by: Actor): Promise<void> {
    const { counts, failures } = members;
    const audit: AuditEntry = {
      ...by,
      atMs: clock.wall(),
      action: 'batch_stop',
      target: record.id,
      detail: { command: record.facts.command, why, failures, ...counts },
      outcome: 'ok',
    };
    const stoppedBy = why === 'user' ? by.actor : null;
    await store.stopping(record.id, why, stoppedBy, audit);
    record.facts = { ...record.facts, state: 'stopping', stopped: why, stopped_by: stoppedBy };
    onChange();
  }

  async function cancelRest(): Promise<void> {
    const { stopped, stopped_by: by } = record.facts;
    if (cancelledFor === stopped) return;
    const unsent = stopped === 'user' ? undefined : new Set(await store.unsent(record.id));
    const ids = members.list
      .filter(({ status, cancelAsked }) => !isOver(status) && !cancelAsked)
      .map(({ commandId }) => commandId)
      .filter((id) => unsent?.has(id) ?? true);
    if (ids.length > 0) await commands.cancel(ids, by === null ? SYSTEM : { ...SYSTEM, actor: by });
    cancelledFor = stopped;
  }

  /** As many as there is room for, those of hosts that are there first. */
  async function releaseNext(): Promise<void> {
    const { counts } = members;
    const room = record.facts.concurrency - counts.pending - counts.executing;
    if (counts.held === 0 || failedTooOften()) return;
    const ids = [...turns.take(room), ...(waitedLongEnough() ? turns.takeWaiting() : [])];
    if (ids.length === 0) return;
    try {
      await commands.release(ids);
    } catch (error) {
      turns.giveBack(ids);
      throw error;
    }
  }

  /** Clients that stayed away: what is kept for them is given up, which is for commands/ to say. */
  function waitedLongEnough(): boolean {
    const { queue_secs: queueSecs, created_at_ms: madeAt } = record.facts;
    if (queueSecs === null) return false;
    const left = madeAt + queueSecs * 1000 - clock.wall();
    if (left <= 0) return true;
    patience ??= clock.after(Math.min(left, MAX_TIMER_MS), () => {
      patience = undefined;
      wake();
    });
    return false;
  }

  async function finish(): Promise<void> {
    const atMs = clock.wall();
    await store.finish(record.id, atMs);
    record.facts = { ...record.facts, state: 'finished', finished_at_ms: atMs };
    cancelTimers();
    onFinished();
  }

  function cancelTimers(): void {
    retry?.cancel();
    patience?.cancel();
    patience = undefined;
  }

  return {
    wake,
    online(clientId) {
      if (turns.online(clientId)) wake();
    },
    stop: (by) =>
      steps.inTurn(async () => {
        const { state, stopped } = record.facts;
        if (steps.isClosed || state === 'finished' || members.isOver) throw new OpsError('command_over');
        if (stopped !== 'user') await stopping('user', by);
        // It stands; what cannot be cancelled now is later.
        await tryStep();
      }),
    async close() {
      cancelTimers();
      await steps.close();
    },
  };
}
