/** The floors under the same load: a bare Node server that counts the same frames, and one that answers each as well. */
import { sleep, systemClock } from '@ops/runtime/clock.ts';
import { startProgram } from '@ops/testkit/child-program.ts';

import type { Context } from './benchmark.ts';
import type { FleetPlan } from './fleet-server.ts';
import { ALL_IN_WITHIN_MS } from './fleet-server.ts';
import { PROBE } from './probe.ts';
import { startRemoteFleet } from './remote-fleet.ts';
import { measureWindow } from './window.ts';
import type { WindowReading } from './window.ts';

/** @param answers whether the floor writes an acknowledgement for each frame */
export async function measureFloor(
  plan: FleetPlan,
  answers: boolean,
  context: Context,
): Promise<WindowReading> {
  const { clients, prefix, intervalMs } = plan;
  context.say(`floor ${answers ? 'with answers' : 'without answers'}: ${clients} bare connections`);
  const floor = await startProgram({
    file: 'bench/floor.mjs',
    args: [answers ? 'answer' : 'count'],
    nodeArgs: PROBE,
    ipc: true,
    prefix,
  });
  context.lifecycle.onRelease('floor', async () => {
    if (floor.isRunning) await floor.kill9();
  });
  const port = Number((await floor.line(/^floor listening tcp=(\d+)$/))[1]);
  const conversation = answers ? 'bare' : 'bare-silent';
  const fleet = await startRemoteFleet({ port, clients, intervalMs, conversation }, context, prefix);
  await fleet.allReady(ALL_IN_WITHIN_MS);
  await sleep(systemClock, plan.warmUpSecs * 1000);
  const reading = await measureWindow(floor, fleet, plan.secs);
  await fleet.stop();
  await floor.stop();
  return reading;
}
