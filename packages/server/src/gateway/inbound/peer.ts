import type { Allowance } from '../allowance.ts';
import type { KeptSamples } from './samples.ts';

/** A registered connection, as the handlers of its messages see it. */
export interface Peer {
  readonly clientId: string;
  /** Monotonic milliseconds at which the message being handled arrived. */
  readonly lastFrameAt: number;
  readonly heartbeats: Allowance;
  readonly changes: Allowance;
  /** Made by the first `samples` frame. */
  kept: KeptSamples | undefined;
  /** Does nothing once the connection is closing. */
  send(body: Buffer): void;
  /** Stops reading from the client … */
  hold(): void;
  /** … and goes on. Harmless without `hold`. */
  release(): void;
}
