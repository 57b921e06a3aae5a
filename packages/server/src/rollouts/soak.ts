/**
 * Watches the hosts of a wave after they were changed. Status and restarts are looked at whenever a client tells of its
 * applications and at every tick, readings at every tick; what breaks the gate is told at once, readings at the end.
 */
import type { RolloutGate, WaveReport } from '@ops/protocol/http/rollouts.ts';
import type { Clock, Timer } from '@ops/runtime/clock.ts';

import type { Fleet } from '../fleet/fleet.ts';
import { FOUND } from './findings.ts';
import {
  averageOf,
  NO_RESTARTS,
  NOTHING,
  plus,
  readingBreach,
  readingOf,
  REPORT_GRACE_MS,
  restartsBreach,
  restartsWith,
  statusBreach,
  watchMs,
  type Average,
  type Breach,
  type Restarts,
} from './gate.ts';
import type { Host } from './record.ts';

/** A heartbeat of the manual's interval, and one look at each. */
export const SAMPLE_MS = 3_000;

export type SoakFleet = Pick<Fleet, 'appsOf' | 'sample'>;

export interface Soak {
  /** Its time is over: nothing but `verdict` is left to ask. */
  readonly isOver: boolean;
  readonly readings: WaveReport['readings'];
  /** A client told of its applications. */
  seen(clientId: string): void;
  /** Hosts that broke the gate since this was asked last, by position. */
  takeBreaches(): ReadonlyMap<number, Breach>;
  /** At the end: why this one does not pass; undefined: it does. */
  verdict(host: Host): Breach | undefined;
  stop(): void;
}

interface Watched {
  readonly host: Host;
  restarts: Restarts;
  broken: boolean;
  readonly averages: Average[];
}

export function createSoak(needs: {
  readonly appName: string;
  readonly gate: RolloutGate;
  readonly hosts: readonly Host[];
  /** Clients that are not changed yet. */
  readonly unchanged: readonly string[];
  readonly fleet: SoakFleet;
  readonly clock: Clock;
  /** There are breaches, new readings, or it is over. */
  readonly onNews: () => void;
}): Soak {
  const { appName, gate, hosts, unchanged, fleet, clock, onNews } = needs;
  const { checks } = gate;
  const watched = new Map<string, Watched>();
  for (const host of hosts) {
    const averages = checks.map(() => NOTHING);
    watched.set(host.clientId, { host, restarts: NO_RESTARTS, broken: false, averages });
  }
  const others: Average[] = checks.map(() => NOTHING);
  let breaches = new Map<number, Breach>();
  const trustedAt = clock.mono() + REPORT_GRACE_MS;
  let isOver = false;

  const ticks = clock.every(SAMPLE_MS, () => {
    look();
    onNews();
  });
  const end: Timer = clock.after(watchMs(gate), () => {
    look();
    stop();
    isOver = true;
    onNews();
  });

  function stop(): void {
    ticks.cancel();
    end.cancel();
  }

  function look(): void {
    for (const each of watched.values()) lookAt(each);
    if (checks.length === 0) return;
    for (const { host, averages } of watched.values()) add(averages, host.clientId);
    for (const clientId of unchanged) add(others, clientId);
  }

  function add(averages: Average[], clientId: string): void {
    const sample = fleet.sample(clientId);
    if (!sample) return;
    for (const [index, { reading }] of checks.entries())
      averages[index] = plus(averages[index]!, readingOf(sample, reading));
  }

  function lookAt(each: Watched): void {
    if (each.broken || clock.mono() < trustedAt) return;
    const client = fleet.appsOf(each.host.clientId);
    // What an offline client said last is not how it is now.
    if (client?.status !== 'online') return;
    const app = client.apps.find(({ name }) => name === appName);
    each.restarts = restartsWith(each.restarts, app);
    const breach =
      (each.host.heldToStatus ? statusBreach(gate, app) : undefined) ?? restartsBreach(gate, each.restarts);
    if (!breach) return;
    each.broken = true;
    breaches.set(each.host.position, breach);
  }

  function readings(): WaveReport['readings'] {
    return checks.map(({ reading, max_above }, index) => {
      let changed = NOTHING;
      for (const { averages } of watched.values()) {
        const { sum, count } = averages[index]!;
        changed = { sum: changed.sum + sum, count: changed.count + count };
      }
      return { reading, changed: averageOf(changed), unchanged: averageOf(others[index]!), max_above };
    });
  }

  return {
    get isOver() {
      return isOver;
    },
    get readings() {
      return readings();
    },
    seen(clientId) {
      const each = watched.get(clientId);
      if (!each || isOver) return;
      lookAt(each);
      if (breaches.size > 0) onNews();
    },
    takeBreaches() {
      const taken = breaches;
      breaches = new Map();
      return taken;
    },
    verdict({ clientId }) {
      if (fleet.appsOf(clientId)?.status !== 'online')
        return { reason: 'offline', detail: FOUND.offlineAtEnd };
      const averages = watched.get(clientId)?.averages ?? [];
      return readingBreach(readings(), averages.map(averageOf));
    },
    stop,
  };
}
