/** P12: over `max_connections` a client is told why and when to come back; those who are in are not disturbed. */
import { sleep, systemClock } from '@ops/runtime/clock.ts';
import { startFleet } from '@ops/testkit/fleet.ts';
import { until } from '@ops/testkit/until.ts';

import { atMost, exactly, none, scaled } from '../promise.ts';
import type { Proof } from '../promise.ts';
import { SECRET, startStage } from '../stage.ts';

const BUSY = 'goodbye too_many_connections';
const WATCHED_MS = 3_000;
/** How many of those who are in leave. */
const PLACES = 5;

export const p12: Proof = {
  id: 'P12',
  promise: 'over max_connections: told why, others unharmed',
  async run({ scale, random, lifecycle, say }) {
    const limit = scaled(scale, 30, 100);
    await using stage = await startStage({ hosts: 0, serverEnv: { OPS_MAX_CONNECTIONS: String(limit) } });
    const fleetOf = (clients: number) => {
      const fleet = startFleet({
        port: stage.server.tcpPort,
        clients,
        secret: SECRET,
        startWithinMs: 200,
        intervalMs: 1000,
        backoff: { baseMs: 500, maxMs: 2_000 },
        random,
      });
      lifecycle.onRelease('simulated clients', () => fleet.stop());
      return fleet;
    };
    const staying = fleetOf(limit - PLACES);
    await staying.allReady({ within: 20_000 });
    const leaving = fleetOf(PLACES);
    await leaving.allReady({ within: 20_000 });
    const late = fleetOf(limit);
    await until(() => Object.values(late.report().endings).reduce((a, b) => a + b, 0) >= limit, {
      within: 20_000,
      what: 'every late client to be refused once',
    });
    await sleep(systemClock, WATCHED_MS);
    const online = [...(await stage.api.clients()).values()].filter(
      ({ status }) => status === 'online',
    ).length;
    const { endings } = late.report();
    const refused = Object.entries(endings);
    say(refused.map(([reason, count]) => `${count} × ${reason}`).join(', '));
    const otherwise = refused
      .filter(([reason]) => reason !== BUSY)
      .reduce((sum, [, count]) => sum + count, 0);
    const admitted = late.report().ready;
    leaving.stop();
    const freed = systemClock.mono();
    await until(() => late.report().ready === PLACES, { within: 30_000, what: 'the places to be taken' });
    return [
      exactly('online at the limit', online, limit),
      none('late clients that were let in', admitted),
      none('late clients refused without being told why', otherwise),
      none('connections lost among those who were in', staying.report().lost),
      atMost('until free places were taken', (systemClock.mono() - freed) / 1000, 's', 5, 30),
    ];
  },
};
