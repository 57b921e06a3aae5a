/** A fleet of simulated clients in a second process, so that its work is not counted as the server's. */
import { startProgram } from '@ops/testkit/child-program.ts';
import type { RunningProgram } from '@ops/testkit/child-program.ts';
import type { FleetOptions } from '@ops/testkit/fleet.ts';
import type { FleetReport } from '@ops/testkit/fleet-counters.ts';

import { ask } from './ask.ts';
import type { Context } from './benchmark.ts';
import { PROBE } from './probe.ts';

export interface RemoteFleet {
  readonly program: RunningProgram;
  report(): Promise<FleetReport>;
  resetRoundTrips(): Promise<void>;
  allReady(withinMs: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startRemoteFleet(
  options: Omit<FleetOptions, 'clock' | 'random'>,
  context: Context,
  prefix: readonly string[],
): Promise<RemoteFleet> {
  const program = await startProgram({ file: 'bench/fleet-process.ts', ipc: true, nodeArgs: PROBE, prefix });
  const stop = async (): Promise<void> => {
    if (program.isRunning) await program.kill9();
  };
  context.lifecycle.onRelease('simulated clients', stop);
  await program.line(/fleet process ready/);
  await ask(program.child, { ask: 'start', about: options });
  return {
    program,
    report: () => ask<FleetReport>(program.child, { ask: 'report' }),
    resetRoundTrips: () => ask<void>(program.child, { ask: 'reset-round-trips' }),
    allReady: (withinMs) =>
      ask<void>(program.child, { ask: 'all-ready', about: { withinMs } }, withinMs + 5_000),
    stop,
  };
}
