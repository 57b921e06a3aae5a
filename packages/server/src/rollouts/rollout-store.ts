/** Rollouts in the database. A change of one is one transaction: its row, the rows of its hosts, the audit entries. */
import { sql, type Updateable } from 'kysely';

import type { RolloutSummary } from '@ops/protocol/http/rollouts.ts';
import { sleep, type Clock } from '@ops/runtime/clock.ts';

import type { AuditEntry } from '../audit/entry.ts';
import { keyStatements, type NewKey } from '../commands/command-store.ts';
import { forEach } from '../commands/steps.ts';
import type { Database, Statement } from '../storage/database.ts';
import { contains, newestFirst } from '../storage/select.ts';
import type { Tables } from '../storage/tables.ts';
import { storedDetail } from './findings.ts';
import { waveReports, type Host, type HostStep, type Progress, type RolloutRecord } from './record.ts';
import { factsOf, hostOf, progressOf, summaryOfRow } from './rollout-rows.ts';
import type { RolloutHostsFilter } from './rollouts.ts';

/** Rows of one read: some milliseconds, after which others have their turn. */
export const ROWS_AT_ONCE = 1000;

export interface RolloutStore {
  /** @throws OpsError `storage_unavailable`; ChangeRefusedError `unique` when the key is taken */
  insert(record: RolloutRecord, key: NewKey | undefined, audit: AuditEntry): Promise<void>;
  /** It stands so from now on, and so do these of its hosts. @throws OpsError `storage_unavailable` */
  save(
    record: Pick<RolloutRecord, 'facts' | 'hosts'>,
    to: { readonly progress: Progress; readonly hosts: readonly Host[]; readonly revision: number },
    audit: readonly AuditEntry[],
  ): Promise<void>;
  /** For the transaction of a command: it is this step of this host, which is so from now on. A second one is refused as `unique`. */
  stepStatements(rolloutId: string, host: Host, step: HostStep, revision: number): readonly Statement[];
  /** The command of a step, when it was made. */
  step(rolloutId: string, position: number, step: Omit<HostStep, 'commandId'>): Promise<string | undefined>;
  /** Ids of those that are not over, oldest first. */
  unfinished(): Promise<readonly string[]>;
  record(id: string): Promise<RolloutRecord | undefined>;
  summary(id: string): Promise<RolloutSummary | undefined>;
  /** Newest first. @param below number of the one the page before ended with */
  page(
    appName: string | undefined,
    below: number | undefined,
    limit: number,
  ): Promise<readonly { readonly number: number; readonly summary: RolloutSummary }[]>;
  hosts(
    id: string,
    filter: RolloutHostsFilter,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{ readonly hosts: readonly Host[]; readonly total: number }>;
  /** Those that were over before. @throws OpsError `storage_unavailable` */
  deleteFinished(beforeMs: number): Promise<void>;
}

const INSERT_HOSTS = `INSERT INTO rollout_hosts (rollout_id, position, client_id, hostname, wave, held_to_status,
    version_before, state, reason, detail)
  SELECT ?2, r.value ->> 0, r.value ->> 1, r.value ->> 2, r.value ->> 3, r.value ->> 4, r.value ->> 5, r.value ->> 6,
    r.value ->> 7, r.value ->> 8 FROM json_each(?1) AS r`;

/** With the id in each value: so the key of each is looked up, else every host is compared with every value. */
const UPDATE_HOSTS = `UPDATE rollout_hosts SET state = r.value ->> 2, reason = r.value ->> 3, detail = r.value ->> 4
  FROM json_each(?1) AS r WHERE rollout_id = r.value ->> 0 AND position = r.value ->> 1`;

export function createRolloutStore(database: Database<Tables>, clock: Clock): RolloutStore {
  const { query } = database;

  async function stepsOf(id: string, from: number, to: number): Promise<ReadonlyMap<number, HostStep[]>> {
    const rows = await query
      .selectFrom('rollout_steps')
      .selectAll()
      .where('rollout_id', '=', id)
      .where('position', '>=', from)
      .where('position', '<=', to)
      .orderBy('position')
      .orderBy('attempt')
      .orderBy('step')
      .execute();
    const steps = new Map<number, HostStep[]>();
    for (const { position, attempt, step, command_id: commandId } of rows) {
      const known = steps.get(position);
      if (known) known.push({ attempt, step, commandId });
      else steps.set(position, [{ attempt, step, commandId }]);
    }
    return steps;
  }

  async function allHosts(id: string): Promise<Host[]> {
    const hosts: Host[] = [];
    for (;;) {
      const rows = await query
        .selectFrom('rollout_hosts')
        .selectAll()
        .where('rollout_id', '=', id)
        .where('position', '>=', hosts.length)
        .orderBy('position')
        .limit(ROWS_AT_ONCE)
        .execute();
      const steps = await stepsOf(id, hosts.length, hosts.length + ROWS_AT_ONCE - 1);
      for (const row of rows) hosts.push(hostOf(row, steps.get(row.position) ?? []));
      if (rows.length < ROWS_AT_ONCE) return hosts;
      await sleep(clock, 0);
    }
  }

  const rowOf = (id: string) =>
    query.selectFrom('rollouts').selectAll().where('id', '=', id).executeTakeFirst();

  return {
    async insert(record, key, audit) {
      const { facts, hosts, progress, revision } = record;
      const { change } = facts;
      const insertRollout = query.insertInto('rollouts').values({
        id: facts.id,
        app_name: facts.appName,
        action: change.kind === 'action' ? change.action : null,
        version: change.kind === 'version' ? change.version : null,
        restart: change.kind === 'version' && change.restart ? 1 : 0,
        max_failures: facts.maxFailures,
        gate: JSON.stringify(facts.gate),
        on_failure: facts.onFailure,
        concurrency: facts.concurrency,
        timeout_secs: facts.timeoutSecs,
        created_at_ms: facts.createdAtMs,
        created_by: facts.createdBy,
        ...changing(progress, hosts),
        skipped: facts.skipped,
        revision,
      });
      const rows = hosts.map((host) => [
        host.position,
        host.clientId,
        host.hostname,
        host.wave,
        host.heldToStatus ? 1 : 0,
        host.versionBefore,
        host.state,
        host.reason,
        storedDetail(host.detail),
      ]);
      await database.write({
        statements: [
          ...(key ? keyStatements(query, key) : []),
          insertRollout,
          forEach(rows, INSERT_HOSTS, facts.id),
        ],
        audit: [audit],
      });
    },

    async save(record, { progress, hosts, revision }, audit) {
      const { id } = record.facts;
      const after = [...record.hosts];
      for (const host of hosts) after[host.position] = host;
      const statements: Statement[] = [
        query
          .updateTable('rollouts')
          .set({ ...changing(progress, after), revision })
          .where('id', '=', id),
      ];
      if (hosts.length > 0) {
        const rows = hosts.map(({ position, state, reason, detail }) => [
          id,
          position,
          state,
          reason,
          storedDetail(detail),
        ]);
        statements.push(forEach(rows, UPDATE_HOSTS));
      }
      await database.write({ statements, audit });
    },

    stepStatements: (rolloutId, { position, state, reason, detail }, step, revision) => [
      query.insertInto('rollout_steps').values({
        rollout_id: rolloutId,
        position,
        attempt: step.attempt,
        step: step.step,
        command_id: step.commandId,
      }),
      query
        .updateTable('rollout_hosts')
        .set({ state, reason, detail: storedDetail(detail) })
        .where('rollout_id', '=', rolloutId)
        .where('position', '=', position),
      query
        .updateTable('rollouts')
        .set({ revision: sql<number>`max(revision, ${revision})` })
        .where('id', '=', rolloutId),
    ],

    async step(rolloutId, position, { attempt, step }) {
      const row = await query
        .selectFrom('rollout_steps')
        .select('command_id')
        .where('rollout_id', '=', rolloutId)
        .where('position', '=', position)
        .where('attempt', '=', attempt)
        .where('step', '=', step)
        .executeTakeFirst();
      return row?.command_id;
    },

    async unfinished() {
      const rows = await query
        .selectFrom('rollouts')
        .select('id')
        .where('finished_at_ms', 'is', null)
        .orderBy('number')
        .execute();
      return rows.map(({ id }) => id);
    },

    async record(id) {
      const row = await rowOf(id);
      if (!row) return undefined;
      return {
        facts: factsOf(row),
        progress: progressOf(row),
        hosts: await allHosts(id),
        revision: row.revision,
      };
    },

    async summary(id) {
      const row = await rowOf(id);
      return row && summaryOfRow(row);
    },

    async page(appName, below, limit) {
      const rows = await query
        .selectFrom('rollouts')
        .selectAll()
        .$if(appName !== undefined, (select) => select.where('app_name', '=', appName!))
        .$call(newestFirst(below, limit))
        .execute();
      return rows.map((row) => ({ number: row.number, summary: summaryOfRow(row) }));
    },

    async hosts(id, { wave, state, search }, { offset, limit }) {
      const passing = query
        .selectFrom('rollout_hosts')
        .where('rollout_id', '=', id)
        .$if(wave !== undefined, (select) => select.where('wave', '=', wave!))
        .$if(state !== undefined, (select) => select.where('state', '=', state!))
        .$if(search !== undefined, (select) => select.where(contains('hostname', search!)));
      const rows = await passing.selectAll().orderBy('position').limit(limit).offset(offset).execute();
      const { total } = await passing
        .select(({ fn }) => fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow();
      const steps = await stepsOf(id, rows[0]?.position ?? 0, rows.at(-1)?.position ?? 0);
      return { hosts: rows.map((row) => hostOf(row, steps.get(row.position) ?? [])), total };
    },

    async deleteFinished(beforeMs) {
      const old = query.selectFrom('rollouts').select('id').where('finished_at_ms', '<', beforeMs);
      // Most often there is none, and nothing to flush.
      if (!(await old.limit(1).executeTakeFirst())) return;
      await database.write({
        statements: [
          query.deleteFrom('rollout_steps').where('rollout_id', 'in', old),
          query.deleteFrom('rollout_hosts').where('rollout_id', 'in', old),
          query.deleteFrom('rollouts').where('finished_at_ms', '<', beforeMs),
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
    wave: progress.wave,
    waves: JSON.stringify(waveReports({ progress, hosts })),
    failures: progress.failures,
    attempt: progress.attempt,
  } satisfies Updateable<Tables['rollouts']>;
}
