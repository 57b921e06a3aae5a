/** One connection of a simulated client: socket, frames and counts. It ends once, with a reason. */
import { createSecretKey } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

import type { SessionKeys } from '@ops/protocol/wire/handshake.ts';
import { FrameReader, FrameWriter } from '@ops/protocol/wire/frame.ts';
import { FRAME_LIMITS } from '@ops/protocol/wire/messages.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import type { FleetCounters } from './fleet-counters.ts';

/** Bare frames carry a MAC as well, so that they are of the same size and cost the sender the same. */
const BARE_KEY = createSecretKey(Buffer.alloc(32));

export interface LinkNeeds {
  readonly host: string;
  readonly port: number;
  readonly localAddress: string;
  /** True: answers are only counted, whatever is in them. */
  readonly bare: boolean;
  /** Where all sockets read into: what came is copied out, which costs less than a buffer for each. */
  readonly readBuffer: Buffer;
  readonly counters: FleetCounters;
  readonly clock: Clock;
}

export interface LinkEvents {
  connected(): void;
  /** @throws Error to end the link */
  frame(body: Buffer): void;
  /** The socket is gone, or is about to be: `reason` as it is counted. */
  ended(reason: string): void;
}

export class SimulatedLink {
  readonly #counters: FleetCounters;
  readonly #clock: Clock;
  readonly #socket: Socket;
  readonly #events: LinkEvents;
  readonly #reader = new FrameReader(FRAME_LIMITS.ready);
  readonly #writer = new FrameWriter();
  #ended = false;
  /** Monotonic milliseconds. */
  lastFrameAt: number;

  constructor(needs: LinkNeeds, events: LinkEvents) {
    const { host, port, localAddress, counters, clock, readBuffer } = needs;
    this.#counters = counters;
    this.#clock = clock;
    this.#events = events;
    this.lastFrameAt = clock.mono();
    if (needs.bare) this.#writer.protect(BARE_KEY);
    counters.attempts++;
    counters.open++;
    const callback = (count: number): boolean => {
      this.#read(Buffer.from(readBuffer.subarray(0, count)));
      return true;
    };
    const onread = { buffer: readBuffer, callback };
    this.#socket = connect({ host, port, localAddress, noDelay: true, onread });
    let reason = 'closed by the server';
    this.#socket.once('error', (error) => (reason = 'code' in error ? String(error.code) : error.message));
    this.#socket.once('close', () => {
      counters.open--;
      this.end(reason);
    });
    this.#socket.once('connect', () => events.connected());
  }

  /** Largest body the server may send from now on. */
  set limit(bytes: number) {
    this.#reader.limit = bytes;
  }

  protect(keys: SessionKeys): void {
    this.#writer.protect(keys.clientToServer);
    this.#reader.protect(keys.serverToClient);
  }

  send(body: Buffer): void {
    this.#socket.write(this.#frame(body));
  }

  /** Several frames in one write. */
  sendAll(bodies: readonly Buffer[]): void {
    if (bodies.length === 0) return;
    const frames = bodies.map((body) => this.#frame(body));
    // One buffer costs less than a list of them does on its way through the stream.
    this.#socket.write(frames.length === 1 ? frames[0]! : Buffer.concat(frames));
  }

  /** Closes the socket at once. Harmless when it has ended. */
  end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket.destroy();
    this.#events.ended(reason);
  }

  #frame(body: Buffer): Buffer {
    const frame = this.#writer.frame(body);
    this.#counters.framesSent++;
    this.#counters.bytesSent += frame.length;
    return frame;
  }

  #read(chunk: Buffer): void {
    this.#counters.bytesReceived += chunk.length;
    this.lastFrameAt = this.#clock.mono();
    try {
      this.#reader.push(chunk);
      for (let body = this.#next(); body; body = this.#next()) {
        this.#counters.framesReceived++;
        this.#events.frame(body);
      }
    } catch (cause) {
      this.end(`refused: ${cause instanceof Error ? cause.message : 'unknown'}`);
    }
  }

  #next(): Buffer | undefined {
    return this.#ended ? undefined : this.#reader.next();
  }
}
