/** /health of a server that may not be there yet. */
import { sleep, systemClock } from '@ops/runtime/clock.ts';

const ASK_EVERY_MS = 50;
const ANSWER_WITHIN_MS = 5_000;

export interface HealthWatch {
  /** Monotonic milliseconds of the first 200; undefined while there was none. */
  readonly firstHealthyAt: number | undefined;
  /** Milliseconds each answer took, from the first 200 on. An answer that failed counts as ANSWER_WITHIN_MS. */
  readonly answerMs: readonly number[];
  stop(): Promise<void>;
}

async function ask(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}

/** Asks again and again, one question at a time, until it is stopped. */
export function watchHealth(url: string): HealthWatch {
  const answerMs: number[] = [];
  let firstHealthyAt: number | undefined;
  const stop = new AbortController();
  const watching = (async () => {
    while (!stop.signal.aborted) {
      const start = systemClock.mono();
      const healthy = await ask(url);
      const now = systemClock.mono();
      if (healthy) firstHealthyAt ??= now;
      if (firstHealthyAt !== undefined) answerMs.push(healthy ? now - start : ANSWER_WITHIN_MS);
      await sleep(systemClock, ASK_EVERY_MS, stop.signal);
    }
  })();
  return {
    get firstHealthyAt() {
      return firstHealthyAt;
    },
    answerMs,
    stop() {
      stop.abort();
      return watching;
    },
  };
}

/** The value below which `share` of the values lie; 0 when there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
