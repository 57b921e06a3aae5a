import { health, metrics } from '@ops/protocol/http/health.ts';
import { sleep } from '@ops/runtime/clock.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import type { Database } from '../../storage/database.ts';
import type { Tables } from '../../storage/tables.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';

/** Tells whether a part of the server works. */
export type PartCheck = () => boolean | Promise<boolean>;

/** A part that does not answer in time has failed. */
const PART_DEADLINE_MS = 2000;

/** The database reads, and its last write was fine. */
export function databaseCheck(database: Pick<Database<Tables>, 'query' | 'fault'>): PartCheck {
  return async () => {
    if (database.fault) return false;
    await database.query.selectFrom('users').select('id').limit(1).execute();
    return true;
  };
}

export function healthRoutes(needs: {
  readonly parts: Readonly<Record<string, PartCheck>>;
  readonly renderMetrics: () => Promise<string>;
  readonly version: string;
  readonly clock: Clock;
}): Route[] {
  const { parts, renderMetrics, version, clock } = needs;
  const startedAt = clock.mono();

  async function works(check: PartCheck): Promise<boolean> {
    const deadline = new AbortController();
    const late = sleep(clock, PART_DEADLINE_MS, deadline.signal).then(() => false);
    try {
      return await Promise.race([Promise.try(check), late]);
    } catch {
      return false;
    } finally {
      deadline.abort();
    }
  }

  return [
    route(health).returns(async ({ reply }) => {
      const checked = await Promise.all(
        Object.entries(parts).map(
          async ([name, check]) => [name, (await works(check)) ? 'ok' : 'failed'] as const,
        ),
      );
      const healthy = checked.every(([, state]) => state === 'ok');
      if (!healthy) void reply.code(503);
      return {
        status: healthy ? 'healthy' : 'unhealthy',
        version,
        uptime_secs: Math.floor((clock.mono() - startedAt) / 1000),
        parts: Object.fromEntries(checked),
      };
    }),

    route(metrics).sends(async ({ reply }) =>
      reply.type('text/plain; version=0.0.4; charset=utf-8').send(await renderMetrics()),
    ),
  ];
}
