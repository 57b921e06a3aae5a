/**
 * Loaded into a measured process with `--import`: measures its event loop and answers over IPC. The same probe is in
 * the server and in the floors, so it weighs equally on both.
 *
 * The delay is what node:perf_hooks measures: the time between two runs of a timer of 10 ms. An idle loop reads 10.
 */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

import { isQuestion } from './ask.ts';
import type { Answer } from './ask.ts';

export interface LoopReading {
  readonly delayP50Ms: number;
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
  /** Share of the time the loop was busy, 0 to 1. */
  readonly utilization: number;
}

if (isMainThread && process.send) {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  let since = performance.eventLoopUtilization();
  process.on('message', (message) => {
    if (!isQuestion(message) || message.ask !== 'loop-reset') return;
    const answer: LoopReading = {
      delayP50Ms: delay.percentile(50) / 1e6,
      delayP99Ms: delay.percentile(99) / 1e6,
      delayMaxMs: delay.max / 1e6,
      utilization: performance.eventLoopUtilization(since).utilization,
    };
    delay.reset();
    since = performance.eventLoopUtilization();
    process.send?.({ number: message.number, answer } satisfies Answer<LoopReading>);
  });
  // Listening must not keep the measured program alive.
  process.channel?.unref();
}
