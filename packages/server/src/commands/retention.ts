/**
 * Deletes what is older than it is kept: commands with their output, batches, keys of requests. In small changes, so
 * that the writer is free between two, and never what is not over.
 */
import { sql } from 'kysely';

import type { Clock, Timer } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { Database } from '../storage/database.ts';
import type { Tables } from '../storage/tables.ts';
import { KEY_LIFE_MS } from './idempotency.ts';

export const RETENTION_PERIOD_MS = 60 * 60_000;
/** After the start, when the clients are back. */
export const FIRST_RUN_MS = 6 * 60_000;
/** Rows in one change… */
const MAX_ROWS = 200;
/** … or so much output, whichever is less: some 20 ms of the writer. */
const MAX_BYTES = 8 * 1024 * 1024;
const DAY_MS = 24 * 3_600_000;

export interface CommandRetention {
  /** @returns commands deleted. Never rejects: what failed is logged and done an hour later. */
  run(): Promise<number>;
  start(): void;
  /** Resolves when a run that is going on has ended. */
  stop(): Promise<void>;
}

export function createCommandRetention(needs: {
  readonly database: Database<Tables>;
  readonly clock: Clock;
  readonly log: Log;
  readonly retentionDays: number;
}): CommandRetention {
  const { database, clock, log, retentionDays } = needs;
  const { query } = database;
  const timers: Timer[] = [];
  const stopping = new AbortController();
  let running: Promise<number> | undefined;

  /** @returns how many, and whether there may be more */
  async function deleteCommands(
    beforeMs: number,
    behind: number,
  ): Promise<{ deleted: number; next: number }> {
    const rows = await query
      .selectFrom('commands')
      .select(['number', 'id', 'state', 'created_at_ms', 'stdout_kept', 'stderr_kept'])
      .where('number', '>', behind)
      .orderBy('number')
      .limit(MAX_ROWS)
      .execute();
    const chosen: string[] = [];
    let bytes = 0;
    let next = 0;
    for (const row of rows) {
      // Numbers are in the order of time but for a clock that jumped: one page too many is looked at, never one too few.
      if (row.created_at_ms >= beforeMs || bytes >= MAX_BYTES) break;
      next = row.number;
      if (row.state === 'Pending' || row.state === 'Executing') continue;
      chosen.push(row.id);
      bytes += row.stdout_kept + row.stderr_kept;
    }
    if (chosen.length > 0)
      await database.write({
        statements: [
          query.deleteFrom('command_output').where('command_id', 'in', chosen),
          query.deleteFrom('commands').where('id', 'in', chosen),
        ],
      });
    return { deleted: chosen.length, next };
  }

  async function deleteBatches(beforeMs: number): Promise<number> {
    const [result] = await database.write({
      statements: [
        query.deleteFrom('batches').where('number', 'in', (of) =>
          of
            .selectFrom('batches')
            .select('number')
            .where('created_at_ms', '<', beforeMs)
            .where('state', '=', 'finished')
            .where(sql<boolean>`NOT EXISTS (SELECT 1 FROM commands WHERE commands.batch_id = batches.id)`)
            .limit(MAX_ROWS),
        ),
      ],
    });
    return result?.changes ?? 0;
  }

  async function deleteKeys(beforeMs: number): Promise<number> {
    const [result] = await database.write({
      statements: [
        query.deleteFrom('idempotency_keys').where(
          sql<boolean>`(actor, key) IN (SELECT actor, key FROM idempotency_keys
            WHERE created_at_ms <= ${beforeMs} LIMIT ${MAX_ROWS})`,
        ),
      ],
    });
    return result?.changes ?? 0;
  }

  async function deleteOld(): Promise<number> {
    const beforeMs = clock.wall() - retentionDays * DAY_MS;
    let deleted = 0;
    for (let behind = 0; !stopping.signal.aborted;) {
      const step = await deleteCommands(beforeMs, behind);
      deleted += step.deleted;
      if (step.next === 0) break;
      behind = step.next;
    }
    while (!stopping.signal.aborted && (await deleteBatches(beforeMs)) === MAX_ROWS);
    while (!stopping.signal.aborted && (await deleteKeys(clock.wall() - KEY_LIFE_MS)) === MAX_ROWS);
    return deleted;
  }

  function run(): Promise<number> {
    running ??= deleteOld()
      .catch((error: unknown) => {
        log.warn('old commands cannot be deleted; trying again in an hour', { error });
        return 0;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  return {
    run,
    start() {
      if (timers.length > 0) return;
      timers.push(
        clock.after(FIRST_RUN_MS, () => void run()),
        clock.every(RETENTION_PERIOD_MS, () => void run()),
      );
    },
    async stop() {
      stopping.abort();
      for (const timer of timers.splice(0)) timer.cancel();
      await running;
    },
  };
}
