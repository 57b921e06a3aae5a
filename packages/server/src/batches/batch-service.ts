/**
 * Batches: who they are for is decided here once, their commands are made by `Commands.create`, and a runner (runner.ts)
 * brings each to its end. Those that are not finished are in memory, counted as their commands change; finished ones are
 * read when somebody looks (views.ts).
 *
 *   HTTP ─ Batches ─► create ─► Commands.create (rows + audit, one transaction)
 *                       │
 *   Commands.onChange ─► record (counts, groups) ─► runner ─► Commands.release, Commands.cancel
 *                       └──► announcer ─► onChange ─► events
 */
import { OpsError } from '@ops/protocol/errors.ts';
import type { BatchSummary } from '@ops/protocol/http/batches.ts';
import type { Policy } from '@ops/policy/policy.ts';
import type { Allowed } from '@ops/policy/verdict.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';
import type { Random } from '@ops/runtime/random.ts';

import { CommandRejected } from '../commands/command-rejected.ts';
import type { Actor, CommandChange, Commands } from '../commands/commands.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Database } from '../storage/database.ts';
import type { Tables } from '../storage/tables.ts';
import { createActiveBatches } from './active-batches.ts';
import { createAnnouncer } from './announce.ts';
import { createBatchCache } from './batch-cache.ts';
import { summaryOfBatch } from './batch-record.ts';
import { createBatchStore } from './batch-store.ts';
import type { Batches, BatchRequest, CreatedBatch } from './batches.ts';
import { memberOf, type Member } from './members.ts';
import { orderFor, type BatchOrder } from './order.ts';
import { rerunIds } from './rerun.ts';
import { expandTargets, namedIds, type Target } from './targets.ts';
import { judgeTarget } from './verdicts.ts';
import { createBatchViews } from './views.ts';

/** Hosts of batches that are not finished: some 40 MB. */
export const MAX_UNFINISHED_TARGETS = 200_000;

export interface BatchServiceNeeds {
  readonly commands: Commands;
  readonly database: Database<Tables>;
  readonly fleet: Pick<Fleet, 'ids' | 'target' | 'summary' | 'onChange'>;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly maxUnfinishedTargets?: number;
}

export interface BatchService extends Batches {
  /** Goes on with the batches that are not finished. After commands and fleet were loaded, before clients come. */
  load(): Promise<void>;
  /** Takes no more steps, and no more batches; what runs goes on and is counted at the next start. */
  stopAll(): Promise<void>;
  /** Batches that are not finished. */
  readonly unfinished: number;
}

export function createBatches(needs: BatchServiceNeeds): BatchService {
  const { commands, database, fleet, policy, clock, log, random } = needs;
  const { maxUnfinishedTargets = MAX_UNFINISHED_TARGETS } = needs;
  const store = createBatchStore(database, clock);
  const listeners = new Set<(batch: BatchSummary) => void>();
  const cache = createBatchCache();
  const announcer = createAnnouncer({
    clock,
    summaryOf(id) {
      const record = active.get(id)?.record ?? cache.get(id);
      return record && summaryOfBatch(record);
    },
    tell,
  });
  const active = createActiveBatches({
    store,
    commands,
    fleet,
    clock,
    log,
    onChange: (id) => announcer.changed(id),
    onFinished(record) {
      cache.put(record);
      announcer.over(record.id, summaryOfBatch(record));
    },
  });
  const views = createBatchViews({ store, commands, active, cache, clock });
  const stopListening: (() => void)[] = [];
  let isStopped = false;

  function tell(summary: BatchSummary): void {
    for (const call of listeners) {
      try {
        call(summary);
      } catch (error) {
        log.error('a listener of the batches failed', { error });
      }
    }
  }

  function onCommand(change: CommandChange): void {
    const id = change.summary.batch_id;
    if (id === null || active.apply(id, change)) return;
    views.changed(id);
    if (cache.apply(id, change)) announcer.changed(id);
  }

  /** @throws CommandRejected once the refusal is written down */
  async function judged(command: string, by: Actor): Promise<Allowed> {
    const verdict = policy.judge(command);
    if (verdict.ok) return verdict;
    await store.record({
      ...by,
      atMs: clock.wall(),
      action: 'command_refused',
      target: '',
      detail: { command, rule: verdict.reason, token: verdict.detail.token, refused_by: 'server' },
      outcome: 'refused',
    });
    throw new CommandRejected(verdict);
  }

  /** The answer of a request that is repeated. */
  async function madeBefore(batchId: string | null): Promise<CreatedBatch> {
    // The key was used for a single command: another endpoint, so another body.
    if (batchId === null) throw new OpsError('idempotency_key_reused');
    const members = active.get(batchId)?.record?.members.list ?? (await store.members(batchId));
    return created(batchId, members);
  }

  async function make(order: BatchOrder, by: Actor): Promise<CreatedBatch> {
    const { targets, batch, heldFrom = targets.length } = order;
    if (isStopped || active.targets + targets.length > maxUnfinishedTargets)
      throw new OpsError('server_busy');
    active.reserve(batch.id, targets.length);
    try {
      const made = await commands.create(order, by);
      if (made.repeated) {
        active.giveUp(batch.id);
        return await madeBefore(made.batchId);
      }
      const list = made.commandIds.map((commandId, position) => {
        const { clientId, hostname, failed } = targets[position]!;
        return newMember({ commandId, clientId, hostname }, failed === undefined && position >= heldFrom);
      });
      const facts = await store.find(batch.id);
      if (!facts) throw new Error('a batch is not where it was stored');
      active.begin(facts, list);
      return created(batch.id, list);
    } catch (error) {
      if (!active.get(batch.id)?.record) active.giveUp(batch.id);
      throw error;
    }
  }

  async function judgeAndMake(
    request: BatchRequest,
    targets: readonly Target[],
    rerunOf: { readonly id: string; readonly which: string } | null,
    by: Actor,
  ): Promise<CreatedBatch> {
    if (targets.length === 0) throw new OpsError('no_targets');
    const allowed = await judged(request.command, by);
    return make(orderFor(request, { id: random.uuid(), allowed, targets, rerunOf }), by);
  }

  return {
    ...views.reads,

    async load() {
      stopListening.push(
        commands.onChange(onCommand),
        fleet.onChange((change) => {
          if (change.kind === 'client' && change.summary.status === 'online')
            active.online(change.summary.id);
        }),
      );
      const unfinished = await store.unfinished();
      for (const { id, targets } of unfinished) active.reserve(id, targets);
      for (const facts of unfinished) active.begin(facts, await store.members(facts.id));
    },

    async stopAll() {
      isStopped = true;
      for (const end of stopListening.splice(0)) end();
      announcer.stop();
      await active.close();
    },

    get unfinished() {
      return active.size;
    },

    preview({ selection, command, queueSecs }) {
      const { known, unknownIds } = expandTargets(fleet, selection);
      const verdict = policy.judge(command);
      if (!verdict.ok) return { refusal: verdict, ran: null, hosts: [], unknownIds };
      const hosts = known
        .map((target) => judgeTarget(target, verdict, queueSecs !== undefined))
        .toSorted((a, b) => urgency(a) - urgency(b) || byName(a, b));
      return { refusal: undefined, ran: verdict.normalised, hosts, unknownIds };
    },

    async create(request, by) {
      const made = request.idempotency && (await commands.repeated(request.idempotency, by));
      if (made) return madeBefore(made.batchId);
      const { known, unknownIds } = expandTargets(fleet, request.selection);
      if (unknownIds.length > 0) {
        throw new OpsError('client_not_found', { field: 'body.client_ids', reason: namedIds(unknownIds) });
      }
      return judgeAndMake(request, known, null, by);
    },

    async rerun(id, which, by) {
      const record = await views.record(id);
      if (!record) throw new OpsError('batch_not_found');
      const { facts, members } = record;
      if (facts.state !== 'finished') throw new OpsError('batch_running');
      const ids = rerunIds(members.list, which);
      if (ids.length === 0) throw new OpsError('no_targets');
      const selection = { kind: 'ids', ids } as const;
      const request: BatchRequest = {
        selection,
        command: facts.command,
        timeoutSecs: facts.timeout_secs,
        queueSecs: facts.queue_secs ?? undefined,
        concurrency: facts.concurrency,
        stopAfterFailures: facts.stop_after_failures ?? undefined,
      };
      // Hosts that were forgotten meanwhile are left out: there is nothing to run it on.
      return judgeAndMake(request, expandTargets(fleet, selection).known, { id, which }, by);
    },

    async stop(id, by) {
      const runner = active.get(id)?.runner;
      if (!runner) throw new OpsError((await views.record(id)) ? 'command_over' : 'batch_not_found');
      await runner.stop(by);
      return summaryOfBatch((await views.record(id))!);
    },

    onChange(call) {
      listeners.add(call);
      return () => void listeners.delete(call);
    },
  };
}

interface Named {
  readonly clientId: string;
  readonly hostname: string;
  readonly verdict: string;
}

/** Those that will not run at once are what a preview is looked at for. */
const urgency = ({ verdict }: Named): number => (verdict === 'will_run' ? 1 : 0);

/** By code unit, then by id: the order of the fleet. */
function byName(a: Named, b: Named): number {
  if (a.hostname !== b.hostname) return a.hostname < b.hostname ? -1 : 1;
  return a.clientId < b.clientId ? -1 : 1;
}

function created(batchId: string, members: readonly Member[]): CreatedBatch {
  return { batchId, commandIds: Object.fromEntries(members.map((each) => [each.clientId, each.commandId])) };
}

function newMember(who: Pick<Member, 'commandId' | 'clientId' | 'hostname'>, held: boolean): Member {
  const nothingYet = { exitCode: null, sent: false, cancelAsked: false, late: false, groupKey: null };
  return memberOf(who, { state: 'Pending', held, ...nothingYet });
}
