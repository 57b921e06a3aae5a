/** A byte stream to the server, as the link sees it: dial.ts makes real ones, the simulation its own. */
import type { HandshakeMode } from '@ops/protocol/wire/handshake.ts';

export interface WireEvents {
  data(chunk: Buffer): void;
  /** Everything handed over has been taken by the kernel. */
  drained(): void;
  /** Once, and nothing after it. Undefined: the other side closed in order. */
  closed(error: Error | undefined): void;
}

export interface Wire {
  readonly mode: HandshakeMode;
  /** The 32 exporter bytes under TLS, empty otherwise. */
  readonly channelBinding: Buffer;
  /** Bytes handed over that the kernel has not taken yet. */
  readonly unsent: number;
  /** Starts reading. Nothing is read before, and nothing is called before this returns. */
  open(events: WireEvents): void;
  write(bytes: Buffer): void;
  /** Closes when everything handed over has been sent. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}

/** Makes one connection. @throws LinkFailure `unreachable` or `untrusted`; also when the signal aborts */
export type Dial = (signal: AbortSignal) => Promise<Wire>;
