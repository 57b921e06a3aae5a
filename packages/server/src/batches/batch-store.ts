/** Batches in the database. Their rows, and those of their commands, are made by commands/; here they are read. */
import { sql, type Selectable } from 'kysely';

import type { BatchSummary } from '@ops/protocol/http/batches.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { sleep, type Clock } from '@ops/runtime/clock.ts';

import type { AuditEntry } from '../audit/entry.ts';
import { summaryOf } from '../commands/command-rows.ts';
import type { Database } from '../storage/database.ts';
import { newestFirst } from '../storage/select.ts';
import type { Tables } from '../storage/tables.ts';
import { memberOf, type Member, type Standing } from './members.ts';

/** Rows of one read: some milliseconds, after which others have their turn. */
export const ROWS_AT_ONCE = 1000;
/** Ids of one read: an index look-up each. */
const IDS_AT_ONCE = 250;

/** A batch without its commands. */
export type BatchFacts = Omit<BatchSummary, 'counts' | 'version'>;

export interface BatchStore {
  /** Those that are not finished, oldest first. */
  unfinished(): Promise<readonly BatchFacts[]>;
  find(id: string): Promise<BatchFacts | undefined>;
  /** Newest first. @param before number of the batch the page before ended with */
  page(
    limit: number,
    before: number | undefined,
  ): Promise<readonly (BatchFacts & { readonly number: number })[]>;
  /** All commands of a batch, in their order. */
  members(batchId: string): Promise<readonly Member[]>;
  /** How the commands of a batch stand, and how many stand alike. */
  standings(batchId: string): Promise<readonly (Standing & { readonly commands: number })[]>;
  /** In the order of the ids. Unknown ones are left out. */
  summaries(ids: readonly string[]): Promise<readonly CommandSummary[]>;
  /** Commands of a batch that no connection was handed. */
  unsent(batchId: string): Promise<readonly string[]>;
  /** @throws OpsError `storage_unavailable` */
  stopping(id: string, why: 'user' | 'failures', by: string | null, audit: AuditEntry): Promise<void>;
  /** @throws OpsError `storage_unavailable` */
  finish(id: string, atMs: number): Promise<void>;
  /** What was refused. @throws OpsError `storage_unavailable` */
  record(audit: AuditEntry): Promise<void>;
}

export function createBatchStore(database: Database<Tables>, clock: Clock): BatchStore {
  const { query } = database;
  const turn = (): Promise<void> => sleep(clock, 0);

  return {
    async unfinished() {
      const rows = await query
        .selectFrom('batches')
        .selectAll()
        .where('state', '<>', sql.lit('finished'))
        .orderBy('number')
        .execute();
      return rows.map(factsOf);
    },

    async find(id) {
      const row = await query.selectFrom('batches').selectAll().where('id', '=', id).executeTakeFirst();
      return row && factsOf(row);
    },

    async page(limit, before) {
      const rows = await query.selectFrom('batches').selectAll().$call(newestFirst(before, limit)).execute();
      return rows.map((row) => ({ ...factsOf(row), number: row.number }));
    },

    async members(batchId) {
      const members: Member[] = [];
      for (let after = -1; ; await turn()) {
        const rows = await query
          .selectFrom('commands')
          .select(['id', 'client_id', 'hostname', 'position', 'state', 'held', 'exit_code', 'sent_at_ms'])
          .select(['cancel_requested_at_ms', 'late', 'group_key'])
          .where('batch_id', '=', batchId)
          .where('position', '>', after)
          .orderBy('position')
          .limit(ROWS_AT_ONCE)
          .execute();
        for (const row of rows) {
          const member = { commandId: row.id, clientId: row.client_id, hostname: row.hostname };
          const standing = {
            state: row.state,
            held: row.held === 1,
            exitCode: row.exit_code,
            sent: row.sent_at_ms !== null,
            cancelAsked: row.cancel_requested_at_ms !== null,
            late: row.late === 1,
            groupKey: row.group_key,
          };
          members.push(memberOf(member, standing));
        }
        if (rows.length < ROWS_AT_ONCE) return members;
        after = rows.at(-1)!.position;
      }
    },

    async standings(batchId) {
      const rows = await query
        .selectFrom('commands')
        .select(['state', 'held', 'late', (column) => column.fn.countAll<number>().as('commands')])
        .select([
          sql<number | null>`exit_code <> 0`.as('nonzero'),
          sql<number>`sent_at_ms IS NOT NULL`.as('sent'),
          sql<number>`cancel_requested_at_ms IS NOT NULL`.as('cancel_asked'),
        ])
        .where('batch_id', '=', batchId)
        .groupBy(['state', 'held', 'late', 'nonzero', 'sent', 'cancel_asked'])
        .execute();
      return rows.map((row) => ({
        state: row.state,
        held: row.held === 1,
        exitCode: row.nonzero,
        sent: row.sent === 1,
        cancelAsked: row.cancel_asked === 1,
        late: row.late === 1,
        groupKey: null,
        commands: row.commands,
      }));
    },

    async summaries(ids) {
      const found = new Map<string, CommandSummary>();
      for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
        if (at > 0) await turn();
        const rows = await query
          .selectFrom('commands')
          .selectAll()
          .where('id', 'in', ids.slice(at, at + IDS_AT_ONCE))
          .execute();
        for (const row of rows) found.set(row.id, summaryOf(row));
      }
      return ids.flatMap((id) => found.get(id) ?? []);
    },

    async unsent(batchId) {
      const rows = await query
        .selectFrom('commands')
        .select('id')
        .where('batch_id', '=', batchId)
        .where('state', '=', 'Pending')
        .where('sent_at_ms', 'is', null)
        .execute();
      return rows.map(({ id }) => id);
    },

    async stopping(id, why, by, audit) {
      const update = query
        .updateTable('batches')
        .set({ state: 'stopping', stopped: why, stopped_by: by })
        .where('id', '=', id)
        .where('state', '<>', 'finished');
      await database.write({ statements: [update], audit: [audit] });
    },

    async finish(id, atMs) {
      const update = query
        .updateTable('batches')
        .set({ state: 'finished', finished_at_ms: atMs })
        .where('id', '=', id)
        .where('state', '<>', 'finished');
      await database.write({ statements: [update] });
    },

    async record(audit) {
      await database.write({ statements: [], audit: [audit] });
    },
  };
}

function factsOf(row: Selectable<Tables['batches']>): BatchFacts {
  return {
    id: row.id,
    command: row.command,
    ran: row.ran,
    state: row.state,
    stopped: row.stopped,
    stopped_by: row.stopped_by,
    created_by: row.created_by,
    created_at_ms: row.created_at_ms,
    finished_at_ms: row.finished_at_ms,
    targets: row.targets,
    concurrency: row.concurrency,
    stop_after_failures: row.stop_after_failures,
    timeout_secs: row.timeout_secs,
    queue_secs: row.queue_secs,
    selection: selectionOf(row.selection),
    rerun_of: row.rerun_of,
  };
}

const KINDS = ['ids', 'selector', 'all', 'rerun'] as const;

/** How the targets were named. @param text JSON */
function selectionOf(text: string): BatchSummary['selection'] {
  const value: unknown = JSON.parse(text);
  const { kind, selector } = Object.fromEntries(Object.entries(value ?? {})) as Record<string, unknown>;
  return {
    kind: KINDS.find((known) => known === kind) ?? 'ids',
    selector: typeof selector === 'string' ? selector : null,
  };
}
