/**
 * One end of an ops connection in the hands of a test: sends what it is told, well-formed or not, and reads strictly
 * (MAC, JSON, schema, direction, phase). The client's and the server's side are in fake-client.ts and fake-server.ts.
 */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

import { CHANNEL_BINDING_BYTES, CHANNEL_BINDING_LABEL } from '@ops/protocol/wire/handshake.ts';
import type { SessionKeys } from '@ops/protocol/wire/handshake.ts';
import { FrameReader, FrameWriter } from '@ops/protocol/wire/frame.ts';
import { FRAME_LIMITS, writeMessage } from '@ops/protocol/wire/messages.ts';
import type { Message, Phase } from '@ops/protocol/wire/messages.ts';
import { systemClock } from '@ops/runtime/clock.ts';

import { DEFAULT_WITHIN_MS, within } from './until.ts';

/** Frames a peer keeps; a test that needs more should look at them as they come. */
const MAX_KEPT_FRAMES = 100_000;

export interface ReceivedFrame<In extends Message> {
  readonly body: Buffer;
  /** Absent when the body was refused. */
  readonly message: In | undefined;
  /** Why the body was refused. */
  readonly problem: Error | undefined;
}

/** How a connection ended. */
export interface Ending {
  /** `ECONNRESET` and the like; undefined after an orderly end. */
  readonly error: Error | undefined;
}

export interface PeerOptions<In extends Message> {
  readonly socket: Socket;
  readonly read: (body: Buffer, phase: Phase) => In;
  /** Sees each message as it is read, before the frame behind it is looked at. */
  readonly onMessage?: (message: In, body: Buffer) => void;
}

type OfType<M extends Message, T extends M['type']> = Extract<M, { type: T }>;

export class ScriptedPeer<In extends Message, Out extends Message> {
  readonly socket: Socket;
  /** Every frame so far, oldest first. */
  readonly received: ReceivedFrame<In>[] = [];
  /** Resolves when the socket is closed, whoever closed it. Never rejects. */
  readonly closed: Promise<Ending>;
  #reader = new FrameReader(FRAME_LIMITS.ready);
  #writer = new FrameWriter();
  #phase: Phase = 'greeting';
  #taken = 0;
  #error: Error | undefined;
  #isClosed = false;
  #broken = false;
  #wake: (() => void)[] = [];
  readonly #options: PeerOptions<In>;

  constructor(options: PeerOptions<In>) {
    this.#options = options;
    this.socket = options.socket;
    const { socket } = options;
    socket.setNoDelay(true);
    socket.on('error', (error) => (this.#error ??= error));
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#isClosed = true;
        this.#wakeAll();
        resolve({ error: this.#error });
      });
    });
  }

  /** Where the conversation is: decides which messages are read without complaint. */
  get phase(): Phase {
    return this.#phase;
  }

  set phase(phase: Phase) {
    this.#phase = phase;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Bytes handed to the socket that the kernel has not taken yet. */
  get unsent(): number {
    return this.socket.writableLength;
  }

  /** The value the handshake is bound to: 32 exporter bytes under TLS, none otherwise. */
  channelBinding(): Buffer {
    if (!isTls(this.socket)) return Buffer.alloc(0);
    return this.socket.exportKeyingMaterial(CHANNEL_BINDING_BYTES, CHANNEL_BINDING_LABEL, Buffer.alloc(0));
  }

  get mode(): 'plain' | 'tls' {
    return isTls(this.socket) ? 'tls' : 'plain';
  }

  /** From the next frame on both directions carry MACs; `side` is who we are. */
  protect(keys: SessionKeys, side: 'client' | 'server'): void {
    const [own, other] =
      side === 'client'
        ? [keys.clientToServer, keys.serverToClient]
        : [keys.serverToClient, keys.clientToServer];
    this.#writer.protect(own);
    this.#reader.protect(other);
  }

  /** The bytes a message would be sent as. With authentication on this uses up a sequence number. */
  frame(message: Out): Buffer {
    return this.#writer.frame(writeMessage(message));
  }

  send(message: Out): void {
    this.sendRaw(this.frame(message));
  }

  /** A well-formed frame around any body: broken JSON, unknown types, wrong fields. */
  sendBody(body: Buffer | string): void {
    this.sendRaw(this.#writer.frame(Buffer.from(body)));
  }

  /** Any bytes, unframed. */
  sendRaw(bytes: Buffer | string): void {
    this.socket.write(bytes);
  }

  /** The first `bytes` bytes of a message's frame, and nothing behind them. */
  sendCut(message: Out, bytes: number): void {
    this.sendRaw(this.frame(message).subarray(0, bytes));
  }

  /** The next frame that was not taken yet, which must be of this type. @throws Error that tells what came instead */
  async expect<T extends In['type']>(type: T, wait: { within?: number } = {}): Promise<OfType<In, T>> {
    const frame = await this.#next(type, wait.within);
    if (!isOfType<In, T>(frame.message, type)) {
      throw new Error(`expected ${type} but got ${describeFrame(frame)}; before it: ${this.#history()}`, {
        cause: frame.problem,
      });
    }
    return frame.message;
  }

  /** The next message of this type (that `where` accepts); everything before it is passed over. */
  async waitFor<T extends In['type']>(
    type: T,
    wait: { within?: number; where?: (message: OfType<In, T>) => boolean } = {},
  ): Promise<OfType<In, T>> {
    const limit = wait.within ?? DEFAULT_WITHIN_MS;
    const end = systemClock.mono() + limit;
    for (;;) {
      const { message } = await this.#next(type, end - systemClock.mono());
      if (isOfType<In, T>(message, type) && (wait.where?.(message) ?? true)) return message;
    }
  }

  /** Messages of one type received so far. */
  messages<T extends In['type']>(type: T): OfType<In, T>[] {
    return this.received.flatMap(({ message }) => (isOfType<In, T>(message, type) ? [message] : []));
  }

  /** Waits until the other side has closed. @throws Error when it has not in time */
  expectClosed(wait: { within?: number } = {}): Promise<Ending> {
    return within(this.closed, { ...wait, what: `the connection to close; so far: ${this.#history()}` });
  }

  /** Stops reading: what the other side writes piles up there. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Ends politely (FIN after what is unsent) and waits until the socket is closed. */
  async close(): Promise<void> {
    this.socket.end();
    this.socket.resume();
    const timer = within(this.closed, { within: 1_000, what: 'close' });
    await timer.catch(() => this.destroy());
    await this.closed;
  }

  /** Ends at once. */
  destroy(): void {
    this.socket.destroy();
  }

  /** Ends with a reset (RST), as a crashed host's kernel answers. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  #read(chunk: Buffer): void {
    if (this.#broken) return;
    this.#reader.push(chunk);
    try {
      for (let body = this.#reader.next(); body; body = this.#reader.next()) this.#take(Buffer.from(body));
    } catch (cause) {
      this.#broken = true;
      this.#keep({ body: chunk, message: undefined, problem: asError(cause) });
    }
    this.#wakeAll();
  }

  #take(body: Buffer): void {
    try {
      const message = this.#options.read(body, this.#phase);
      this.#options.onMessage?.(message, body);
      this.#keep({ body, message, problem: undefined });
    } catch (cause) {
      this.#keep({ body, message: undefined, problem: asError(cause) });
    }
  }

  #keep(frame: ReceivedFrame<In>): void {
    if (this.received.length >= MAX_KEPT_FRAMES) throw new Error(`more than ${MAX_KEPT_FRAMES} frames came`);
    this.received.push(frame);
  }

  async #next(what: string, limit = DEFAULT_WITHIN_MS): Promise<ReceivedFrame<In>> {
    const end = systemClock.mono() + limit;
    while (this.#taken >= this.received.length) {
      if (this.#isClosed) {
        const how = this.#error ? ` (${this.#error.message})` : '';
        throw new Error(
          `expected ${what} but the connection was closed${how}; before it: ${this.#history()}`,
        );
      }
      const arrival = new Promise<void>((resolve) => this.#wake.push(resolve));
      const left = Math.max(1, Math.ceil(end - systemClock.mono()));
      await within(arrival, { within: left, what: `${what}; so far: ${this.#history()}` });
    }
    return this.received[this.#taken++]!;
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  #history(): string {
    return this.received.slice(-8).map(describeFrame).join(', ') || 'nothing';
  }
}

function describeFrame(frame: ReceivedFrame<Message>): string {
  if (!frame.message) return `a refused frame (${frame.problem?.message})`;
  const { message } = frame;
  return 'code' in message ? `${message.type} ${message.code}` : message.type;
}

function isOfType<M extends Message, T extends M['type']>(
  message: M | undefined,
  type: T,
): message is OfType<M, T> {
  return message?.type === type;
}

function isTls(socket: Socket | TLSSocket): socket is TLSSocket {
  return 'encrypted' in socket;
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}
