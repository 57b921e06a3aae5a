/** What a simulated fleet has seen: counts since its start, and round trips since the last reset. */
import { createHistogram } from 'node:perf_hooks';

export interface RoundTrips {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface FleetReport {
  readonly clients: number;
  /** Clients that are registered now. */
  readonly ready: number;
  /** Sockets that are open or opening now. */
  readonly open: number;
  readonly framesSent: number;
  readonly framesReceived: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly heartbeats: number;
  readonly acks: number;
  /** Attempts to connect, the successful ones included. */
  readonly attempts: number;
  /** Times a client became registered. */
  readonly registrations: number;
  /** Connections that were registered and ended. */
  readonly lost: number;
  /** Why attempts failed and connections ended, with how often. */
  readonly endings: Readonly<Record<string, number>>;
  /** From a heartbeat to its acknowledgement. */
  readonly roundTrips: RoundTrips;
}

export type FleetCounters = ReturnType<typeof createFleetCounters>;

const MAX_REASONS = 64;

export function createFleetCounters() {
  const roundTrips = createHistogram({ figures: 3 });
  const endings = new Map<string, number>();
  return {
    ready: 0,
    open: 0,
    framesSent: 0,
    framesReceived: 0,
    bytesSent: 0,
    bytesReceived: 0,
    heartbeats: 0,
    acks: 0,
    attempts: 0,
    registrations: 0,
    lost: 0,
    roundTrip(ms: number): void {
      roundTrips.record(Math.max(1, Math.round(ms * 1000)));
    },
    resetRoundTrips(): void {
      roundTrips.reset();
    },
    ended(reason: string): void {
      const known = endings.has(reason) || endings.size < MAX_REASONS ? reason : 'other';
      endings.set(known, (endings.get(known) ?? 0) + 1);
    },
    report(clients: number): FleetReport {
      const { count } = roundTrips;
      const ms = (microseconds: number): number => (count === 0 ? 0 : microseconds / 1000);
      return {
        clients,
        ready: this.ready,
        open: this.open,
        framesSent: this.framesSent,
        framesReceived: this.framesReceived,
        bytesSent: this.bytesSent,
        bytesReceived: this.bytesReceived,
        heartbeats: this.heartbeats,
        acks: this.acks,
        attempts: this.attempts,
        registrations: this.registrations,
        lost: this.lost,
        endings: Object.fromEntries(endings),
        roundTrips: {
          count,
          p50Ms: ms(roundTrips.percentile(50)),
          p99Ms: ms(roundTrips.percentile(99)),
          maxMs: ms(roundTrips.max),
        },
      };
    },
  };
}
