/** The real server under the load of a fleet: first start, steady window, `kill -9` and restart. */
import { sleep, systemClock } from '@ops/runtime/clock.ts';
import { systemRandom } from '@ops/runtime/random.ts';
import { startServer } from '@ops/testkit/start-server.ts';
import type { RunningServer } from '@ops/testkit/start-server.ts';
import { until } from '@ops/testkit/until.ts';

import type { Context } from './benchmark.ts';
import { percentile, watchHealth } from './health.ts';
import type { LoopReading } from './loop-probe.ts';
import { PROBE, readLoop } from './probe.ts';
import { startRemoteFleet } from './remote-fleet.ts';
import type { RemoteFleet } from './remote-fleet.ts';
import { measureWindow } from './window.ts';
import type { WindowReading } from './window.ts';

/** Longest wait for all clients, at the start and after the restart. */
export const ALL_IN_WITHIN_MS = 120_000;
/** What a fresh server settles in before its memory is read. */
const SETTLE_MS = 3_000;

export interface Return {
  /** Seconds from the start of the clients, or from the kill, until all were registered. */
  readonly allInSecs: number;
  /** Seconds from the same moment until /health first answered 200. */
  readonly healthySecs: number;
  /** While the clients came in. */
  readonly healthP99Ms: number;
  readonly loop: LoopReading;
  readonly endings: Readonly<Record<string, number>>;
}

export interface ServerReading {
  readonly rssBefore: number;
  readonly steady: WindowReading;
  readonly start: Return;
  readonly restart: Return;
}

export interface FleetPlan {
  readonly clients: number;
  readonly intervalMs: number;
  readonly secs: number;
  readonly warmUpSecs: number;
  readonly prefix: readonly string[];
}

export async function measureServer(plan: FleetPlan, context: Context): Promise<ServerReading> {
  const { clients, prefix } = plan;
  const secret = systemRandom.bytes(32).toString('hex');
  let server = await startServer({
    secret,
    prefix,
    file: 'bin/ops-server',
    nodeArgs: PROBE,
    ipc: true,
    env: { OPS_MAX_CONNECTIONS: String(clients + 100), OPS_LOG_LEVEL: 'warn' },
  });
  context.lifecycle.onRelease('server', () => server[Symbol.asyncDispose]());
  await sleep(systemClock, SETTLE_MS);
  const { rssBytes: rssBefore } = await server.program.usage();

  context.say(`server: ${clients} clients come in`);
  await readLoop(server.program);
  const options = { port: server.tcpPort, clients, secret, intervalMs: plan.intervalMs };
  const fleet = await startRemoteFleet(options, context, prefix);
  const start = await comingIn(server, fleet, systemClock.mono(), {}, () => Promise.resolve(server));

  context.say(`server: warm-up ${plan.warmUpSecs} s, then ${plan.secs} s are measured`);
  await sleep(systemClock, plan.warmUpSecs * 1000);
  const steady = await measureWindow(server.program, fleet, plan.secs);

  context.say('server: kill -9 and restart');
  const { endings, lost, ready } = await fleet.report();
  const killed = systemClock.mono();
  await server.program.kill9();
  const restart = await comingIn(server, fleet, killed, endings, async () => {
    server = await server.restart();
    // Only then: to wait before would be counted as the server's absence.
    await until(async () => (await fleet.report()).lost - lost >= ready, { what: 'all clients to be lost' });
    return server;
  });
  await fleet.stop();
  await server.program.stop();
  return { rssBefore, steady, start, restart };
}

/**
 * Waits until all are registered with the server that `ready` gives, and measures what that took.
 * @param before how connections had ended until then
 */
async function comingIn(
  { url }: RunningServer,
  fleet: RemoteFleet,
  since: number,
  before: Readonly<Record<string, number>>,
  ready: () => Promise<RunningServer>,
): Promise<Return> {
  const health = watchHealth(url);
  try {
    const server = await ready();
    await fleet.allReady(ALL_IN_WITHIN_MS);
    const allInSecs = (systemClock.mono() - since) / 1000;
    const loop = await readLoop(server.program);
    await until(() => health.firstHealthyAt, { within: 10_000, what: '/health to answer 200' });
    const { endings } = await fleet.report();
    const fresh = Object.entries(endings)
      .map(([reason, count]) => [reason, count - (before[reason] ?? 0)] as const)
      .filter(([, count]) => count > 0);
    return {
      allInSecs,
      healthySecs: (health.firstHealthyAt! - since) / 1000,
      healthP99Ms: percentile(health.answerMs, 0.99),
      loop,
      endings: Object.fromEntries(fresh),
    };
  } finally {
    await health.stop();
  }
}
