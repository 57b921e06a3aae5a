import { OpsError } from '@ops/protocol/errors.ts';

/** Password hashes computed at once: each takes 19 MiB and a thread of the pool that files and DNS need too. */
export const MAX_HASHES_RUNNING = 2;
/** Password checks that may wait for their turn; one more is told to come back. */
export const MAX_HASHES_WAITING = 20;
/** About what a full queue takes to empty, rounded up. */
const RETRY_AFTER_SECS = 1;

export interface HashQueue {
  /** Runs the job when its turn comes. @throws OpsError `server_busy` when the queue is full */
  run<T>(job: () => Promise<T>): Promise<T>;
}

/** Lets a bounded number of costly jobs run and a bounded number wait, first come, first served. */
export function createHashQueue(
  limits: { readonly running: number; readonly waiting: number } = {
    running: MAX_HASHES_RUNNING,
    waiting: MAX_HASHES_WAITING,
  },
): HashQueue {
  let running = 0;
  const waiting: (() => void)[] = [];

  async function turn(): Promise<void> {
    if (running < limits.running) {
      running++;
      return;
    }
    if (waiting.length >= limits.waiting) {
      throw new OpsError('server_busy', { retryAfterSecs: RETRY_AFTER_SECS });
    }
    // The place of the job that ended is handed over: `running` does not change.
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  return {
    async run(job) {
      await turn();
      try {
        return await job();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else running--;
      }
    },
  };
}
