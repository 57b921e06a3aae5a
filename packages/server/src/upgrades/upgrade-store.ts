/** Upgrades in the database. A change of one is one transaction: its row, the rows of its hosts, the audit entry. */
import { clientRelease } from '@ops/protocol/domain/client-release.ts';
import type { ReleaseSignature } from '@ops/protocol/domain/client-release.ts';
import { UPGRADE_REASONS } from '@ops/protocol/domain/upgrade.ts';
import type { UpgradeHostState } from '@ops/protocol/domain/upgrade.ts';
import type { UpgradeSummary } from '@ops/protocol/http/upgrades.ts';
import { decode } from '@ops/protocol/schema.ts';
import { sleep, type Clock } from '@ops/runtime/clock.ts';
import type { Selectable, Updateable } from 'kysely';

import type { AuditEntry } from '../audit/entry.ts';
import { keyStatements, type NewKey } from '../commands/command-store.ts';
import { forEach } from '../commands/steps.ts';
import type { Database, Statement } from '../storage/database.ts';
import { contains, newestFirst } from '../storage/select.ts';
import type { Tables } from '../storage/tables.ts';
import { countsOf, summaryOf } from './record.ts';
import type { Counts, Host, Progress, UpgradeFacts, UpgradeRecord } from './record.ts';

/** Rows of one read: some milliseconds, after which others have their turn. */
const ROWS_AT_ONCE = 1000;

export interface UpgradeStore {
  /** @throws OpsError `storage_unavailable`; ChangeRefusedError `unique` when the key is taken, or another one is not over */
  insert(record: UpgradeRecord, key: NewKey | undefined, audit: AuditEntry): Promise<void>;
  /** It stands so from now on, and so do these of its hosts. @throws OpsError `storage_unavailable` */
  save(
    record: Pick<UpgradeRecord, 'facts' | 'hosts'>,
    to: { readonly progress: Progress; readonly hosts: readonly Host[]; readonly revision: number },
    audit: readonly AuditEntry[],
  ): Promise<void>;
  /** The one that is not over. */
  unfinished(): Promise<UpgradeRecord | undefined>;
  summary(id: string): Promise<UpgradeSummary | undefined>;
  /** Newest first. @param below number of the one the page before ended with */
  page(
    below: number | undefined,
    limit: number,
  ): Promise<readonly { readonly number: number; readonly summary: UpgradeSummary }[]>;
  hosts(
    id: string,
    filter: { readonly state?: UpgradeHostState | undefined; readonly search?: string | undefined },
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{ readonly hosts: readonly Host[]; readonly total: number }>;
  /** Those that were over before. @throws OpsError `storage_unavailable` */
  deleteFinished(beforeMs: number): Promise<void>;
}

type Row = Selectable<Tables['upgrades']>;

const INSERT_HOSTS = `INSERT INTO upgrade_hosts (upgrade_id, position, client_id, hostname, canary, version_before, state,
    reason, detail, changed_at_ms)
  SELECT ?2, r.value ->> 0, r.value ->> 1, r.value ->> 2, r.value ->> 3, r.value ->> 4, r.value ->> 5, r.value ->> 6,
    r.value ->> 7, r.value ->> 8 FROM json_each(?1) AS r`;

/** With the id in each value: so the key of each is looked up, else every host is compared with every value. */
const UPDATE_HOSTS = `UPDATE upgrade_hosts SET state = r.value ->> 2, reason = r.value ->> 3, detail = r.value ->> 4,
    changed_at_ms = r.value ->> 5
  FROM json_each(?1) AS r WHERE upgrade_id = r.value ->> 0 AND position = r.value ->> 1`;

export function createUpgradeStore(database: Database<Tables>, clock: Clock): UpgradeStore {
  const { query } = database;

  async function allHosts(id: string): Promise<Host[]> {
    const hosts: Host[] = [];
    for (;;) {
      const rows = await query
        .selectFrom('upgrade_hosts')
        .selectAll()
        .where('upgrade_id', '=', id)
        .where('position', '>=', hosts.length)
        .orderBy('position')
        .limit(ROWS_AT_ONCE)
        .execute();
      hosts.push(...rows.map(hostOf));
      if (rows.length < ROWS_AT_ONCE) return hosts;
      await sleep(clock, 0);
    }
  }

  return {
    async insert({ facts, hosts, progress, revision }, key, audit) {
      const insert = query.insertInto('upgrades').values({
        id: facts.id,
        manifest: facts.manifest,
        signature: JSON.stringify(facts.signature),
        max_failures: facts.maxFailures,
        concurrency: facts.concurrency,
        created_at_ms: facts.createdAtMs,
        created_by: facts.createdBy,
        expires_at_ms: facts.expiresAtMs,
        ...changing(progress, hosts),
        revision,
      });
      const rows = hosts.map((host) => [
        host.position,
        host.clientId,
        host.hostname,
        host.canary ? 1 : 0,
        host.versionBefore,
        host.state,
        host.reason,
        host.detail,
        host.changedAtMs,
      ]);
      const keys = key ? keyStatements(query, key) : [];
      await database.write({
        statements: [...keys, insert, forEach(rows, INSERT_HOSTS, facts.id)],
        audit: [audit],
      });
    },

    async save(record, { progress, hosts, revision }, audit) {
      const { id } = record.facts;
      const after = [...record.hosts];
      for (const host of hosts) after[host.position] = host;
      const statements: Statement[] = [
        query
          .updateTable('upgrades')
          .set({ ...changing(progress, after), revision })
          .where('id', '=', id),
      ];
      if (hosts.length > 0) {
        const rows = hosts.map(({ position, state, reason, detail, changedAtMs }) => [
          id,
          position,
          state,
          reason,
          detail,
          changedAtMs,
        ]);
        statements.push(forEach(rows, UPDATE_HOSTS));
      }
      await database.write({ statements, audit });
    },

    async unfinished() {
      const row = await query
        .selectFrom('upgrades')
        .selectAll()
        .where('finished_at_ms', 'is', null)
        .executeTakeFirst();
      if (!row) return undefined;
      return {
        facts: factsOf(row),
        progress: progressOf(row),
        hosts: await allHosts(row.id),
        revision: row.revision,
      };
    },

    async summary(id) {
      const row = await query.selectFrom('upgrades').selectAll().where('id', '=', id).executeTakeFirst();
      return row && summaryOfRow(row);
    },

    async page(below, limit) {
      const rows = await query.selectFrom('upgrades').selectAll().$call(newestFirst(below, limit)).execute();
      return rows.map((row) => ({ number: row.number, summary: summaryOfRow(row) }));
    },

    async hosts(id, { state, search }, { offset, limit }) {
      const passing = query
        .selectFrom('upgrade_hosts')
        .where('upgrade_id', '=', id)
        .$if(state !== undefined, (select) => select.where('state', '=', state!))
        .$if(search !== undefined, (select) => select.where(contains('hostname', search!)));
      const rows = await passing.selectAll().orderBy('position').limit(limit).offset(offset).execute();
      const { total } = await passing
        .select(({ fn }) => fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow();
      return { hosts: rows.map(hostOf), total };
    },

    async deleteFinished(beforeMs) {
      const old = query.selectFrom('upgrades').select('id').where('finished_at_ms', '<', beforeMs);
      // Most often there is none, and nothing to flush.
      if (!(await old.limit(1).executeTakeFirst())) return;
      await database.write({
        statements: [
          query.deleteFrom('upgrade_hosts').where('upgrade_id', 'in', old),
          query.deleteFrom('upgrades').where('finished_at_ms', '<', beforeMs),
        ],
      });
    },
  };
}

/** The columns that a change writes. */
function changing(progress: Progress, hosts: readonly Host[]) {
  return {
    state: progress.state,
    changed_by: progress.changedBy,
    finished_at_ms: progress.finishedAtMs,
    failures: progress.failures,
    counts: JSON.stringify(countsOf(hosts)),
  } satisfies Updateable<Tables['upgrades']>;
}

function factsOf(row: Row): UpgradeFacts {
  return {
    id: row.id,
    manifest: row.manifest,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by insert alone
    signature: JSON.parse(row.signature) as ReleaseSignature,
    about: decode(clientRelease, JSON.parse(row.manifest)),
    createdBy: row.created_by,
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
    concurrency: row.concurrency,
    maxFailures: row.max_failures,
  };
}

function progressOf(row: Row): Progress {
  return {
    state: row.state,
    changedBy: row.changed_by,
    finishedAtMs: row.finished_at_ms,
    failures: row.failures,
  };
}

function summaryOfRow(row: Row): UpgradeSummary {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by the store alone
  const counts = JSON.parse(row.counts) as Counts;
  return summaryOf(factsOf(row), progressOf(row), counts, row.revision);
}

function hostOf(row: Selectable<Tables['upgrade_hosts']>): Host {
  return {
    position: row.position,
    clientId: row.client_id,
    hostname: row.hostname,
    canary: row.canary === 1,
    versionBefore: row.version_before,
    state: row.state,
    reason: UPGRADE_REASONS.find((known) => known === row.reason) ?? null,
    detail: row.detail,
    changedAtMs: row.changed_at_ms,
  };
}
