/**
 * Frames on a byte stream.
 *
 *   u32be length ‖ body                     before auth_ok, and always when authentication is off
 *   u32be (n + 32) ‖ body[n] ‖ mac[32]      after auth_ok, in both directions
 *
 * The announced length is judged against the limit of the moment before a byte of the body is kept, and memory
 * grows with what has arrived, never with what was announced.
 */
import type { KeyObject } from 'node:crypto';

import { FrameMac } from './frame-mac.ts';
import { LENGTH_BYTES, MAC_BYTES } from './limits.ts';
import { WireError } from './wire-error.ts';

const EMPTY = Buffer.alloc(0);

/** Cuts a stream into frame bodies. Pulled, so that a change of limit or key applies to the very next frame. */
export class FrameReader {
  #limit: number;
  #mac: FrameMac | undefined;
  #buffer: Buffer = EMPTY;
  #start = 0;
  #end = 0;

  /** @param limit largest body in bytes, without the MAC */
  constructor(limit: number) {
    this.#limit = limit;
  }

  set limit(bytes: number) {
    this.#limit = bytes;
  }

  /** From the next frame on each carries a MAC by this key, with sequence numbers from 0. */
  protect(key: KeyObject): void {
    this.#mac = new FrameMac(key);
  }

  /** Bytes kept for an unfinished frame. */
  get pending(): number {
    return this.#end - this.#start;
  }

  /** Takes a chunk. The chunk must not be written to afterwards. */
  push(chunk: Buffer): void {
    const kept = this.#end - this.#start;
    if (kept === 0) {
      this.#buffer = chunk;
      this.#start = 0;
      this.#end = chunk.length;
      return;
    }
    const needed = kept + chunk.length;
    if (this.#end + chunk.length > this.#buffer.length) {
      // Double, so that a frame sent byte by byte is copied a bounded number of times.
      const grown = Buffer.allocUnsafe(Math.max(needed, kept * 2));
      this.#buffer.copy(grown, 0, this.#start, this.#end);
      this.#buffer = grown;
      this.#start = 0;
      this.#end = kept;
    }
    chunk.copy(this.#buffer, this.#end);
    this.#end += chunk.length;
  }

  /**
   * The next whole body, or undefined when more bytes are needed. A view: use it before the next chunk.
   * @param chunk what came just now, in place of a `push`. Most chunks are one whole frame: nothing is kept of those
   * @throws WireError `frame_size` or `mac`; the stream is then beyond repair.
   */
  next(chunk?: Buffer): Buffer | undefined {
    if (chunk) {
      const isAlone = this.#end === this.#start && chunk.length > LENGTH_BYTES;
      if (isAlone && chunk.readUInt32BE(0) === chunk.length - LENGTH_BYTES) return this.#body(chunk, 0);
      this.push(chunk);
    }
    const available = this.#end - this.#start;
    if (available < LENGTH_BYTES) return undefined;
    const whole = LENGTH_BYTES + this.#overhead + this.#bodyLength(this.#buffer, this.#start);
    if (available < whole) return undefined;
    const body = this.#body(this.#buffer, this.#start);
    this.#start += whole;
    if (this.#start === this.#end) {
      this.#buffer = EMPTY;
      this.#start = this.#end = 0;
    }
    return body;
  }

  get #overhead(): number {
    return this.#mac ? MAC_BYTES : 0;
  }

  #bodyLength(buffer: Buffer, at: number): number {
    const length = buffer.readUInt32BE(at) - this.#overhead;
    if (length < 1 || length > this.#limit) {
      throw new WireError('frame_size', `a frame of ${length} bytes where 1 to ${this.#limit} are allowed`);
    }
    return length;
  }

  /** Of the whole frame at `at`. */
  #body(buffer: Buffer, at: number): Buffer {
    const from = at + LENGTH_BYTES;
    const to = from + this.#bodyLength(buffer, at);
    const body = buffer.subarray(from, to);
    if (this.#mac && !this.#mac.check(body, buffer, to)) {
      throw new WireError('mac', 'a frame was altered, repeated, skipped or made by someone else');
    }
    return body;
  }
}

/** Wraps bodies into frames. */
export class FrameWriter {
  #mac: FrameMac | undefined;

  /** From the next frame on each carries a MAC by this key, with sequence numbers from 0. */
  protect(key: KeyObject): void {
    this.#mac = new FrameMac(key);
  }

  /** One frame, ready to be written in one call. */
  frame(body: Buffer): Buffer {
    const overhead = this.#mac ? MAC_BYTES : 0;
    const out = Buffer.allocUnsafe(LENGTH_BYTES + body.length + overhead);
    out.writeUInt32BE(body.length + overhead, 0);
    out.set(body, LENGTH_BYTES);
    this.#mac?.write(body, out, LENGTH_BYTES + body.length);
    return out;
  }
}
