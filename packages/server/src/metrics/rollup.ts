/**
 * Samples become minute averages on their way to the database.
 *
 *   live sample ──► accumulator of its client ──minute over──► closed minutes ──each second──► database
 *   kept samples ─► backlog ───────────────────────────────────────────────────────────────► database
 *
 * A minute is that of the client's clock (sample-time.ts tells which are refused). It is over when a sample of another
 * minute comes, or none for IDLE_SECS. A crash of the server loses at most the live samples of the minute at hand;
 * `stop` stores them.
 */
import { MAX_MINUTES } from '@ops/protocol/http/clients.ts';
import type { MinuteSample } from '@ops/protocol/http/clients.ts';
import { sleep } from '@ops/runtime/clock.ts';
import type { Clock, Timer } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { LiveSamples, SampleSink } from '../fleet/sample-sink.ts';
import { createBacklog } from './backlog.ts';
import { createClosedMinutes } from './closed-minutes.ts';
import {
  addFigures,
  createAccumulator,
  mergeMinutes,
  MINUTE_MS,
  minuteOf,
  READINGS,
  resetAccumulator,
  toMinute,
} from './minute.ts';
import type { Minute, Reading } from './minute.ts';
import { averagesOf, startOf, withMinutes } from './points.ts';
import type { Point } from './points.ts';
import { MAX_FOLDED } from './sample-store.ts';
import type { SampleStore } from './sample-store.ts';
import { judgeSampleTime } from './sample-time.ts';

const TICK_MS = 1000;
/** No minute. */
const NONE = -1;
/** Without a sample for this long, a client's minute is closed: it is offline, or its heartbeats carry none. */
export const IDLE_SECS = 120;
/** Reads of the history that met a write are done again this often. */
const READ_TRIES = 5;
/** Of readings of a longer time more digits are noise, and most of an answer. */
const POINT_DIGITS = 1000;

export interface RollupStats {
  /** Clients with a minute at hand. */
  readonly open: number;
  /** Closed minutes that wait to be written. */
  readonly waiting: number;
  /** Averages of kept samples that wait to be written. */
  readonly waitingBacklog: number;
  /** What was not kept, by reason. */
  readonly dropped: Readonly<
    Record<'sample_future' | 'sample_old' | 'sample_repeated' | 'sample_minute', number>
  >;
}

export interface Rollup extends SampleSink {
  /**
   * Averages of the minutes that begin from `fromMs` to `toMs` (client's clock, both included), oldest first, the
   * minute at hand too. The newest MAX_MINUTES when there are more.
   * @param stepMinutes one of SAMPLE_STEPS: with more than one, points that begin in that time, and their peaks
   */
  list(clientId: string, fromMs: number, toMs: number, stepMinutes?: number): Promise<MinuteSample[]>;
  stats(): RollupStats;
  start(): void;
  /** Closes all minutes and tries to store them. Harmless twice. */
  stop(): Promise<void>;
}

function toAverages(values: Minute['averages']): Partial<Record<Reading, number>> {
  const out: Partial<Record<Reading, number>> = {};
  READINGS.forEach((reading, at) => {
    const value = values[at];
    if (value !== undefined) out[reading] = value;
  });
  return out;
}

function toMinuteSample({ minute, samples, averages }: Minute): MinuteSample {
  return { t: minute * MINUTE_MS, samples, ...toAverages(averages) };
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * POINT_DIGITS) / POINT_DIGITS;
}

export function createRollup(needs: { store: SampleStore; clock: Clock; log: Log }): Rollup {
  const { store, clock } = needs;
  /** Those with a minute at hand. */
  const open = new Map<string, Live>();
  const closed = createClosedMinutes(needs);
  const backlog = createBacklog(needs);
  const dropped = { future: 0, old: 0 };
  let timer: Timer | undefined;
  let tick = 0;

  /** The samples of one client. Whoever adds them keeps it, and need not find it again for each. */
  class Live implements LiveSamples {
    readonly #clientId: string;
    /** Its minute is NONE while it is not in `open`. */
    readonly #sum = createAccumulator(NONE);
    /** Of the newest sample. */
    #tick = 0;

    constructor(clientId: string) {
      this.#clientId = clientId;
    }

    add(figures: Float64Array, atMs: number): void {
      const time = judgeSampleTime(atMs, clock.wall());
      if (time !== 'kept') {
        dropped[time]++;
        return;
      }
      const minute = minuteOf(atMs);
      const sum = this.#sum;
      if (sum.minute !== minute) {
        if (sum.minute === NONE) open.set(this.#clientId, this);
        else closed.add(this.#clientId, toMinute(sum));
        resetAccumulator(sum, minute);
      }
      addFigures(sum, figures);
      this.#tick = tick;
    }

    get minute(): Minute {
      return toMinute(this.#sum);
    }

    get isIdle(): boolean {
      return tick - this.#tick >= IDLE_SECS;
    }

    /** The minute at hand is over, and none follows yet. */
    close(): void {
      closed.add(this.#clientId, this.minute);
      this.drop();
    }

    drop(): void {
      this.#sum.minute = NONE;
      open.delete(this.#clientId);
    }
  }

  function closeIdle(): void {
    for (const live of open.values()) if (live.isIdle) live.close();
  }

  function inMemory(clientId: string): Minute[] {
    const minutes = closed.of(clientId);
    const current = open.get(clientId);
    if (current) minutes.push(current.minute);
    return minutes;
  }

  /** Stored and in memory, without a minute being in both because it was just being written. */
  async function consistent<T>(
    clientId: string,
    stored: () => Promise<T>,
  ): Promise<{ readonly stored: T; readonly memory: readonly Minute[] }> {
    for (let tried = 1; ; tried++) {
      await closed.settled();
      const { begun } = closed;
      const answer = await stored();
      if (closed.begun === begun || tried === READ_TRIES)
        return { stored: answer, memory: inMemory(clientId) };
    }
  }

  /** A part at a time: each takes the main thread for a few milliseconds. */
  async function storedPoints(clientId: string, from: number, to: number, step: number): Promise<Point[]> {
    const points: Point[] = [];
    const part = Math.max(step, MAX_FOLDED);
    for (let begin = from; begin <= to; begin = startOf(begin, part) + part) {
      if (begin > from) await sleep(clock, 0);
      const end = Math.min(to, startOf(begin, part) + part - 1);
      points.push(...(await store.points(clientId, begin, end, step)));
    }
    return points;
  }

  async function listPoints(
    clientId: string,
    fromMs: number,
    toMs: number,
    step: number,
  ): Promise<MinuteSample[]> {
    const from = Math.ceil(fromMs / MINUTE_MS / step) * step;
    const to = startOf(minuteOf(toMs), step) + step - 1;
    const { stored, memory } = await consistent(clientId, () => storedPoints(clientId, from, to, step));
    const within = memory.filter(({ minute }) => minute >= from && minute <= to);
    return withMinutes(stored, within, step).map((point) => {
      const { minute, samples, peaks } = point;
      return {
        t: minute * MINUTE_MS,
        samples,
        ...toAverages(averagesOf(point).map(rounded)),
        peaks: toAverages(peaks.map(rounded)),
      };
    });
  }

  return {
    live: (clientId) => open.get(clientId) ?? new Live(clientId),

    backlog: (clientId, samples) => backlog.take(clientId, samples),

    async forget(clientId) {
      open.get(clientId)?.drop();
      closed.drop(clientId);
      await store.forget(clientId);
    },

    async list(clientId, fromMs, toMs, stepMinutes = 1) {
      if (stepMinutes > 1) return listPoints(clientId, fromMs, toMs, stepMinutes);
      const from = Math.ceil(fromMs / MINUTE_MS);
      const to = minuteOf(toMs);
      const { stored, memory } = await consistent(clientId, () =>
        store.list(clientId, from, to, MAX_MINUTES),
      );
      const byMinute = new Map(stored.map((each) => [each.minute, each]));
      for (const each of memory) {
        if (each.minute < from || each.minute > to) continue;
        const there = byMinute.get(each.minute);
        byMinute.set(each.minute, there ? mergeMinutes(there, each) : each);
      }
      const minutes = Array.from(byMinute.values()).toSorted((a, b) => a.minute - b.minute);
      return minutes.slice(-MAX_MINUTES).map(toMinuteSample);
    },

    stats: () => ({
      open: open.size,
      waiting: closed.waiting,
      waitingBacklog: backlog.waiting,
      dropped: {
        sample_future: dropped.future + backlog.counts.future,
        sample_old: dropped.old + backlog.counts.old,
        sample_repeated: backlog.counts.repeated,
        sample_minute: closed.dropped + backlog.counts.refused,
      },
    }),

    start() {
      timer ??= clock.every(TICK_MS, () => {
        tick++;
        closeIdle();
        closed.writeSoon();
      });
    },

    async stop() {
      timer?.cancel();
      timer = undefined;
      backlog.stop();
      for (const live of open.values()) live.close();
      await closed.write();
      if (closed.waiting > 0)
        needs.log.error('samples could not be stored before the end', { minutes: closed.waiting });
    },
  };
}
