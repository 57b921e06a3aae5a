/** Clients in the database. Rows stay here; the registry speaks `StoredClient`. */
import { sql } from 'kysely';
import type { Compilable, Insertable, Selectable } from 'kysely';

import { appInfo, MAX_APPS } from '@ops/protocol/domain/app.ts';
import { hostFacts, hostPolicy, labels } from '@ops/protocol/domain/client.ts';
import { sample } from '@ops/protocol/domain/sample.ts';
import { upgradeStanding } from '@ops/protocol/domain/upgrade-fit.ts';
import { decode, s } from '@ops/protocol/schema.ts';
import type { Schema } from '@ops/protocol/schema.ts';
import { freshSample } from '@ops/protocol/wire/plain-heartbeat.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { AuditEntry } from '../audit/entry.ts';
import type { Database } from '../storage/database.ts';
import type { Tables } from '../storage/tables.ts';
import type { StoredClient } from './entry.ts';
import { NewestSample } from './newest-sample.ts';

export interface ClientStore {
  /** Every client known, in no order. A part of a row that cannot be read is logged and left empty. */
  all(): Promise<StoredClient[]>;
  /** Ids of forgotten clients. */
  tombstones(): Promise<string[]>;
  /** Inserts or replaces the rows, and writes the audit entries with them. @throws OpsError `storage_unavailable` */
  save(clients: readonly StoredClient[], audit: readonly AuditEntry[]): Promise<void>;
  /** Only when they were last seen and how their clocks differ. @throws OpsError `storage_unavailable` */
  saveSeen(clients: readonly StoredClient[]): Promise<void>;
  /** Row and key out, tombstone and audit entries in. @throws OpsError `storage_unavailable` */
  forget(
    id: string,
    at: { readonly ms: number; readonly by: string },
    audit: readonly AuditEntry[],
  ): Promise<void>;
}

type Row = Selectable<Tables['clients']>;

const apps = s.array(appInfo, MAX_APPS);
const policy = s.nullable(hostPolicy);
const upgrade = s.nullable(upgradeStanding);

function toRow(client: StoredClient): Insertable<Tables['clients']> {
  return {
    id: client.id,
    first_seen_ms: client.firstSeenMs,
    last_seen_ms: client.lastSeenMs,
    connected_at_ms: client.connectedAtMs,
    disconnected_at_ms: client.disconnectedAtMs,
    client_version: client.clientVersion,
    facts: JSON.stringify(client.facts),
    // While a client is connected its readings are only in memory: of a crash nothing older than `last_seen` is left.
    last_sample: client.disconnectedAtMs === null ? null : (client.sample.text ?? null),
    apps: JSON.stringify(client.apps),
    labels: JSON.stringify(client.labels),
    policy: JSON.stringify(client.policy),
    upgrade: client.upgrade && JSON.stringify(client.upgrade),
    remote_address: client.remoteAddress ?? '',
    encrypted: client.encrypted ? 1 : 0,
    authenticated: client.authenticated ? 1 : 0,
    credential: client.credential,
    clock_offset_ms: client.clockOffsetMs,
    conflict_at_ms: client.conflictAtMs,
  };
}

/** Columns a client that comes back overwrites: all but `id` and `first_seen_ms`. */
const CHANGING = [
  'last_seen_ms',
  'connected_at_ms',
  'disconnected_at_ms',
  'client_version',
  'facts',
  'last_sample',
  'apps',
  'labels',
  'policy',
  'upgrade',
  'remote_address',
  'encrypted',
  'authenticated',
  'credential',
  'clock_offset_ms',
  'conflict_at_ms',
] as const satisfies readonly (keyof Row)[];

export function createClientStore(database: Database<Tables>, log: Log): ClientStore {
  const { query } = database;

  function read<T>(
    schema: Schema<T>,
    row: Row,
    column: 'facts' | 'last_sample' | 'apps' | 'labels' | 'policy' | 'upgrade',
    empty: T,
  ): T {
    try {
      return decode(schema, JSON.parse(row[column] ?? ''));
    } catch (error) {
      log.warn('a stored client has a part that cannot be read; it is left empty', {
        client: row.id,
        column,
        error,
      });
      return empty;
    }
  }

  function fromRow(row: Row): StoredClient {
    const newest = new NewestSample();
    if (row.last_sample !== null) newest.put(freshSample(read(sample, row, 'last_sample', {})));
    return {
      id: row.id,
      firstSeenMs: row.first_seen_ms,
      lastSeenMs: row.last_seen_ms,
      connectedAtMs: row.connected_at_ms,
      disconnectedAtMs: row.disconnected_at_ms,
      clientVersion: row.client_version,
      facts: read(hostFacts, row, 'facts', { hostname: row.id }),
      sample: newest,
      apps: read(apps, row, 'apps', []),
      labels: read(labels, row, 'labels', {}),
      policy: read(policy, row, 'policy', null),
      upgrade: row.upgrade === null ? null : read(upgrade, row, 'upgrade', null),
      remoteAddress: row.remote_address === '' ? null : row.remote_address,
      encrypted: row.encrypted === 1,
      authenticated: row.authenticated === 1,
      credential: row.credential,
      clockOffsetMs: row.clock_offset_ms,
      conflictAtMs: row.conflict_at_ms,
    };
  }

  /** One statement for many rows. `column1` … are the names SQLite and PostgreSQL both give the columns of VALUES. */
  function updateSeen(clients: readonly StoredClient[]): Compilable {
    const rows = clients.map(
      (each) => sql`(${each.id}, cast(${each.lastSeenMs} as bigint), cast(${each.clockOffsetMs} as bigint))`,
    );
    const update = sql`update clients set last_seen_ms = seen.column2, clock_offset_ms = seen.column3
      from (values ${sql.join(rows)}) as seen where clients.id = seen.column1`;
    return { compile: () => update.compile(query) };
  }

  return {
    async all() {
      const rows = await query.selectFrom('clients').selectAll().execute();
      return rows.map(fromRow);
    },

    async tombstones() {
      const rows = await query.selectFrom('client_tombstones').select('id').execute();
      return rows.map((row) => row.id);
    },

    async save(clients, audit) {
      const upsert = query
        .insertInto('clients')
        .values(clients.map(toRow))
        .onConflict((conflict) =>
          conflict
            .column('id')
            .doUpdateSet((excluded) =>
              Object.fromEntries(CHANGING.map((column) => [column, excluded.ref(`excluded.${column}`)])),
            ),
        );
      await database.write({ statements: [upsert], audit });
    },

    async saveSeen(clients) {
      if (clients.length > 0) await database.write({ statements: [updateSeen(clients)] });
    },

    async forget(id, at, audit) {
      await database.write({
        statements: [
          query
            .insertInto('client_tombstones')
            .values({ id, forgotten_at_ms: at.ms, forgotten_by: at.by })
            .onConflict((conflict) => conflict.column('id').doNothing()),
          query.deleteFrom('clients').where('id', '=', id),
          query.deleteFrom('client_keys').where('client_id', '=', id),
        ],
        audit,
      });
    },
  };
}
