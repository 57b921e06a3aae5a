/**
 * What the charts draw: averages of the server and, at the end, readings as they come, in order of time. A time of
 * which nothing is known is a hole: a row without readings, at which every line ends. Pure.
 *
 *   averages           live
 *   ──●────●────●  ○  ○○○○○○      ○ of the minute at hand: its average is not over
 *               └ hole: further apart than a step
 */
import type { SystemInfo } from '@ops/protocol/domain/client.ts';
import type { MinuteSample } from '@ops/protocol/http/clients.ts';

import { fullest, sumOf } from './sums.ts';

export type Averages = NonNullable<MinuteSample['peaks']>;

export interface Reading {
  /** By the clock of the host, in milliseconds since 1970. */
  readonly at: number;
  readonly values: Averages;
}

export interface Row extends Reading {
  /** The time it stands for; both the same for a reading. */
  readonly from: number;
  readonly to: number;
  /** The highest minutes within, where a row stands for more than one. */
  readonly peaks?: Averages | undefined;
}

export interface Samples {
  readonly samples: readonly MinuteSample[];
  /** What each stands for. */
  readonly stepMs: number;
}

/** Neighbours further apart than this many steps have a hole between them. */
const GAP_STEPS = 1.5;

/** Readings as they come that are kept: more than come before their minute has its average. */
export const MAX_LIVE = 300;

export function withReading(kept: readonly Reading[], reading: Reading): readonly Reading[] {
  return [...kept, reading].slice(-MAX_LIVE);
}

/** Readings of now in the form of an average. */
export function readingOf(info: SystemInfo): Averages {
  const disk = fullest(info.disks);
  const values = {
    cpu_usage: info.cpu_usage,
    load1: info.load_average?.[0],
    used_memory: info.used_memory,
    total_memory: info.total_memory,
    used_swap: info.used_swap,
    disk_used: disk?.used,
    disk_total: disk?.total,
    rx_bytes_per_sec: sumOf(info.network, (each) => each.rx_bytes_per_sec),
    tx_bytes_per_sec: sumOf(info.network, (each) => each.tx_bytes_per_sec),
    read_bytes_per_sec: sumOf(info.disk_io, (each) => each.read_bytes_per_sec),
    write_bytes_per_sec: sumOf(info.disk_io, (each) => each.write_bytes_per_sec),
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/**
 * @param live readings in order of time; empty where a step is so long that they would be a spike beside it
 * @param liveGapMs readings further apart have a hole between them
 * @param now by the clock of the host: a step that is not over stands in the middle of what is over of it
 */
export function rowsOf(
  { samples, stepMs }: Samples,
  live: readonly Reading[],
  liveGapMs: number,
  now: number,
): Row[] {
  const last = samples.at(-1);
  // The last average gives way to the readings it is made of, once most of them are known.
  const tail = last === undefined ? live : live.filter(({ at }) => at >= last.t);
  const isReplaced = last !== undefined && tail[0] !== undefined && tail[0].at <= last.t + stepMs / 2;
  const rows: Row[] = [];
  let before: number | undefined;
  for (const sample of isReplaced ? samples.slice(0, -1) : samples) {
    const { t, peaks } = sample;
    if (before !== undefined && t - before > GAP_STEPS * stepMs)
      rows.push({ at: before + stepMs, from: before + stepMs, to: t, values: {} });
    const over = Math.min(stepMs, Math.max(0, now - t));
    rows.push({ at: t + over / 2, from: t, to: t + stepMs, values: sample, peaks });
    before = t;
  }
  for (const reading of tail) {
    const previous = rows.at(-1);
    if (previous !== undefined) {
      if (reading.at <= previous.at) continue;
      const most = before === undefined ? liveGapMs : Math.max(liveGapMs, GAP_STEPS * stepMs);
      if (reading.at - previous.at > most)
        rows.push({ at: previous.at + 1, from: previous.to, to: reading.at, values: {} });
    }
    rows.push({ ...reading, from: reading.at, to: reading.at });
    before = undefined;
  }
  return rows;
}

export function isHole({ values }: Row): boolean {
  return Object.keys(values).length === 0;
}

/** Those in a time, and one on either side, so that lines go on to the edges. */
export function rowsWithin(rows: readonly Row[], from: number, to: number): readonly Row[] {
  const first = rows.findIndex(({ at }) => at >= from);
  const last = rows.findLastIndex(({ at }) => at <= to);
  if (first === -1 || last === -1 || last < first) return [];
  return rows.slice(Math.max(0, first - 1), last + 2);
}

/** Where the row nearest to a moment is; undefined where that is a hole, or there is none. */
export function indexAt(rows: readonly Row[], at: number): number | undefined {
  const index = rows.findIndex((row) => row.at >= at);
  const after = index === -1 ? rows.length - 1 : index;
  const [before, next] = [rows[after - 1], rows[after]];
  if (next === undefined) return undefined;
  const nearest = before !== undefined && at - before.at < Math.abs(next.at - at) ? after - 1 : after;
  return isHole(rows[nearest]!) ? undefined : nearest;
}
