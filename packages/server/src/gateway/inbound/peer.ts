import type { FleetSeat } from '../../fleet/fleet.ts';
import type { Allowance } from '../allowance.ts';
import type { KeptSamples } from './samples.ts';

/** Why nothing is read from a client: what it sent waits for the disk, or comes too fast. A bit for each. */
export const HOLD = { samples: 1, output: 2, pace: 4, enrol: 8, upgrade: 16 } as const;
export type HoldReason = keyof typeof HOLD;

/** A registered connection, as the handlers of its messages see it. */
export interface Peer {
  readonly clientId: string;
  /** What the fleet gave it when it registered; undefined when the fleet closed it in that moment. */
  readonly seat: FleetSeat | undefined;
  /** Monotonic milliseconds at which the message being handled arrived. */
  readonly lastFrameAt: number;
  readonly heartbeats: Allowance;
  readonly changes: Allowance;
  readonly answers: Allowance;
  readonly outputFrames: Allowance;
  /** Made by the first `samples` frame. */
  kept: KeptSamples | undefined;
  /** Does nothing once the connection is closing. */
  send(body: Buffer): void;
  /** Stops reading from the client … */
  hold(why: HoldReason): void;
  /** … and goes on, when nothing else holds it. Harmless without `hold`. */
  release(why: HoldReason): void;
}
