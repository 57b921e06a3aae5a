import type { Outlet } from './send-queue.ts';

/** What a connection needs of a TCP or TLS socket. */
export interface ByteSocket extends Outlet {
  on(event: 'data', call: (chunk: Buffer) => void): unknown;
  on(event: 'close', call: () => void): unknown;
  on(event: 'error', call: (error: Error) => void): unknown;
  /** Closes our side once everything written is on its way. */
  end(): unknown;
  /** Closes at once. */
  destroy(): unknown;
  pause(): unknown;
  resume(): unknown;
}
