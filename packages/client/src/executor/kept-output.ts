/**
 * What is kept of a command's output: of each stream the first KEPT_HEAD_BYTES, given out in chunks as they come, and
 * the last KEPT_TAIL_BYTES, given out at the end; between them a gap that is only counted. Memory is bounded whatever
 * the command writes.
 *
 *   bytes ─► head: gathered a moment, cut between characters ─► emit
 *      └───► tail: a ring, once the head is full ──finish──────► emit
 */
import { KEPT_HEAD_BYTES, KEPT_TAIL_BYTES, MAX_OUTPUT_CHUNK } from '@ops/protocol/domain/command.ts';
import type { OutputStream } from '@ops/protocol/domain/command.ts';
import type { Clock, Timer } from '@ops/runtime/clock.ts';

/** Small writes are gathered for this long, or until there are so many bytes: `date` is one chunk. */
export const GATHER_MS = 50;
export const GATHER_BYTES = 16 * 1024;

export interface OutputChunk {
  readonly stream: OutputStream;
  readonly bytes: Buffer;
}

export interface KeptOutputTotals {
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
  readonly truncated: boolean;
}

export interface KeptOutput {
  /** The bytes may be written to afterwards. */
  write(stream: OutputStream, bytes: Buffer): void;
  /** Gives out what is left. Nothing may be written afterwards. */
  finish(): KeptOutputTotals;
}

/** How many bytes at the end are the beginning of a UTF-8 character whose rest has not come: 0 to 3. */
export function unfinishedCharacter(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? back : 0;
    }
    if (byte < 0x80) return 0;
  }
  return 0;
}

class Stream {
  readonly #name: OutputStream;
  readonly #clock: Clock;
  readonly #emit: (chunk: OutputChunk) => void;
  /** Bytes of the head that wait to be given out; most commands never write to one of their streams. */
  #buffer: Buffer | undefined;
  #gatheredBytes = 0;
  #timer: Timer | undefined;
  #head = 0;
  #ring: Buffer | undefined;
  #total = 0;

  constructor(name: OutputStream, clock: Clock, emit: (chunk: OutputChunk) => void) {
    this.#name = name;
    this.#clock = clock;
    this.#emit = emit;
  }

  get #gathered(): Buffer {
    return (this.#buffer ??= Buffer.allocUnsafeSlow(GATHER_BYTES));
  }

  get total(): number {
    return this.#total;
  }

  get truncated(): boolean {
    return this.#total > KEPT_HEAD_BYTES + KEPT_TAIL_BYTES;
  }

  write(bytes: Buffer): void {
    this.#total += bytes.length;
    const room = KEPT_HEAD_BYTES - this.#head;
    if (room > 0) this.#gather(bytes.subarray(0, room));
    if (bytes.length > room) this.#remember(bytes.subarray(room));
  }

  finish(): void {
    this.#timer?.cancel();
    this.#giveOut(0);
    const { ring } = this.#tail();
    for (let at = 0; at < ring.length; at += MAX_OUTPUT_CHUNK) {
      this.#emit({ stream: this.#name, bytes: ring.subarray(at, at + MAX_OUTPUT_CHUNK) });
    }
  }

  #gather(bytes: Buffer): void {
    this.#head += bytes.length;
    for (let at = 0; at < bytes.length;) {
      const taken = bytes.copy(this.#gathered, this.#gatheredBytes, at);
      this.#gatheredBytes += taken;
      at += taken;
      if (this.#gatheredBytes === GATHER_BYTES) this.#giveOut(this.#unfinished());
    }
    if (this.#head === KEPT_HEAD_BYTES) this.#giveOut(0);
    else if (this.#gatheredBytes > 0) this.#later();
  }

  #unfinished(): number {
    return unfinishedCharacter(this.#gathered.subarray(0, this.#gatheredBytes));
  }

  #later(): void {
    this.#timer ??= this.#clock.after(GATHER_MS, () => {
      this.#timer = undefined;
      const held = this.#unfinished();
      // A character whose rest does not come waits until something does.
      this.#giveOut(held);
    });
  }

  /** All but the last `held` bytes. */
  #giveOut(held: number): void {
    const bytes = this.#gatheredBytes - held;
    if (bytes > 0) this.#emit({ stream: this.#name, bytes: Buffer.from(this.#gathered.subarray(0, bytes)) });
    this.#gathered.copyWithin(0, bytes, this.#gatheredBytes);
    this.#gatheredBytes = held;
  }

  #remember(bytes: Buffer): void {
    const ring = (this.#ring ??= Buffer.allocUnsafeSlow(KEPT_TAIL_BYTES));
    const from = Math.max(0, bytes.length - KEPT_TAIL_BYTES);
    // Position of a byte in the ring: its place after the head, modulo the ring.
    let place = (this.#total - KEPT_HEAD_BYTES - (bytes.length - from)) % KEPT_TAIL_BYTES;
    for (let at = from; at < bytes.length;) {
      const taken = bytes.copy(ring, place, at);
      at += taken;
      place = (place + taken) % KEPT_TAIL_BYTES;
    }
  }

  #tail(): { readonly ring: Buffer } {
    const after = this.#total - this.#head;
    if (!this.#ring || after === 0) return { ring: Buffer.alloc(0) };
    if (after <= KEPT_TAIL_BYTES) return { ring: this.#ring.subarray(0, after) };
    const oldest = after % KEPT_TAIL_BYTES;
    return { ring: Buffer.concat([this.#ring.subarray(oldest), this.#ring.subarray(0, oldest)]) };
  }
}

export function createKeptOutput(needs: {
  readonly clock: Clock;
  readonly emit: (chunk: OutputChunk) => void;
}): KeptOutput {
  const streams = new Map<OutputStream, Stream>();
  const of = (name: OutputStream): Stream => {
    let stream = streams.get(name);
    if (!stream) streams.set(name, (stream = new Stream(name, needs.clock, needs.emit)));
    return stream;
  };
  return {
    write: (name, bytes) => of(name).write(bytes),
    finish() {
      for (const stream of streams.values()) stream.finish();
      return {
        stdoutBytes: streams.get('stdout')?.total ?? 0,
        stderrBytes: streams.get('stderr')?.total ?? 0,
        truncated: [...streams.values()].some((stream) => stream.truncated),
      };
    },
  };
}
