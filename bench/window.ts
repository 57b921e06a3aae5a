/** One window of time in which a server and the clients that load it are measured. */
import { loadavg } from 'node:os';

import { sleep, systemClock } from '@ops/runtime/clock.ts';
import type { RunningProgram } from '@ops/testkit/child-program.ts';
import type { RoundTrips } from '@ops/testkit/fleet-counters.ts';

import type { LoopReading } from './loop-probe.ts';
import { readLoop } from './probe.ts';
import type { RemoteFleet } from './remote-fleet.ts';

export interface WindowReading {
  readonly secs: number;
  /** Of one core, 1 is all of it; user and system time of all threads. */
  readonly cpuShare: number;
  readonly clientsCpuShare: number;
  /** At the end of the window. */
  readonly rssBytes: number;
  readonly anonymousBytes: number;
  /** Frames and bytes a second, as the clients count them. */
  readonly framesIn: number;
  readonly framesOut: number;
  readonly bytesIn: number;
  readonly loop: LoopReading;
  readonly clientsLoop: LoopReading;
  readonly roundTrips: RoundTrips;
  /** Connections lost within the window. */
  readonly lost: number;
  /** Load average of the machine over the last minute. */
  readonly load: number;
}

/** Measures for `secs` seconds. Every figure is of this window alone. */
export async function measureWindow(
  server: RunningProgram,
  fleet: RemoteFleet,
  secs: number,
): Promise<WindowReading> {
  const look = async () => {
    const [usage, clients, report] = await Promise.all([
      server.usage(),
      fleet.program.usage(),
      fleet.report(),
    ]);
    return { usage, clients, report, at: systemClock.mono() };
  };
  await Promise.all([readLoop(server), readLoop(fleet.program), fleet.resetRoundTrips()]);
  const before = await look();
  await sleep(systemClock, secs * 1000);
  const after = await look();
  const [loop, clientsLoop] = await Promise.all([readLoop(server), readLoop(fleet.program)]);
  const ms = after.at - before.at;
  const perSec = (count: (side: typeof before) => number): number =>
    ((count(after) - count(before)) * 1000) / ms;
  return {
    secs: ms / 1000,
    cpuShare: perSec((side) => side.usage.cpuMs) / 1000,
    clientsCpuShare: perSec((side) => side.clients.cpuMs) / 1000,
    rssBytes: after.usage.rssBytes,
    anonymousBytes: after.usage.anonymousBytes,
    framesIn: perSec((side) => side.report.framesSent),
    framesOut: perSec((side) => side.report.framesReceived),
    bytesIn: perSec((side) => side.report.bytesSent),
    loop,
    clientsLoop,
    roundTrips: after.report.roundTrips,
    lost: after.report.lost - before.report.lost,
    load: loadavg()[0] ?? 0,
  };
}
