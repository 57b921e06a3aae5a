/** Minute averages in the database for samples. Rows stay here. */
import { sql } from 'kysely';
import type { Selectable } from 'kysely';

import type { Database, Statement } from '../storage/database.ts';
import type { SampleTables } from '../storage/tables.ts';
import { READINGS } from './minute.ts';
import type { Minute, Reading } from './minute.ts';
import type { Point } from './points.ts';

export interface ClientMinute extends Minute {
  readonly clientId: string;
}

export interface SampleStore {
  /**
   * Adds averages; a minute that is there already is merged, weighted by samples. No two for the same client and
   * minute. With `progress`, in the same change, how far the client's kept samples are stored.
   * @throws OpsError `storage_unavailable`
   */
  add(
    minutes: readonly ClientMinute[],
    progress?: { readonly clientId: string; readonly toMs: number },
  ): Promise<void>;
  /** From and to are whole minutes, both included. The newest `limit` of them, oldest first. */
  list(clientId: string, from: number, to: number, limit: number): Promise<Minute[]>;
  /**
   * The same in points of `step` minutes, each of whole steps since 1970. MAX_FOLDED minutes take a few milliseconds:
   * ask for no more at once.
   */
  points(clientId: string, from: number, to: number, step: number): Promise<Point[]>;
  /** Highest `t` of a client's kept samples that is stored; -1 when there is none. */
  progress(clientId: string): Promise<number>;
  /** Everything of a client. @throws OpsError `storage_unavailable` */
  forget(clientId: string): Promise<void>;
  /** Clients with stored minutes whose id sorts after `id`, in that order. */
  clientsAfter(id: string, limit: number): Promise<string[]>;
  /**
   * Deletes minutes before `minute`, at most MAX_DELETED for each client.
   * @returns how many. @throws OpsError `storage_unavailable`
   */
  deleteBefore(clientIds: readonly string[], minute: number): Promise<number>;
  /** Deletes progress made before `ms`: samples that old are not taken anyway. @throws as above */
  deleteProgressBefore(ms: number): Promise<void>;
}

/** Bounds what one delete takes: a day of minutes. */
export const MAX_DELETED = 1440;

/** Minutes folded into points by one read. */
export const MAX_FOLDED = 720;

type Row = Selectable<SampleTables['minute_samples']>;

function fromRow(row: Row): Minute {
  return {
    minute: row.minute,
    samples: row.samples,
    averages: READINGS.map((reading) => row[reading] ?? undefined),
  };
}

const COLUMNS = ['client_id', 'minute', 'samples', ...READINGS] as const;

/** What becomes of a reading when the minute is there already; as `mergeMinutes`. */
function merged(reading: Reading): string {
  const old = `minute_samples.${reading}`;
  const added = `excluded.${reading}`;
  return `${reading} = CASE WHEN ${added} IS NULL THEN ${old} WHEN ${old} IS NULL THEN ${added}
    ELSE (${old} * minute_samples.samples + ${added} * excluded.samples) / (minute_samples.samples + excluded.samples) END`;
}

/** Run for each row: a statement of hundreds of rows takes longer to make than to run. */
const ADD = `INSERT INTO minute_samples (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})
  ON CONFLICT (client_id, minute) DO UPDATE SET samples = minute_samples.samples + excluded.samples,
  ${READINGS.map(merged).join(',\n  ')}`;

function toRow({ clientId, minute, samples, averages }: ClientMinute): (string | number | null)[] {
  return [clientId, minute, samples, ...averages.map((average) => average ?? null)];
}

/** What a point holds of each reading. */
const FOLDED = READINGS.flatMap((reading) => {
  const column = sql.ref<number | null>(reading);
  return [
    sql<number | null>`sum(${column} * samples)`.as(`${reading}_sum`),
    sql<number | null>`sum(case when ${column} is not null then samples end)`.as(`${reading}_weight`),
    sql<number | null>`max(${column})`.as(`${reading}_peak`),
  ];
});

export function createSampleStore(database: Database<SampleTables>): SampleStore {
  const { query } = database;

  return {
    async add(minutes, progress) {
      const statements: Statement[] = [];
      if (minutes.length > 0) statements.push({ sql: ADD, rows: minutes.map(toRow) });
      if (progress) {
        statements.push(
          query
            .insertInto('sample_progress')
            .values({ client_id: progress.clientId, backlog_to_ms: progress.toMs })
            .onConflict((conflict) =>
              conflict.column('client_id').doUpdateSet({ backlog_to_ms: progress.toMs }),
            ),
        );
      }
      if (statements.length > 0) await database.write({ statements });
    },

    async list(clientId, from, to, limit) {
      const rows = await query
        .selectFrom('minute_samples')
        .selectAll()
        .where('client_id', '=', clientId)
        .where('minute', '>=', from)
        .where('minute', '<=', to)
        .orderBy('minute', 'desc')
        .limit(limit)
        .execute();
      return rows.toReversed().map(fromRow);
    },

    async points(clientId, from, to, step) {
      // Written into the statement: a bound number is a real one to SQLite, and would not be cut to whole steps.
      const start = sql<number>`minute - minute % ${sql.lit(step)}`;
      const rows = await query
        .selectFrom('minute_samples')
        .select([start.as('start'), sql<number>`sum(samples)`.as('samples'), ...FOLDED])
        .where('client_id', '=', clientId)
        .where('minute', '>=', from)
        .where('minute', '<=', to)
        .groupBy(start)
        .orderBy(start)
        .execute();
      return rows.map((row) => {
        const values: Readonly<Record<string, number | null>> = row;
        const all = (what: string) => READINGS.map((reading) => values[`${reading}_${what}`] ?? undefined);
        return {
          minute: row.start,
          samples: row.samples,
          sums: all('sum').map((sum = 0) => sum),
          weights: all('weight').map((weight = 0) => weight),
          peaks: all('peak'),
        };
      });
    },

    async progress(clientId) {
      const row = await query
        .selectFrom('sample_progress')
        .select('backlog_to_ms')
        .where('client_id', '=', clientId)
        .executeTakeFirst();
      return row?.backlog_to_ms ?? -1;
    },

    async forget(clientId) {
      await database.write({
        statements: [
          query.deleteFrom('minute_samples').where('client_id', '=', clientId),
          query.deleteFrom('sample_progress').where('client_id', '=', clientId),
        ],
      });
    },

    async clientsAfter(id, limit) {
      // One look into the primary key for each client; `select distinct` would read every row.
      const ids: string[] = [];
      for (let last = id; ids.length < limit;) {
        const next = await query
          .selectFrom('minute_samples')
          .select((of) => of.fn.min('client_id').as('id'))
          .where('client_id', '>', last)
          .executeTakeFirst();
        if (!next?.id) break;
        ids.push(next.id);
        last = next.id;
      }
      return ids;
    },

    async deleteBefore(clientIds, minute) {
      const results = await database.write({
        statements: clientIds.map((id) =>
          query
            .deleteFrom('minute_samples')
            .where('client_id', '=', id)
            .where('minute', '<', minute)
            .where('minute', '<', (of) =>
              of
                .selectFrom('minute_samples')
                .select((first) => sql<number>`${first.fn.min('minute')} + ${MAX_DELETED}`.as('end'))
                .where('client_id', '=', id),
            ),
        ),
      });
      return results.reduce((sum, result) => sum + result.changes, 0);
    },

    async deleteProgressBefore(ms) {
      await database.write({
        statements: [query.deleteFrom('sample_progress').where('backlog_to_ms', '<', ms)],
      });
    },
  };
}
