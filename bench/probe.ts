/** How the probe of the event loop gets into a child, and how it is asked. */
import type { RunningProgram } from '@ops/testkit/child-program.ts';

import { ask } from './ask.ts';
import type { LoopReading } from './loop-probe.ts';

/** Arguments for Node; the child needs an IPC channel. */
export const PROBE: readonly string[] = ['--import', new URL('loop-probe.ts', import.meta.url).href];

/** The event loop since the last time it was asked. */
export function readLoop(program: RunningProgram): Promise<LoopReading> {
  return ask<LoopReading>(program.child, { ask: 'loop-reset' });
}
