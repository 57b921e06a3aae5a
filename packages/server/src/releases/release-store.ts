/** Releases in the database. Rows stay here. */
import { sql, type Selectable } from 'kysely';

import type { Database, Statement } from '../storage/database.ts';
import { newestFirst } from '../storage/select.ts';
import type { Tables } from '../storage/tables.ts';
import { forEach } from '../commands/steps.ts';
import type { ReleaseDraft, ReleaseFilter, StoredRelease } from './releases.ts';

/** A version nobody here asked for. */
export interface FoundRelease {
  readonly clientId: string;
  readonly hostname: string;
  readonly appName: string;
  readonly version: string;
  readonly versionBefore: string | null;
  readonly branch: string | null;
  readonly commit: string | null;
  readonly atMs: number;
}

export interface ReleaseEnd {
  readonly commandId: string;
  readonly clientId: string;
  readonly appName: string;
  readonly succeeded: boolean;
  readonly atMs: number;
  readonly branch: string | null;
  readonly commit: string | null;
}

export interface KnownVersion {
  readonly clientId: string;
  readonly appName: string;
  readonly version: string;
}

/** Clients whose newest versions are read at once: some milliseconds. */
export const CLIENTS_AT_ONCE = 200;

export interface ReleaseStore {
  /** For the transaction of the command. */
  insert(draft: ReleaseDraft, commandId: string, atMs: number): Statement;
  /** One change: in their order, and then what is beyond `keep` of each application goes. @throws OpsError */
  write(found: readonly FoundRelease[], ends: readonly ReleaseEnd[]): Promise<void>;
  /** Of a client that was forgotten. @throws OpsError */
  forget(clientId: string): Promise<void>;
  /** Of clients that are not known any more. @throws OpsError */
  forgetUnknown(): Promise<void>;
  /** The newest version of each application that succeeded, client by client behind `after`; `next`: to go on with. */
  newest(
    after: string,
  ): Promise<{ readonly known: readonly KnownVersion[]; readonly next: string | undefined }>;
  running(): Promise<readonly StoredRelease[]>;
  ofCommand(commandId: string): Promise<StoredRelease | undefined>;
  /** Newest first; `isNewest`: no later one of its application succeeded. */
  page(
    filter: ReleaseFilter,
    below: number | undefined,
    limit: number,
  ): Promise<readonly { readonly release: StoredRelease; readonly isNewest: boolean }[]>;
  versionBefore(clientId: string, appName: string, version: string | undefined): Promise<string | undefined>;
}

const FOUND = `INSERT INTO releases (client_id, hostname, app_name, kind, version, version_before, branch, "commit",
    outcome, started_at_ms, finished_at_ms)
  SELECT r.value ->> 0, r.value ->> 1, r.value ->> 2, 'found', r.value ->> 3, r.value ->> 4, r.value ->> 5,
    r.value ->> 6, 'succeeded', r.value ->> 7, r.value ->> 7 FROM json_each(?1) AS r`;

const END = `UPDATE releases SET outcome = r.value ->> 1, finished_at_ms = r.value ->> 2, branch = r.value ->> 3,
    "commit" = r.value ->> 4
  FROM json_each(?1) AS r WHERE releases.command_id = r.value ->> 0`;

/** Each of the applications: what comes behind the newest so many. */
const PRUNE = `DELETE FROM releases WHERE number IN (
    SELECT old.number FROM json_each(?1) AS r CROSS JOIN releases AS old
      ON old.client_id = r.value ->> 0 AND old.app_name = r.value ->> 1 AND old.number <= (
        SELECT number FROM releases AS n WHERE n.client_id = r.value ->> 0 AND n.app_name = r.value ->> 1
        ORDER BY number DESC LIMIT 1 OFFSET ?2)
    WHERE old.outcome <> 'running')`;

export function createReleaseStore(database: Database<Tables>, keep: number): ReleaseStore {
  const { query } = database;

  return {
    insert: (draft, commandId, atMs) =>
      query.insertInto('releases').values({
        client_id: draft.clientId,
        hostname: draft.hostname,
        app_name: draft.appName,
        kind: draft.kind,
        version: draft.version,
        version_before: draft.versionBefore,
        branch: null,
        commit: null,
        outcome: 'running',
        created_by: draft.createdBy,
        started_at_ms: atMs,
        finished_at_ms: null,
        command_id: commandId,
        rollout_id: draft.rolloutId,
      }),

    async write(found, ends) {
      const statements: Statement[] = [];
      if (ends.length > 0) {
        const rows = ends.map((end) => [
          end.commandId,
          end.succeeded ? 'succeeded' : 'failed',
          end.atMs,
          end.branch,
          end.commit,
        ]);
        statements.push(forEach(rows, END));
      }
      if (found.length > 0) {
        const rows = found.map((each) => [
          each.clientId,
          each.hostname,
          each.appName,
          each.version,
          each.versionBefore,
          each.branch,
          each.commit,
          each.atMs,
        ]);
        statements.push(forEach(rows, FOUND));
      }
      // What is seen for the first time has nothing before it.
      const grown = [...ends, ...found.filter(({ versionBefore }) => versionBefore !== null)];
      if (grown.length > 0) {
        const apps = grown.map(({ clientId, appName }) => [clientId, appName]);
        statements.push(forEach(apps, PRUNE, keep));
      }
      if (statements.length > 0) await database.write({ statements });
    },

    async forget(clientId) {
      await database.write({ statements: [query.deleteFrom('releases').where('client_id', '=', clientId)] });
    },

    async forgetUnknown() {
      const unknown = query
        .deleteFrom('releases')
        .where('client_id', 'not in', (of) => of.selectFrom('clients').select('id'));
      await database.write({ statements: [unknown] });
    },

    async newest(after) {
      const clients = await query
        .selectFrom('releases')
        .select('client_id')
        .distinct()
        .where('client_id', '>', after)
        .orderBy('client_id')
        .limit(CLIENTS_AT_ONCE)
        .execute();
      const last = clients.at(-1)?.client_id;
      if (last === undefined) return { known: [], next: undefined };
      const rows = await query
        .selectFrom('releases')
        .select(['client_id', 'app_name', 'version', ({ fn }) => fn.max('number').as('number')])
        .where('client_id', '>', after)
        .where('client_id', '<=', last)
        .where('outcome', '=', 'succeeded')
        // Of each group the row with the highest number is shown: so SQLite has it for max().
        .groupBy(['client_id', 'app_name'])
        .execute();
      const known = rows.map((row) => ({
        clientId: row.client_id,
        appName: row.app_name,
        version: row.version,
      }));
      return { known, next: clients.length < CLIENTS_AT_ONCE ? undefined : last };
    },

    async running() {
      const rows = await query
        .selectFrom('releases')
        .selectAll()
        .where('outcome', '=', sql.lit('running'))
        .orderBy('number')
        .execute();
      return rows.map(releaseOf);
    },

    async ofCommand(commandId) {
      const row = await query
        .selectFrom('releases')
        .selectAll()
        .where('command_id', '=', commandId)
        .executeTakeFirst();
      return row && releaseOf(row);
    },

    async page({ clientId, appName }, below, limit) {
      const rows = await query
        .selectFrom('releases')
        .selectAll()
        .select(
          sql<number>`number = (SELECT max(n.number) FROM releases AS n WHERE n.client_id = releases.client_id
            AND n.app_name = releases.app_name AND n.outcome = 'succeeded')`.as('is_newest'),
        )
        .$if(clientId !== undefined, (select) => select.where('client_id', '=', clientId!))
        .$if(appName !== undefined, (select) => select.where('app_name', '=', appName!))
        .$call(newestFirst(below, limit))
        .execute();
      return rows.map((row) => ({ release: releaseOf(row), isNewest: row.is_newest === 1 }));
    },

    async versionBefore(clientId, appName, version) {
      const rows = await query
        .selectFrom('releases')
        .select('version')
        .where('client_id', '=', clientId)
        .where('app_name', '=', appName)
        .where('outcome', '=', 'succeeded')
        .orderBy('number', 'desc')
        .execute();
      const now = rows.findIndex((row) => row.version === version);
      return rows.slice(now + 1).find((row) => row.version !== version)?.version;
    },
  };
}

function releaseOf(row: Selectable<Tables['releases']>): StoredRelease {
  return {
    number: row.number,
    client_id: row.client_id,
    hostname: row.hostname,
    app_name: row.app_name,
    kind: row.kind,
    version: row.version,
    version_before: row.version_before,
    branch: row.branch,
    commit: row.commit,
    outcome: row.outcome,
    created_by: row.created_by,
    started_at_ms: row.started_at_ms,
    finished_at_ms: row.finished_at_ms,
    command_id: row.command_id,
    rollout_id: row.rollout_id,
  };
}
