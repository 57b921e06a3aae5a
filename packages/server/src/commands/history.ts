/**
 * The history of commands, newest first, page by page. What a filter has no index for is looked through in slices, so
 * that no single read holds up the event loop.
 */
import { sql } from 'kysely';

import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { sleep, type Clock } from '@ops/runtime/clock.ts';

import type { Database } from '../storage/database.ts';
import { contains } from '../storage/select.ts';
import type { Tables } from '../storage/tables.ts';
import { summaryOf, type CommandRow } from './command-rows.ts';
import type { CommandFilter } from './commands.ts';

/** Rows looked through in one read: some 3 ms. */
export const ROWS_AT_ONCE = 5_000;

export interface HistoryPage {
  readonly commands: readonly CommandSummary[];
  readonly nextCursor: string | null;
}

export interface History {
  /**
   * @param newest what is shown for a row; undefined when it no longer passes the filter
   */
  list(
    filter: CommandFilter,
    page: { readonly limit: number; readonly cursor?: string | undefined },
    newest: (row: CommandSummary) => Promise<CommandSummary | undefined> | CommandSummary | undefined,
  ): Promise<HistoryPage>;
}

export function createHistory(database: Database<Tables>, clock: Clock): History {
  const { query } = database;

  async function read(
    filter: CommandFilter,
    below: number,
    from: number,
    limit: number,
  ): Promise<CommandRow[]> {
    let rows = query
      .selectFrom('commands')
      .selectAll()
      .where('number', '<', below)
      .where('number', '>=', from)
      .orderBy('number', 'desc')
      .limit(limit);
    const { clientId, batchId, appName, state, search, createdBy, fromMs, toMs, single } = filter;
    if (clientId !== undefined) rows = rows.where('client_id', '=', clientId);
    if (batchId !== undefined) rows = rows.where('batch_id', '=', batchId);
    if (state === 'active') rows = rows.where('state', 'in', ['Pending', 'Executing']);
    else if (state !== undefined) rows = rows.where('state', '=', state);
    if (createdBy !== undefined) rows = rows.where('created_by', '=', createdBy);
    if (fromMs !== undefined) rows = rows.where('created_at_ms', '>=', fromMs);
    if (toMs !== undefined) rows = rows.where('created_at_ms', '<=', toMs);
    if (appName !== undefined)
      rows = rows.where(sql<boolean>`json_extract(detail, '$.appName') = ${appName}`);
    if (single === true) rows = rows.where('batch_id', 'is', null);
    if (search !== undefined && search !== '')
      rows = rows.where((where) => where.or([contains('command', search), contains('hostname', search)]));
    return rows.execute();
  }

  async function newestNumber(): Promise<number> {
    const row = await query
      .selectFrom('commands')
      .select(({ fn }) => fn.max('number').as('number'))
      .executeTakeFirst();
    return row?.number ?? 0;
  }

  async function oldestNumber(): Promise<number> {
    const row = await query
      .selectFrom('commands')
      .select(({ fn }) => fn.min('number').as('number'))
      .executeTakeFirst();
    return row?.number ?? 0;
  }

  return {
    async list(filter, { limit, cursor }, newest) {
      const commands: CommandSummary[] = [];
      let below = cursorFrom(cursor) ?? (await newestNumber()) + 1;
      const oldest = await oldestNumber();
      const slice = needsSlices(filter) ? ROWS_AT_ONCE : Infinity;
      while (below > oldest) {
        const from = Math.max(below - slice, oldest);
        const wanted = limit - commands.length + 1;
        const rows = await read(filter, below, from, wanted);
        for (const row of rows) {
          if (commands.length === limit) return { commands, nextCursor: String(row.number + 1) };
          const shown = await newest(summaryOf(row));
          if (shown) commands.push(shown);
        }
        // A full read may have left some behind in its slice.
        below = rows.length === wanted ? rows.at(-1)!.number : from;
        if (below > oldest) await sleep(clock, 0);
      }
      return { commands, nextCursor: null };
    },
  };
}

/** Without an index for what is looked for, a read could go through the whole table. */
function needsSlices({
  clientId,
  batchId,
  appName,
  state,
  search,
  createdBy,
  fromMs,
  toMs,
}: CommandFilter): boolean {
  if (clientId !== undefined || batchId !== undefined || state === 'active') return false;
  return [appName, state, search, createdBy, fromMs, toMs].some((each) => each !== undefined);
}

/** @returns undefined for none, or one that we did not give */
function cursorFrom(cursor: string | undefined): number | undefined {
  return cursor !== undefined && /^\d{1,15}$/.test(cursor) ? Number(cursor) : undefined;
}
