/**
 * Writes what comes together in one change: what arrives while a change is on its way to the disk waits for it and goes
 * with the next. Two are under way at a time, so that the writer has the next one when it is done with one.
 *
 *   added ──► waiting ──► under way ──► stored
 *                ▲             │ the disk takes nothing, and `retryMs` is given
 *                └─────────────┘ after retryMs
 */
import { OpsError } from '@ops/protocol/errors.ts';
import type { Clock, Timer } from '@ops/runtime/clock.ts';

import { ChangeRefusedError } from '../storage/storage-error.ts';

/** Items in one change: some 10 ms of the writer, in which nothing else is committed. */
export const MAX_GATHERED = 500;
const UNDER_WAY = 2;

export interface Gather<T> {
  /**
   * Resolves when the item is on disk.
   * @throws ChangeRefusedError for an item that was refused alone; without `retryMs` also OpsError `storage_unavailable`
   */
  add(item: T): Promise<void>;
  /** What waits goes out once more; what cannot be stored is given up. */
  close(): Promise<void>;
  readonly waiting: number;
}

interface Waiting<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (cause: unknown) => void;
}

export function createGather<T>(needs: {
  readonly write: (items: readonly T[]) => Promise<void>;
  readonly clock: Clock;
  /** What cannot be stored now stays, and is tried again after so long. */
  readonly retryMs?: number;
  /** The disk takes nothing; called at each failure. */
  readonly onUnavailable?: (items: readonly T[], cause: unknown) => void;
}): Gather<T> {
  const { write, clock, retryMs, onUnavailable } = needs;
  let waiting: Waiting<T>[] = [];
  let underWay = 0;
  let retry: Timer | undefined;
  let due = false;
  let closed = false;
  const idle: (() => void)[] = [];

  function pump(): void {
    if (retry) return;
    while (underWay < UNDER_WAY && waiting.length > 0) void send(waiting.splice(0, MAX_GATHERED));
    if (underWay === 0) for (const resolve of idle.splice(0)) resolve();
  }

  async function send(group: readonly Waiting<T>[]): Promise<void> {
    underWay++;
    try {
      await write(group.map(({ item }) => item));
      for (const { resolve } of group) resolve();
    } catch (cause) {
      if (cause instanceof ChangeRefusedError && group.length > 1) await sendEach(group);
      else if (cause instanceof OpsError && retryMs !== undefined && !closed) keep(group, retryMs, cause);
      else for (const { reject } of group) reject(cause);
    }
    underWay--;
    pump();
  }

  /** One of them was refused, and all with it: the others go on alone. */
  async function sendEach(group: readonly Waiting<T>[]): Promise<void> {
    for (const each of group) {
      try {
        await write([each.item]);
        each.resolve();
      } catch (cause) {
        if (cause instanceof OpsError && retryMs !== undefined && !closed) keep([each], retryMs, cause);
        else each.reject(cause);
      }
    }
  }

  function keep(group: readonly Waiting<T>[], ms: number, cause: unknown): void {
    waiting = [...group, ...waiting];
    onUnavailable?.(
      group.map(({ item }) => item),
      cause,
    );
    retry ??= clock.after(ms, () => {
      retry = undefined;
      pump();
    });
  }

  return {
    add(item) {
      return new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        if (due) return;
        due = true;
        // What one turn of the event loop brings goes together.
        queueMicrotask(() => {
          due = false;
          pump();
        });
      });
    },
    async close() {
      closed = true;
      retry?.cancel();
      retry = undefined;
      await new Promise<void>((resolve) => {
        idle.push(resolve);
        pump();
      });
    },
    get waiting() {
      return waiting.length;
    },
  };
}
