/**
 * Group commit. A change that finds the writer idle is committed at once; changes that come while a commit runs wait
 * for it and share the next one. So the disk sets the pace: alone, a change waits for nothing but its own commit; under
 * load, groups grow to what arrives during one commit, which is the batching a timer would give, without its delay.
 * Changes made in one turn of the event loop share a group even when the writer is idle.
 *
 * When a commit fails nothing of it is tried again: its changes and those waiting are rejected, the database is closed,
 * opened anew, looked over and tried, and only then are changes taken again. States and events: write-state.ts.
 */
import { OpsError } from '@ops/protocol/errors.ts';
import type { Clock, Timer } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { StatementResult } from '../database.ts';
import { ChangeRefusedError, messageOf } from '../storage-error.ts';
import type { CompiledChange, Outcome, Reply, Request, TrailPosition, WriterSetup } from './messages.ts';
import { nextWriteState, type WriteEvent, type WriteState } from './write-state.ts';
import type { WriterThread } from './writer-thread.ts';

/** One commit holds at most so many, so that the first of them does not wait for a crowd behind it. */
export const MAX_GROUP_CHANGES = 64;
/** Not yet committed. Some seconds' work for a slow disk; beyond, callers are told at once instead of late. */
export const MAX_WAITING_CHANGES = 10_000;
/** Text and bytes of them. */
export const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** Between two tries to open a database that failed. */
export const RETRY_MS = 1_000;
/** The audit trail has no row without an anchor for longer. */
export const ANCHOR_MS = 60_000;
/** A commit that takes longer shows as a fault. */
export const STALLED_MS = 10_000;

export interface WriteCounts {
  /** Transactions. */
  readonly commits: number;
  /** Changes made durable. */
  readonly changes: number;
  /** Changes the database refused. */
  readonly refused: number;
  /** Changes rejected with `storage_unavailable`. */
  readonly unavailable: number;
  /** Changes not yet committed. */
  readonly waiting: number;
}

export interface WriteQueue {
  /**
   * Changes are applied in the order they are added.
   * @param bytes what the change holds in memory
   * @throws OpsError `storage_unavailable`; ChangeRefusedError
   */
  add(change: CompiledChange, bytes: number): Promise<readonly StatementResult[]>;
  readonly fault: Error | undefined;
  readonly counts: WriteCounts;
  /** Commits what is waiting first. Never rejects. */
  close(): Promise<void>;
}

export interface WriteQueueNeeds {
  /** Opened. */
  readonly thread: WriterThread;
  readonly clock: Clock;
  readonly log: Log;
  /** The audit trail as it was found. */
  readonly trail: TrailPosition | undefined;
  /** How the database is opened anew. */
  readonly setup: () => WriterSetup;
  readonly maxWaitingChanges?: number | undefined;
  readonly maxWaitingBytes?: number | undefined;
}

interface Waiting {
  readonly change: CompiledChange;
  readonly bytes: number;
  readonly resolve: (results: readonly StatementResult[]) => void;
  readonly reject: (cause: Error) => void;
}

export function createWriteQueue(needs: WriteQueueNeeds): WriteQueue {
  const { thread, clock, log, setup, maxWaitingChanges = MAX_WAITING_CHANGES } = needs;
  const { maxWaitingBytes = MAX_WAITING_BYTES } = needs;
  let state: WriteState = 'idle';
  let queue: Waiting[] = [];
  let group: readonly Waiting[] = [];
  let waitingBytes = 0;
  let committingSince: number | undefined;
  let fault: Error | undefined;
  let trail = needs.trail;
  let anchorDue = false;
  let retry: Timer | undefined;
  const counts = { commits: 0, changes: 0, refused: 0, unavailable: 0 };
  const closed = Promise.withResolvers<void>();

  const anchorTimer = clock.every(ANCHOR_MS, () => {
    anchorDue = trail !== undefined && trail.seq > trail.anchoredTo;
    startIfIdle();
  });

  function on(event: WriteEvent): void {
    state = nextWriteState(state, event);
  }

  function startIfIdle(): void {
    if (state !== 'idle' || (queue.length === 0 && !anchorDue)) return;
    on('change');
    commitNext();
  }

  function commitNext(): void {
    group = queue.splice(0, MAX_GROUP_CHANGES);
    const anchor = anchorDue;
    anchorDue = false;
    committingSince = clock.mono();
    const changes = group.map(({ change }) => change);
    void ask({ type: 'commit', nowMs: clock.wall(), changes, anchor }).then(committed);
  }

  function committed(reply: Reply): void {
    committingSince = undefined;
    if (reply.type === 'committed') {
      counts.commits += 1;
      trail = reply.trail;
      for (const [index, outcome] of reply.outcomes.entries()) answer(group[index]!, outcome);
      group = [];
    } else {
      fail(reply);
    }
    if (state === 'draining') {
      if (queue.length > 0) commitNext();
      else endAfterDraining();
    } else if (reply.type !== 'committed') {
      on('failed');
      recover();
    } else if (queue.length > 0) {
      commitNext();
    } else {
      on('none_waiting');
      startIfIdle();
    }
  }

  function answer(waiting: Waiting, outcome: Outcome): void {
    waitingBytes -= waiting.bytes;
    counts[outcome.applied ? 'changes' : 'refused'] += 1;
    if (outcome.applied) waiting.resolve(outcome.results);
    else waiting.reject(new ChangeRefusedError(outcome.reason, outcome.message));
  }

  /** Rejects all that is not committed: whether it could be later is for its sender to find out. */
  function fail(reply: Reply): void {
    noteFault(reply);
    const lost = [...group, ...queue];
    group = [];
    queue = [];
    waitingBytes = 0;
    counts.unavailable += lost.length;
    for (const { reject } of lost) reject(unavailable());
  }

  function noteFault(reply: Reply): void {
    const message = reply.type === 'failed' ? reply.message : `unexpected answer ${reply.type}`;
    if (fault?.message !== message) log.error('the database takes no changes', { reason: message });
    fault = new Error(message);
  }

  function unavailable(): OpsError {
    return new OpsError('storage_unavailable', { cause: fault ?? new Error('the database is closed') });
  }

  function recover(): void {
    const request = { type: 'open', nowMs: clock.wall(), recovering: true, ...setup() } as const;
    void ask(request).then((reply) => {
      if (reply.type === 'opened') {
        log.info('the database takes changes again');
        fault = undefined;
        trail = reply.trail;
      } else {
        noteFault(reply);
      }
      if (state === 'draining') return endAfterDraining();
      if (reply.type === 'opened') return on('opened');
      on('failed');
      retry = clock.after(RETRY_MS, () => (on('retry'), recover()));
    });
  }

  function endAfterDraining(): void {
    on('drained');
    void end();
  }

  async function end(): Promise<void> {
    anchorTimer.cancel();
    retry?.cancel();
    const reply = await ask({ type: 'close', nowMs: clock.wall() });
    if (reply.type !== 'closed') log.warn('the database could not be settled while closing', { reply });
    await thread.end();
    on('ended');
    closed.resolve();
  }

  /** A thread that dies is an answer as well. */
  async function ask(request: Request): Promise<Reply> {
    try {
      return await thread.request(request);
    } catch (cause) {
      return { type: 'failed', reason: 'unusable', message: messageOf(cause) };
    }
  }

  return {
    add(change, bytes) {
      const full = queue.length + group.length >= maxWaitingChanges || waitingBytes + bytes > maxWaitingBytes;
      if ((state !== 'idle' && state !== 'committing') || full) {
        counts.unavailable += 1;
        return Promise.reject(
          full
            ? new OpsError('storage_unavailable', { reason: 'too many changes are waiting' })
            : unavailable(),
        );
      }
      return new Promise((resolve, reject) => {
        queue.push({ change, bytes, resolve, reject });
        waitingBytes += bytes;
        if (state === 'idle') queueMicrotask(startIfIdle);
      });
    },
    get fault() {
      if (committingSince === undefined || clock.mono() - committingSince <= STALLED_MS) return fault;
      return fault ?? new Error(`a commit has taken more than ${STALLED_MS} ms`);
    },
    get counts() {
      return { ...counts, waiting: queue.length + group.length };
    },
    close() {
      startIfIdle();
      if (state === 'idle' || state === 'pausing') {
        on('close');
        void end();
      } else if (state === 'committing' || state === 'recovering') {
        on('close');
      }
      return closed.promise;
    },
  };
}
