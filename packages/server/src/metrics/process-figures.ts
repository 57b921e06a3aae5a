/**
 * Figures of this very process. prom-client's own default metrics keep a PerformanceObserver and a histogram for ever;
 * a server that is stopped shall leave nothing behind.
 */
import { readdir } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';

import type { Clock } from '@ops/runtime/clock.ts';

type Figure = () => number | undefined | Promise<number | undefined>;

/** Seconds and bytes; undefined where it cannot be had. */
export interface ProcessFigures {
  readonly eventLoopMean: Figure;
  readonly eventLoopP50: Figure;
  readonly eventLoopP99: Figure;
  readonly eventLoopMax: Figure;
  readonly heapUsed: Figure;
  readonly heapTotal: Figure;
  readonly externalMemory: Figure;
  readonly residentMemory: Figure;
  readonly cpuSeconds: Figure;
  readonly openFiles: Figure;
  readonly startTime: Figure;
}

/** How often the loop's delay is looked at. A tick is at least that far from the one before: that much is no delay. */
const RESOLUTION_MS = 10;

export function watchProcess(clock: Clock): {
  readonly figures: ProcessFigures;
  /** The event loop's delay is counted from now on. */
  reset(): void;
  stop(): void;
} {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  const startedAt = clock.wall() / 1000 - process.uptime();

  const delay = (nanoseconds: () => number) => (): number | undefined =>
    delays.count === 0 ? undefined : Math.max(0, nanoseconds() / 1e9 - RESOLUTION_MS / 1000);

  return {
    figures: {
      eventLoopMean: delay(() => delays.mean),
      eventLoopP50: delay(() => delays.percentile(50)),
      eventLoopP99: delay(() => delays.percentile(99)),
      eventLoopMax: delay(() => delays.max),
      heapUsed: () => process.memoryUsage().heapUsed,
      heapTotal: () => process.memoryUsage().heapTotal,
      externalMemory: () => process.memoryUsage().external,
      residentMemory: () => process.memoryUsage.rss(),
      cpuSeconds() {
        const { user, system } = process.cpuUsage();
        return (user + system) / 1e6;
      },
      openFiles: () =>
        readdir('/proc/self/fd').then(
          (names) => names.length,
          () => undefined,
        ),
      startTime: () => startedAt,
    },
    reset: () => delays.reset(),
    stop: () => void delays.disable(),
  };
}
