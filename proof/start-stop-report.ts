/** What start-stop.ts prints: everything that was there after and not before. */
export interface StartStopReport {
  readonly starts: number;
  /** Starts that were made to fail, each at a later step than the one before. */
  readonly failures: number;
  /** Kinds of active handles and requests that are more than before. */
  readonly left: readonly string[];
  readonly filesLeft: number;
  readonly threadsLeft: number;
  /** Stops that took too long or threw. */
  readonly hung: number;
}
