/** What is shown of batches: one with its groups, its hosts page by page, the list of all, and the export. */
import { OpsError } from '@ops/protocol/errors.ts';
import type { BatchSummary } from '@ops/protocol/http/batches.ts';
import type { Clock } from '@ops/runtime/clock.ts';

import type { Commands } from '../commands/commands.ts';
import type { ActiveBatches } from './active-batches.ts';
import type { BatchCache } from './batch-cache.ts';
import { batchRecord, summaryOfBatch, versionOf, type BatchRecord } from './batch-record.ts';
import type { BatchFacts, BatchStore } from './batch-store.ts';
import type { Batches, BatchHostsFilter } from './batches.ts';
import { csvPieces } from './export-csv.ts';
import { jsonLines } from './export-json-lines.ts';
import { exportedHosts } from './exported-hosts.ts';
import { readGroups, type Groups } from './groups.ts';
import type { Member } from './members.ts';
import { createTallies } from './tallies.ts';

export interface BatchViews {
  /** The batch in memory, read when it is not there. */
  record(id: string): Promise<BatchRecord | undefined>;
  /** A command of a finished batch changed. */
  changed(id: string): void;
  readonly reads: Pick<Batches, 'get' | 'list' | 'hosts' | 'export'>;
}

export function createBatchViews(needs: {
  readonly store: BatchStore;
  readonly commands: Pick<Commands, 'output'>;
  readonly active: Pick<ActiveBatches, 'get'>;
  readonly cache: BatchCache;
  readonly clock: Clock;
}): BatchViews {
  const { store, commands, active, cache, clock } = needs;
  const tallies = createTallies(store, clock);

  async function record(id: string): Promise<BatchRecord | undefined> {
    const entry = active.get(id);
    if (entry) return entry.record;
    return cache.load(id, async () => {
      const facts = await store.find(id);
      return facts && batchRecord(facts, await store.members(id));
    });
  }

  async function groupsOf(found: BatchRecord): Promise<Groups> {
    const version = versionOf(found);
    const { groups: before, members } = found;
    if (before?.version === version) return before;
    const groups = await readGroups({ store, commands, clock }, { list: members.list, version, before });
    if (!found.groups || found.groups.version < version) found.groups = groups;
    return groups;
  }

  async function summaryOf(facts: BatchFacts): Promise<BatchSummary> {
    const found = active.get(facts.id)?.record ?? cache.get(facts.id);
    if (found) return summaryOfBatch(found);
    return tallies.summary(facts);
  }

  return {
    record,
    changed: (id) => tallies.forget(id),
    reads: {
      async get(id) {
        const found = await record(id);
        if (!found) return undefined;
        const { groups, moreGroups, moreHosts } = await groupsOf(found);
        return { batch: summaryOfBatch(found), groups, moreGroups, moreHosts };
      },

      async list({ limit, cursor }) {
        const rows = await store.page(limit + 1, cursor === undefined ? undefined : numberOf(cursor));
        const page = rows.slice(0, limit);
        const batches: BatchSummary[] = [];
        for (const { number: _number, ...facts } of page) batches.push(await summaryOf(facts));
        return { batches, nextCursor: rows.length > limit ? String(page.at(-1)!.number) : null };
      },

      async hosts(id, filter, { offset, limit }) {
        const found = await record(id);
        if (!found) return undefined;
        const version = versionOf(found);
        const passing = found.members.list.filter(createTest(filter));
        const ids = passing.slice(offset, offset + limit).map(({ commandId }) => commandId);
        return { hosts: await store.summaries(ids), total: passing.length, version };
      },

      async export(id, format) {
        const found = await record(id);
        if (!found) return undefined;
        const ids = found.members.list.map(({ commandId }) => commandId);
        const hosts = exportedHosts({ store, commands, clock }, ids);
        return format === 'csv' ? csvPieces(hosts) : jsonLines(hosts);
      },
    },
  };
}

/** @throws OpsError `invalid_request` for a cursor that is not ours */
function numberOf(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new OpsError('invalid_request', { field: 'query.cursor', reason: 'has the wrong form' });
}

function createTest({ status, group, search }: BatchHostsFilter): (member: Member) => boolean {
  const part = search?.toLowerCase();
  return (member) =>
    (status === undefined || member.status === status) &&
    (group === undefined || member.groupKey === group) &&
    (part === undefined || member.hostname.toLowerCase().includes(part));
}
