/**
 * What waits to be sent to one client, bounded. Frames go straight to the socket; those the kernel has not taken yet
 * wait in it, and here is only counted how many they are. A client that does not read costs MAX_QUEUED_BYTES, then its
 * connection.
 */
import type { KeyObject } from 'node:crypto';

import { FrameWriter } from '@ops/protocol/wire/frame.ts';
import { MAX_QUEUED_BYTES, MAX_QUEUED_FRAMES } from '@ops/protocol/wire/limits.ts';

export interface Outlet {
  /** Bytes given to `write` that the kernel has not taken. */
  readonly writableLength: number;
  write(bytes: Buffer): unknown;
}

export class SendQueue {
  readonly #outlet: Outlet;
  readonly #writer = new FrameWriter();
  /** Lengths of the frames that may still wait, oldest first; made only once something waits. */
  #waiting: number[] | undefined;
  #waitingBytes = 0;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  /** From the next frame on each carries a MAC. */
  protect(key: KeyObject): void {
    this.#writer.protect(key);
  }

  /** Sends one frame. @returns its length, or 0 when too much waits already: the client is then to be disconnected */
  send(body: Buffer): number {
    const frame = this.#writer.frame(body);
    const outlet = this.#outlet;
    if (outlet.writableLength > 0) {
      this.#settle();
      const frames = this.#waiting?.length ?? 0;
      if (frames >= MAX_QUEUED_FRAMES || outlet.writableLength + frame.length > MAX_QUEUED_BYTES) return 0;
    }
    outlet.write(frame);
    if (outlet.writableLength > 0) {
      (this.#waiting ??= []).push(frame.length);
      this.#waitingBytes += frame.length;
    }
    return frame.length;
  }

  /** Frames that wait now. */
  get frames(): number {
    this.#settle();
    return this.#waiting?.length ?? 0;
  }

  /** Forgets the frames the kernel has taken: the oldest, as long as what is left covers what waits. */
  #settle(): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    const left = this.#outlet.writableLength;
    let taken = 0;
    while (taken < waiting.length && this.#waitingBytes - waiting[taken]! >= left) {
      this.#waitingBytes -= waiting[taken]!;
      taken++;
    }
    if (taken === waiting.length) this.#waiting = undefined;
    else if (taken > 0) waiting.splice(0, taken);
  }
}
