/** Where the fleet hands samples on to. Implemented by metrics/rollup.ts: a feature imports the fleet, never the reverse. */
import type { TimedSample } from '@ops/protocol/domain/sample.ts';

export interface LiveSamples {
  /** The figures (protocol's figures.ts) of a sample of now, taken at `atMs` by the client's clock. Cheap, never throws. */
  add(figures: Float64Array, atMs: number): void;
}

export interface SampleSink {
  /** Where the samples of a client that has connected go. */
  live(clientId: string): LiveSamples;
  /** As `FleetInbox.backlog`. */
  backlog(clientId: string, samples: readonly TimedSample[]): Promise<void>;
  /** Deletes everything kept of a client. @throws OpsError `storage_unavailable` */
  forget(clientId: string): Promise<void>;
}
