/**
 * The output of one command as it arrives: put in order, what came twice dropped, what is too much cut off, kept in
 * memory until it is stored. Chunks are numbered over both streams and taken in that order only; a gap is filled by
 * asking the client (`output_missing`), which keeps everything until the result is acknowledged.
 *
 *   stored (rows) ─────────── | pieces in memory ─────────── | next chunk
 *   0                         startOf(stream)                keptOf(stream)       (bytes of the kept stream)
 */
import { createHash, hash, type Hash } from 'node:crypto';

import {
  KEPT_HEAD_BYTES,
  KEPT_TAIL_BYTES,
  OUTPUT_STREAMS,
  type OutputStream,
} from '@ops/protocol/domain/command.ts';

import { SHA256_OF_NOTHING } from './group-key.ts';

/** Of each stream. A client that sends more breaks its own rule; the rest is counted and thrown away. */
export const MAX_KEPT_BYTES = KEPT_HEAD_BYTES + KEPT_TAIL_BYTES;

export type Taken = 'taken' | 'repeated' | 'gap' | 'over_limit';

export interface StoredPart {
  readonly stream: OutputStream;
  readonly start: number;
  readonly data: Buffer;
}

export interface Flush {
  readonly parts: readonly StoredPart[];
  /** Chunks that are stored with these parts. */
  readonly chunks: number;
  /** Bytes of each stream that are stored with these parts. */
  readonly stdoutKept: number;
  readonly stderrKept: number;
}

export interface Collector {
  /** Chunks taken; the number of the next. */
  readonly chunks: number;
  /** Bytes in memory. */
  readonly unstored: number;
  /** Of the kept stream: bytes before what is in memory, and all. */
  startOf(stream: OutputStream): number;
  keptOf(stream: OutputStream): number;
  /** The part in memory. */
  inMemory(stream: OutputStream): Buffer;
  /** Judges a chunk and keeps it when it is the next. */
  take(seq: number, stream: OutputStream, bytes: Buffer): Taken;
  /** What is to be stored now. It stays in memory until `stored`; one at a time. */
  flush(): Flush;
  stored(flush: Flush): void;
  /** SHA-256 of all kept bytes, hex; undefined when some were stored by an earlier process and are to be read. */
  digest(stream: OutputStream): string | undefined;
}

interface Stream {
  start: number;
  pieces: Buffer[];
  bytes: number;
  /** Over what is stored. Undefined: nothing is, or not by this process. */
  hash: Hash | undefined;
}

export interface StoredOutput {
  readonly chunks: number;
  readonly stdoutKept: number;
  readonly stderrKept: number;
}

const NOTHING: StoredOutput = { chunks: 0, stdoutKept: 0, stderrKept: 0 };

export function createCollector(stored: StoredOutput = NOTHING): Collector {
  return new OutputCollector(stored);
}

function emptyStream(start: number): Stream {
  return { start, pieces: [], bytes: 0, hash: undefined };
}

/** A class, as each command that is not over has one: functions of its own would be most of its memory. */
class OutputCollector implements Collector {
  readonly stdout: Stream;
  readonly stderr: Stream;
  chunks: number;

  constructor(stored: StoredOutput) {
    this.stdout = emptyStream(stored.stdoutKept);
    this.stderr = emptyStream(stored.stderrKept);
    this.chunks = stored.chunks;
  }

  get unstored(): number {
    return this.stdout.bytes + this.stderr.bytes;
  }

  startOf(stream: OutputStream): number {
    return this[stream].start;
  }

  keptOf(stream: OutputStream): number {
    return this[stream].start + this[stream].bytes;
  }

  inMemory(stream: OutputStream): Buffer {
    return joined(this[stream].pieces);
  }

  take(seq: number, stream: OutputStream, bytes: Buffer): Taken {
    if (seq < this.chunks) return 'repeated';
    if (seq > this.chunks) return 'gap';
    this.chunks++;
    if (this.keptOf(stream) + bytes.length > MAX_KEPT_BYTES) return 'over_limit';
    if (bytes.length === 0) return 'taken';
    this[stream].pieces.push(bytes);
    this[stream].bytes += bytes.length;
    return 'taken';
  }

  flush(): Flush {
    const parts: StoredPart[] = [];
    for (const stream of OUTPUT_STREAMS) {
      const { start, pieces } = this[stream];
      if (pieces.length > 0) parts.push({ stream, start, data: joined(pieces) });
    }
    const { chunks } = this;
    return { parts, chunks, stdoutKept: this.keptOf('stdout'), stderrKept: this.keptOf('stderr') };
  }

  stored(flush: Flush): void {
    for (const part of flush.parts) this.#drop(part);
  }

  digest(stream: OutputStream): string | undefined {
    const of = this[stream];
    if (of.start === 0) return of.bytes === 0 ? SHA256_OF_NOTHING : hash('sha256', joined(of.pieces), 'hex');
    const sum = of.hash?.copy();
    for (const piece of of.pieces) sum?.update(piece);
    return sum?.digest('hex');
  }

  #drop({ stream, start, data }: StoredPart): void {
    const of = this[stream];
    if (start === 0) of.hash = createHash('sha256');
    of.hash?.update(data);
    let left = data.length;
    let whole = 0;
    while (left > 0 && of.pieces[whole]!.length <= left) left -= of.pieces[whole++]!.length;
    of.pieces.splice(0, whole);
    of.start += data.length;
    of.bytes -= data.length;
  }
}

function joined(pieces: readonly Buffer[]): Buffer {
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}
