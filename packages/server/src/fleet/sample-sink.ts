/** Where the fleet hands samples on to. Implemented by metrics/rollup.ts: a feature imports the fleet, never the reverse. */
import type { SampleNumbers, TimedSample } from '@ops/protocol/domain/sample.ts';

export interface SampleSink {
  /** A sample of now, taken at `atMs` by the client's clock. Cheap, never throws. */
  live(clientId: string, sample: SampleNumbers, atMs: number): void;
  /** As `FleetInbox.backlog`. */
  backlog(clientId: string, samples: readonly TimedSample[]): Promise<void>;
  /** Deletes everything kept of a client. @throws OpsError `storage_unavailable` */
  forget(clientId: string): Promise<void>;
}
