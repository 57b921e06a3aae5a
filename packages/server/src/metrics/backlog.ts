/**
 * Samples a client kept while its link was down, stored by their own times.
 *
 * A client sends a frame again when its acknowledgement was lost, so each client's highest stored `t` is kept in the
 * same change as the averages, and what is not newer is skipped. Clients send oldest first. The price: after a clock
 * was set back during an outage, what was measured until it caught up again is taken for a repetition.
 *
 *   frame ─► skip what is not newer, refuse impossible times ─► averages by minute ─► stored ─► acknowledged
 *                                                                     ▲        │
 *                                                                     └─failed─┘ after RETRY_MS
 */
import { figuresOf } from '@ops/protocol/domain/figures.ts';
import type { TimedSample } from '@ops/protocol/domain/sample.ts';
import { OpsError } from '@ops/protocol/errors.ts';
import { sleep } from '@ops/runtime/clock.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import { atMostEvery } from '../fleet/at-most-every.ts';
import { ChangeRefusedError } from '../storage/storage-error.ts';
import { RETRY_MS } from './closed-minutes.ts';
import { addFigures, createAccumulator, minuteOf, toMinute } from './minute.ts';
import type { Accumulator } from './minute.ts';
import type { ClientMinute, SampleStore } from './sample-store.ts';
import { judgeSampleTime } from './sample-time.ts';

/** Averages of backlogs that wait to be stored, over all clients; about 15 MB. One more frame is refused. */
export const MAX_WAITING_MINUTES = 50_000;
const LOG_EVERY_MS = 60_000;

export interface BacklogCounts {
  repeated: number;
  future: number;
  old: number;
  /** Averages the database refused. */
  refused: number;
}

export interface Backlog {
  /** As `FleetInbox.backlog`. */
  take(clientId: string, samples: readonly TimedSample[]): Promise<void>;
  readonly counts: Readonly<BacklogCounts>;
  /** Averages that wait to be stored. */
  readonly waiting: number;
  /** Whoever waits is told that it is not stored. */
  stop(): void;
}

/** Of a client with frames on their way; forgotten with the last of them, the database knows it then. */
interface Progress {
  /** Frames on their way. */
  frames: number;
  /** Highest `t` taken. */
  toMs: number;
  /** Resolves when `toMs` is read. */
  readonly loaded: Promise<void>;
  /** Resolves when all that was taken is stored. */
  stored: Promise<void>;
}

export function createBacklog(needs: { store: SampleStore; clock: Clock; log: Log }): Backlog {
  const { store, clock, log } = needs;
  const active = new Map<string, Progress>();
  const counts: BacklogCounts = { repeated: 0, future: 0, old: 0, refused: 0 };
  const stopping = new AbortController();
  const mayLog = atMostEvery(clock, LOG_EVERY_MS);
  let waitingMinutes = 0;

  function progressOf(clientId: string): Progress {
    const there = active.get(clientId);
    if (there) return there;
    const progress: Progress = {
      frames: 0,
      toMs: -1,
      loaded: store.progress(clientId).then((toMs) => {
        progress.toMs = toMs;
      }),
      stored: Promise.resolve(),
    };
    active.set(clientId, progress);
    return progress;
  }

  /** @returns averages of what is newer than `after`, and the highest `t` among them */
  function average(
    clientId: string,
    samples: readonly TimedSample[],
    after: number,
  ): { minutes: ClientMinute[]; toMs: number } {
    const now = clock.wall();
    const byMinute = new Map<number, Accumulator>();
    let toMs = after;
    for (const sample of samples) {
      const time = judgeSampleTime(sample.t, now);
      if (time !== 'kept') {
        counts[time]++;
      } else if (sample.t <= after) {
        counts.repeated++;
      } else {
        const minute = minuteOf(sample.t);
        let into = byMinute.get(minute);
        if (!into) byMinute.set(minute, (into = createAccumulator(minute)));
        addFigures(into, figuresOf(sample));
        toMs = Math.max(toMs, sample.t);
      }
    }
    return { minutes: Array.from(byMinute.values(), (each) => ({ clientId, ...toMinute(each) })), toMs };
  }

  async function storeFor(minutes: readonly ClientMinute[], clientId: string, toMs: number): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        return await store.add(minutes, { clientId, toMs });
      } catch (error) {
        if (error instanceof ChangeRefusedError) {
          // It would be refused again: better gone and counted than sent for ever.
          counts.refused += minutes.length;
          log.error('the database refused kept samples', {
            client: clientId,
            error,
            minutes: minutes.length,
          });
          return;
        }
        if (mayLog()) log.error('kept samples cannot be stored; trying again', { client: clientId, error });
        await sleep(clock, RETRY_MS, stopping.signal);
      }
    }
    throw new OpsError('storage_unavailable');
  }

  /** Averages at once, so that no samples wait in memory, and stores one frame after the other. */
  async function keep(clientId: string, samples: readonly TimedSample[], progress: Progress): Promise<void> {
    const { minutes, toMs } = average(clientId, samples, progress.toMs);
    if (waitingMinutes + minutes.length > MAX_WAITING_MINUTES) throw new OpsError('server_busy');
    progress.toMs = toMs;
    progress.stored = progress.stored.then(() =>
      minutes.length > 0 ? storeFor(minutes, clientId, toMs) : undefined,
    );
    waitingMinutes += minutes.length;
    try {
      await progress.stored;
    } finally {
      waitingMinutes -= minutes.length;
    }
  }

  return {
    counts,
    get waiting() {
      return waitingMinutes;
    },
    stop: () => stopping.abort(),

    async take(clientId, samples) {
      const progress = progressOf(clientId);
      progress.frames++;
      try {
        await progress.loaded;
        await keep(clientId, samples, progress);
      } finally {
        if (--progress.frames === 0) active.delete(clientId);
      }
    },
  };
}
