/**
 * Samples taken while the link was down, on disk until the server has stored them.
 *
 *   add ──► newest segment … oldest segment ──oldest()──► sent ──server stored them──► drop()
 *
 * A segment is a file of JSON lines. A crash may tear the last line, which costs that sample; a segment that was sent
 * but not acknowledged is sent again, and the server knows what it has. When a limit is reached the oldest segment goes,
 * so what remains is the latest time without a gap. No limit goes by the clock, which may jump.
 */
import { join } from 'node:path';

import type { TimedSample } from '@ops/protocol/domain/sample.ts';
import type { Disk } from '@ops/runtime/disk.ts';
import type { Log } from '@ops/runtime/log.ts';

import { readLines, segmentName, segmentNumber, writeLines } from './segment.ts';

/** Samples are kept for this long a time without a link. */
export const KEPT_SECS = 24 * 3600;
/** What the kept samples of one client take on disk at most. */
export const MAX_SPOOL_BYTES = 16 * 1024 * 1024;
/** The unit of reading, sending and dropping. */
export const MAX_SEGMENT_BYTES = 256 * 1024;
/** A day falls into this many segments, so that dropping one loses an hour at most. */
const SEGMENTS_A_DAY = 24;
/** Files; a link that comes and goes makes small ones. */
export const MAX_SEGMENTS = 256;

export interface SpoolNeeds {
  readonly disk: Disk;
  /** Of its own; made when it is missing. */
  readonly directory: string;
  readonly log: Log;
  /** Seconds between two kept samples. */
  readonly resolutionSecs: number;
}

export interface Backlog {
  /** Milliseconds of this host's wall clock. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export interface Spool {
  /** Keeps samples, oldest first. What cannot be written is counted and forgotten: it never throws. */
  add(samples: readonly TimedSample[]): Promise<void>;
  /** What waits; undefined when nothing does. */
  backlog(): Backlog | undefined;
  /** The samples of the oldest segment that were not dropped yet, never empty; undefined when nothing waits. */
  oldest(): Promise<readonly TimedSample[] | undefined>;
  /** Forgets the first so many of what `oldest` answers. */
  drop(count: number): Promise<void>;
  /** Samples lost to limits and to the disk since the start. */
  readonly lost: number;
}

interface Segment {
  readonly number: number;
  /** Samples in the file, and how many of them are dropped. */
  count: number;
  dropped: number;
  bytes: number;
  from: number;
  to: number;
  /** True: nothing may be appended, because it is being sent or ends in a torn line. */
  closed: boolean;
}

/** Looks at what an earlier run left. */
export async function openSpool(needs: SpoolNeeds): Promise<Spool> {
  const { disk, directory, log } = needs;
  const maxSamples = Math.max(1, Math.ceil(KEPT_SECS / needs.resolutionSecs));
  const segmentSamples = Math.ceil(maxSamples / SEGMENTS_A_DAY);
  const segments: Segment[] = [];
  let lost = 0;
  let failing = false;
  /** One thing at a time: reading must not meet a line that is being written. */
  let work: Promise<unknown> = Promise.resolve();

  const path = (number: number): string => join(directory, segmentName(number));

  function inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = work.then(task);
    work = result.catch(() => undefined);
    return result;
  }

  /** Complains once, until something works again. */
  function failed(what: string, error: unknown): void {
    if (!failing) log.warn(`Samples cannot be ${what}`, { directory, error });
    failing = true;
  }

  async function load(number: number): Promise<Segment | undefined> {
    const text = (await disk.read(path(number)))?.toString('utf8') ?? '';
    const samples = readLines(text);
    const [first, last] = [samples[0], samples.at(-1)];
    if (!first || !last) return undefined;
    return {
      number,
      count: samples.length,
      dropped: 0,
      bytes: text.length,
      from: first.t,
      to: last.t,
      closed: !text.endsWith('\n'),
    };
  }

  async function open(): Promise<void> {
    await disk.makeDirectory(directory);
    for (const name of await disk.list(directory)) {
      const number = segmentNumber(name);
      if (number === undefined) continue;
      const segment = await load(number);
      if (segment) segments.push(segment);
      else await disk.remove(path(number));
    }
    await makeRoom(0, 0);
  }

  async function forget(segment: Segment): Promise<void> {
    segments.splice(segments.indexOf(segment), 1);
    await disk.remove(path(segment.number));
  }

  const total = (what: (segment: Segment) => number): number =>
    segments.reduce((sum, one) => sum + what(one), 0);

  /** Drops the oldest segments until so much more fits. */
  async function makeRoom(bytes: number, samples: number): Promise<void> {
    while (
      segments.length > MAX_SEGMENTS ||
      total((one) => one.bytes) + bytes > MAX_SPOOL_BYTES ||
      total((one) => one.count - one.dropped) + samples > maxSamples
    ) {
      const [oldest] = segments;
      if (!oldest) return;
      lost += oldest.count - oldest.dropped;
      await forget(oldest);
    }
  }

  /** The segment to append to. */
  function tail(bytes: number): Segment {
    const last = segments.at(-1);
    if (last && !last.closed && last.count < segmentSamples && last.bytes + bytes <= MAX_SEGMENT_BYTES)
      return last;
    const number = (last?.number ?? 0) + 1;
    const fresh: Segment = {
      number,
      count: 0,
      dropped: 0,
      bytes: 0,
      from: Infinity,
      to: -Infinity,
      closed: false,
    };
    segments.push(fresh);
    return fresh;
  }

  async function append(samples: readonly TimedSample[]): Promise<void> {
    const text = writeLines(samples);
    const bytes = Buffer.byteLength(text);
    await makeRoom(bytes, samples.length);
    const segment = tail(bytes);
    try {
      await disk.append(path(segment.number), text);
      failing = false;
    } catch (cause) {
      // Perhaps half a line was written.
      segment.closed = true;
      if (segment.count === 0) await forget(segment).catch(() => undefined);
      throw cause;
    }
    segment.count += samples.length;
    segment.bytes += bytes;
    segment.from = Math.min(segment.from, ...samples.map(({ t }) => t));
    segment.to = Math.max(segment.to, ...samples.map(({ t }) => t));
  }

  async function readOldest(): Promise<readonly TimedSample[] | undefined> {
    for (let segment = segments[0]; segment; segment = segments[0]) {
      segment.closed = true;
      const text = (await disk.read(path(segment.number)))?.toString('utf8') ?? '';
      const samples = readLines(text).slice(segment.dropped);
      if (samples.length > 0) return samples;
      await forget(segment);
    }
    return undefined;
  }

  await open().catch((cause: unknown) => failed('read', cause));

  return {
    add: (samples) =>
      inTurn(async () => {
        if (samples.length === 0) return;
        try {
          await append(samples);
        } catch (cause) {
          lost += samples.length;
          failed('kept', cause);
        }
      }),
    backlog() {
      const count = total((one) => one.count - one.dropped);
      if (count === 0) return undefined;
      return {
        from: Math.min(...segments.map((one) => one.from)),
        to: Math.max(...segments.map((one) => one.to)),
        count,
      };
    },
    oldest: () =>
      inTurn(async () => {
        try {
          return await readOldest();
        } catch (cause) {
          failed('read', cause);
          return undefined;
        }
      }),
    drop: (count) =>
      inTurn(async () => {
        const [segment] = segments;
        if (!segment) return;
        segment.dropped += count;
        if (segment.dropped < segment.count) return;
        await forget(segment).catch((cause: unknown) => failed('removed', cause));
      }),
    get lost() {
      return lost;
    },
  };
}
