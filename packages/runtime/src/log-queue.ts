/**
 * Lines on their way to a slow, full or broken place. Whoever logs never waits: what does not fit is dropped and
 * counted.
 *
 *   idle ──line──► writing ──all written──► idle
 *                     │
 *                   fault ──► broken (lines wait, up to the limit) ──after RETRY_MS──► writing
 */
import type { Clock, Timer } from './clock.ts';

/** What may wait to be written. */
export const MAX_QUEUED_BYTES = 4 * 1024 * 1024;
/** What is handed to one write. */
export const MAX_BATCH_BYTES = 256 * 1024;
/** Pause after a fault. */
export const RETRY_MS = 1000;

export interface LogLine {
  /** Local date, `YYYY-MM-DD`. */
  readonly day: string;
  readonly bytes: Buffer;
}

export interface Written {
  /** Lines that arrived whole. */
  readonly lines: number;
  readonly fault?: unknown;
}

export interface LineQueue {
  push(line: LogLine): void;
  /** Lines that were never written, ever. */
  readonly dropped: number;
  /** Resolves when nothing waits, or when what waits cannot be written now. */
  flush(): Promise<void>;
  /** Takes no more lines; what waits still counts as dropped. */
  stop(): void;
}

export interface LineQueueOptions {
  readonly write: (lines: readonly LogLine[]) => Promise<Written>;
  readonly clock: Clock;
  /** A fault after success; not called again before the next success. */
  readonly onFault?: (fault: unknown) => void;
  /** Success after a fault. `dropped`: lines lost in between. */
  readonly onRecovered?: (dropped: number) => void;
}

export function createLineQueue({ write, clock, onFault, onRecovered }: LineQueueOptions): LineQueue {
  let state: 'idle' | 'writing' | 'broken' | 'stopped' = 'idle';
  let waiting: LogLine[] = [];
  let waitingBytes = 0;
  let dropped = 0;
  let troubled = false;
  let droppedBefore = 0;
  let retry: Timer | undefined;
  let flushers: (() => void)[] = [];

  function batch(): LogLine[] {
    let bytes = 0;
    let count = 0;
    while (
      count < waiting.length &&
      (count === 0 || bytes + waiting[count]!.bytes.length <= MAX_BATCH_BYTES)
    ) {
      bytes += waiting[count++]!.bytes.length;
    }
    return waiting.slice(0, count);
  }

  function remove(count: number): void {
    for (const line of waiting.slice(0, count)) waitingBytes -= line.bytes.length;
    waiting = waiting.slice(count);
  }

  function settle(): void {
    const done = flushers;
    flushers = [];
    for (const resolve of done) resolve();
  }

  function faulted(fault: unknown): void {
    state = 'broken';
    retry = clock.after(RETRY_MS, () => void drain());
    if (!troubled) {
      troubled = true;
      droppedBefore = dropped;
      onFault?.(fault);
    }
  }

  async function drain(): Promise<void> {
    state = 'writing';
    while (waiting.length > 0) {
      const written = await write(batch()).catch((fault: unknown): Written => ({ lines: 0, fault }));
      if (isStopped()) return;
      remove(written.lines);
      if ('fault' in written) {
        faulted(written.fault);
        return settle();
      }
      if (troubled) {
        troubled = false;
        onRecovered?.(dropped - droppedBefore);
      }
    }
    state = 'idle';
    settle();
  }

  /** Asked through a function: the state changes while `drain` waits, which the compiler cannot see. */
  function isStopped(): boolean {
    return state === 'stopped';
  }

  return {
    push(line) {
      if (state === 'stopped' || waitingBytes + line.bytes.length > MAX_QUEUED_BYTES) {
        dropped++;
        return;
      }
      waiting.push(line);
      waitingBytes += line.bytes.length;
      if (state === 'idle') void drain();
    },
    get dropped() {
      return dropped;
    },
    flush() {
      if (state !== 'writing') return Promise.resolve();
      return new Promise((resolve) => {
        flushers.push(resolve);
      });
    },
    stop() {
      if (state === 'stopped') return;
      retry?.cancel();
      state = 'stopped';
      dropped += waiting.length;
      remove(waiting.length);
      settle();
    },
  };
}
