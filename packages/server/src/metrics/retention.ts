/**
 * Deletes averages that are older than RETENTION_MS, once an hour, a few clients at a time: no change is large, and
 * the loop and the writer are free between two.
 */
import type { Clock, Timer } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import { minuteOf } from './minute.ts';
import { MAX_DELETED } from './sample-store.ts';
import type { SampleStore } from './sample-store.ts';
import { RETENTION_MS } from './sample-time.ts';

export const RETENTION_PERIOD_MS = 60 * 60_000;
/** After the start, when the clients are back. */
export const FIRST_RUN_MS = 5 * 60_000;
/** Clients in one change: usually an hour of minutes each. */
const CHUNK_CLIENTS = 20;

export interface Retention {
  /** @returns minutes deleted. Never rejects: what failed is logged and done an hour later. */
  run(): Promise<number>;
  start(): void;
  /** Resolves when a run that is going on has ended. */
  stop(): Promise<void>;
}

export function createRetention(needs: { store: SampleStore; clock: Clock; log: Log }): Retention {
  const { store, clock, log } = needs;
  const timers: Timer[] = [];
  let running: Promise<number> | undefined;
  const stopping = new AbortController();

  async function deleteOld(): Promise<number> {
    const oldest = clock.wall() - RETENTION_MS;
    const minute = minuteOf(oldest);
    let deleted = 0;
    let ids = await store.clientsAfter('', CHUNK_CLIENTS);
    while (ids.length > 0 && !stopping.signal.aborted) {
      const now = await store.deleteBefore(ids, minute);
      deleted += now;
      // Somebody may have had more than one delete takes: the same clients again.
      if (now < MAX_DELETED) ids = await store.clientsAfter(ids.at(-1)!, CHUNK_CLIENTS);
    }
    if (!stopping.signal.aborted) await store.deleteProgressBefore(oldest);
    return deleted;
  }

  function run(): Promise<number> {
    running ??= deleteOld()
      .catch((error: unknown) => {
        log.warn('old samples cannot be deleted; trying again in an hour', { error });
        return 0;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  return {
    run,
    start() {
      if (timers.length > 0) return;
      timers.push(
        clock.after(FIRST_RUN_MS, () => void run()),
        clock.every(RETENTION_PERIOD_MS, () => void run()),
      );
    },
    async stop() {
      stopping.abort();
      for (const timer of timers.splice(0)) timer.cancel();
      await running;
    },
  };
}
