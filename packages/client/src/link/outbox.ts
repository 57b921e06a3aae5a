/**
 * What goes out on one connection. Messages are written at once; bulk (kept samples, output of commands) only when the kernel has taken
 * everything before it, so that a heartbeat never waits behind more than one bulk frame. Both are bounded: a server
 * that does not read costs this connection, not this host's memory.
 */
import type { KeyObject } from 'node:crypto';

import { FrameWriter } from '@ops/protocol/wire/frame.ts';
import { MAX_QUEUED_BYTES, MAX_QUEUED_FRAMES } from '@ops/protocol/wire/limits.ts';
import { writeMessage } from '@ops/protocol/wire/messages.ts';
import type { ClientMessage } from '@ops/protocol/wire/messages.ts';

import { LinkFailure } from './failure.ts';
import type { Wire } from './wire.ts';

export interface Outbox {
  /** From the next frame on each carries a MAC by this key. */
  protect(key: KeyObject): void;
  /** @throws LinkFailure when too much is unsent */
  send(message: ClientMessage): void;
  /** @param taken called when it is on its way. @throws LinkFailure when too much is queued */
  sendBulk(message: ClientMessage, taken?: () => void): void;
  /** The kernel has taken everything. */
  drained(): void;
}

export function createOutbox(wire: Wire): Outbox {
  const writer = new FrameWriter();
  /** Bodies: framed when written, because the MAC counts frames in the order of the wire. */
  const bulk: { readonly body: Buffer; readonly taken: (() => void) | undefined }[] = [];
  let bulkBytes = 0;

  function bound(more: number, frames: number): void {
    if (wire.unsent + bulkBytes + more > MAX_QUEUED_BYTES || frames > MAX_QUEUED_FRAMES) {
      throw new LinkFailure('lost', 'The server does not read what this client sends');
    }
  }

  function drained(): void {
    while (bulk.length > 0 && wire.unsent === 0) {
      const { body, taken } = bulk.shift()!;
      bulkBytes -= body.length;
      wire.write(writer.frame(body));
      taken?.();
    }
  }

  return {
    protect: (key) => writer.protect(key),
    send(message) {
      const frame = writer.frame(writeMessage(message));
      bound(frame.length, 0);
      wire.write(frame);
    },
    sendBulk(message, taken) {
      const body = writeMessage(message);
      bound(body.length, bulk.length + 1);
      bulk.push({ body, taken });
      bulkBytes += body.length;
      drained();
    },
    drained,
  };
}
