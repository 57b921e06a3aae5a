/**
 * The kept output of commands until the server has stored it: chunks in the order they came, numbered from 0.
 *
 *   append ──small──► memory ──finish──► in the journal with the result (one flush for both)
 *      └─────large──► results/<id> ──finish: flushed──► read by number, also after a restart ──remove──► gone
 *
 * Nothing is flushed while a command runs. A chunk that cannot be kept ends what is kept of its command; the totals of
 * the result then say how much is missing. Each chunk has its sum: what was damaged on disk is never delivered.
 */
import { join } from 'node:path';

import {
  KEPT_HEAD_BYTES,
  KEPT_TAIL_BYTES,
  MAX_RUNNING_COMMANDS,
  MAX_TIMEOUT_SECS,
  MAX_WAITING_COMMANDS,
} from '@ops/protocol/domain/command.ts';
import type { OutputStream } from '@ops/protocol/domain/command.ts';
import type { Disk } from '@ops/runtime/disk.ts';
import type { Log } from '@ops/runtime/log.ts';

import { GATHER_MS } from '../executor/kept-output.ts';
import type { KeptChunk } from './journal.ts';
import { readRecord, readRecords, RECORD_HEAD_BYTES, writeRecord } from './record.ts';

/** An output up to this many bytes needs no file. Most commands print less, and a thousand results fit in memory. */
export const INLINE_BYTES = 4 * 1024;
/** … in at most so many chunks. */
export const INLINE_CHUNKS = 64;
/** Everything all running and waiting commands may keep, both streams: 136 MiB. */
export const MAX_SPOOL_BYTES =
  (MAX_RUNNING_COMMANDS + MAX_WAITING_COMMANDS) * 2 * (KEPT_HEAD_BYTES + KEPT_TAIL_BYTES);
/** Chunks of one command: those of the longest one, both streams given out as often as they may be, and the tails. */
export const MAX_CHUNKS = (2 * MAX_TIMEOUT_SECS * 1000) / GATHER_MS + 64;

export interface CommandOutput {
  /** Chunks kept so far. */
  readonly chunks: number;
  /** True: a chunk could not be kept, and none is after it. */
  readonly isCut: boolean;
  /** Bytes kept of a stream. */
  bytesOf(stream: OutputStream): number;
  /** Never throws. */
  append(stream: OutputStream, bytes: Buffer): void;
  /** @returns undefined when there is no such chunk, or it can no more be read */
  read(number: number): Promise<KeptChunk | undefined>;
  /** On disk when resolved, unless it is small: then it is returned, and belongs into the journal. Never rejects. */
  finish(): Promise<readonly KeptChunk[] | undefined>;
}

export interface OutputSpool {
  /** Of a command that is about to run. */
  begin(commandId: string): CommandOutput;
  /** Of a command that began in this or an earlier process, or of one whose small output the journal holds. */
  of(commandId: string, inline?: readonly KeptChunk[]): Promise<CommandOutput>;
  /** The server has it. Never rejects. */
  remove(commandId: string): Promise<void>;
}

export interface OutputSpoolNeeds {
  readonly disk: Disk;
  /** Of its own; made when it is missing. */
  readonly directory: string;
  readonly log: Log;
  /** Commands whose output is still wanted; what others left is removed. */
  readonly keep: ReadonlySet<string>;
}

const STREAM_BYTE: Readonly<Record<OutputStream, number>> = { stdout: 1, stderr: 2 };

function chunkRecord(number: number, { stream, bytes }: KeptChunk): Buffer {
  return writeRecord(number, Buffer.concat([Buffer.from([STREAM_BYTE[stream]]), bytes]));
}

function chunkOf(body: Buffer): KeptChunk {
  return { stream: body[0] === STREAM_BYTE.stderr ? 'stderr' : 'stdout', bytes: body.subarray(1) };
}

interface Place {
  readonly stream: OutputStream;
  readonly offset: number;
  readonly length: number;
  /** Until it is on disk. */
  bytes: Buffer | undefined;
}

export async function openOutputSpool(needs: OutputSpoolNeeds): Promise<OutputSpool> {
  const { disk, directory, log, keep } = needs;
  const outputs = new Map<
    string,
    { readonly output: CommandOutput; readonly size: () => number; readonly hasFile: () => boolean }
  >();
  let failing = false;

  const total = (): number => outputs.values().reduce((sum, { size }) => sum + size(), 0);

  function failed(error: unknown): void {
    if (!failing) log.warn('Output of commands cannot be kept', { directory, error });
    failing = true;
  }

  function create(commandId: string, places: Place[], inFile: boolean): CommandOutput {
    const path = join(directory, commandId);
    let size = places.reduce((sum, { length }) => sum + RECORD_HEAD_BYTES + 1 + length, 0);
    let isCut = false;
    /** Chunks from this one on are only in memory. */
    let written = inFile ? places.length : 0;
    let hasFile = inFile;
    let writing: Promise<void> | undefined;

    const isSmall = (): boolean =>
      !hasFile &&
      size <= INLINE_BYTES + places.length * (RECORD_HEAD_BYTES + 1) &&
      places.length <= INLINE_CHUNKS;

    async function writeOut(): Promise<void> {
      while (written < places.length && !isCut) {
        const from = written;
        const batch = places.slice(from);
        const records = batch.map(({ stream, bytes }, i) => chunkRecord(from + i, { stream, bytes: bytes! }));
        try {
          // The first one makes the file, durably, so that flushing the file is enough later.
          await disk.append(path, Buffer.concat(records), { sync: !hasFile });
          hasFile = true;
          failing = false;
        } catch (cause) {
          cut(from, cause);
          break;
        }
        written = from + batch.length;
        for (const place of batch) place.bytes = undefined;
      }
      writing = undefined;
    }

    /** Half a chunk may be on disk: nothing may follow it. */
    function cut(from: number, cause: unknown): void {
      isCut = true;
      places.length = from;
      failed(cause);
    }

    const output: CommandOutput = {
      get chunks() {
        return places.length;
      },
      get isCut() {
        return isCut;
      },
      bytesOf: (stream) => places.reduce((sum, one) => sum + (one.stream === stream ? one.length : 0), 0),
      append(stream, bytes) {
        if (isCut) return;
        const more = RECORD_HEAD_BYTES + 1 + bytes.length;
        if (places.length >= MAX_CHUNKS || total() + more > MAX_SPOOL_BYTES) {
          isCut = true;
          return;
        }
        places.push({ stream, offset: size, length: bytes.length, bytes });
        size += more;
        if (!isSmall()) writing ??= writeOut();
      },
      async read(number) {
        const place = places[number];
        if (!place) return undefined;
        if (place.bytes) return { stream: place.stream, bytes: place.bytes };
        try {
          const length = RECORD_HEAD_BYTES + 1 + place.length;
          const part = await disk.readPart(path, place.offset, length);
          const record = part && readRecord(part, 0);
          return record?.number === number ? chunkOf(record.body) : undefined;
        } catch (cause) {
          failed(cause);
          return undefined;
        }
      },
      async finish() {
        await writing;
        if (isSmall()) return places.map(({ stream, bytes }) => ({ stream, bytes: bytes! }));
        if (places.length === 0) return [];
        try {
          await disk.append(path, '', { sync: true });
        } catch (cause) {
          // Each chunk has its sum: what did not get there is noticed when it is read.
          failed(cause);
        }
        return undefined;
      },
    };
    outputs.set(commandId, { output, size: () => size, hasFile: () => hasFile || writing !== undefined });
    return output;
  }

  /** What an earlier process left, up to the first place that cannot be read. */
  async function load(commandId: string): Promise<Place[]> {
    const bytes = (await disk.read(join(directory, commandId))) ?? Buffer.alloc(0);
    const places: Place[] = [];
    for (const { number, body, offset } of readRecords(bytes).records) {
      if (number !== places.length) break;
      places.push({ stream: chunkOf(body).stream, offset, length: body.length - 1, bytes: undefined });
    }
    return places;
  }

  async function removeLeftovers(): Promise<void> {
    await disk.makeDirectory(directory);
    for (const name of await disk.list(directory))
      if (!keep.has(name)) await disk.remove(join(directory, name));
  }

  await removeLeftovers().catch(failed);

  return {
    begin: (commandId) => create(commandId, [], false),
    async of(commandId, inline) {
      const known = outputs.get(commandId);
      if (known) return known.output;
      if (inline) {
        const output = create(commandId, [], false);
        for (const { stream, bytes } of inline) output.append(stream, bytes);
        return output;
      }
      const places = await load(commandId).catch((cause: unknown) => {
        failed(cause);
        return [];
      });
      return create(commandId, places, true);
    },
    async remove(commandId) {
      const known = outputs.get(commandId);
      outputs.delete(commandId);
      if (known?.hasFile() === false) return;
      await disk.remove(join(directory, commandId)).catch(failed);
    },
  };
}
