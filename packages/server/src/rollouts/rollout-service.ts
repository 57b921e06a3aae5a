/** Rollouts: who they are for is decided here once, and a runner brings each to its end. See rollouts.ts. */
import { OpsError } from '@ops/protocol/errors.ts';
import type { Words } from '@ops/protocol/http/endpoint.ts';
import type { RolloutHost, RolloutSummary } from '@ops/protocol/http/rollouts.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { AppActions } from '../apps/app-actions.ts';
import { createAnnouncer } from '../batches/announce.ts';
import { expandTargets, namedIds } from '../batches/targets.ts';
import type { NewKey } from '../commands/command-store.ts';
import type { Actor, Commands } from '../commands/commands.ts';
import { KEY_LIFE_MS } from '../commands/idempotency.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Database } from '../storage/database.ts';
import { ChangeRefusedError } from '../storage/storage-error.ts';
import type { Tables } from '../storage/tables.ts';
import { createActiveRollouts, type ActiveRollout } from './active-rollouts.ts';
import { createdEntry, newRecord } from './new-record.ts';
import { planned, planHosts } from './plan.ts';
import { isFinished, mayOrder, summaryOfRecord, type Host, type RolloutRecord } from './record.ts';
import { createRolloutStore } from './rollout-store.ts';
import type { RolloutPlan, RolloutPreview, RolloutRequest, Rollouts } from './rollouts.ts';

/** Hosts of rollouts that are not over: some 100 MB. */
export const MAX_UNFINISHED_ROLLOUT_HOSTS = 200_000;
/** After a start clients that are not there yet may be on their way: their longest wait between two attempts, and some. */
export const RETURN_WITHIN_MS = 90_000;
/** Commands of a host that are shown: of several roll-backs the newest. */
const SHOWN_COMMANDS = 8;
const DAY_MS = 24 * 3_600_000;

export interface RolloutServiceNeeds {
  readonly apps: Pick<AppActions, 'act'>;
  readonly commands: Pick<Commands, 'repeated' | 'summary' | 'onChange'>;
  readonly database: Database<Tables>;
  readonly fleet: Pick<Fleet, 'ids' | 'target' | 'appsOf' | 'sample' | 'onChange'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  /** Rollouts that have been over for longer are deleted. */
  readonly retentionDays: number;
  readonly maxUnfinishedHosts?: number;
}

export interface RolloutService extends Rollouts {
  /** Goes on with those that are not over. After commands, releases and fleet were loaded, before clients come. */
  load(): Promise<void>;
  /** Takes no more steps; what runs goes on and is counted at the next start. */
  stopAll(): Promise<void>;
  /** Rollouts that are not over. */
  readonly unfinished: number;
}

export function createRollouts(needs: RolloutServiceNeeds): RolloutService {
  const { commands, database, fleet, clock, log, random, retentionDays } = needs;
  const { maxUnfinishedHosts: maxHosts = MAX_UNFINISHED_ROLLOUT_HOSTS } = needs;
  const store = createRolloutStore(database, clock);
  const listeners = new Set<(rollout: RolloutSummary) => void>();
  /** Those that were over and are being rolled back. */
  const returning = new Map<string, Promise<ActiveRollout>>();
  const stopListening: (() => void)[] = [];
  let returnUntil = Number.NEGATIVE_INFINITY;
  let isStopped = false;

  const announcer = createAnnouncer({
    clock,
    summaryOf(id) {
      const record = active.get(id)?.record;
      return record && summaryOfRecord(record);
    },
    tell,
  });
  const active = createActiveRollouts({
    ...needs,
    store,
    maxHosts,
    mayReturn: () => clock.mono() < returnUntil,
    onChange: (id) => announcer.changed(id),
    onFinished: (record) => announcer.over(record.facts.id, summaryOfRecord(record)),
  });

  function tell(summary: RolloutSummary): void {
    for (const call of listeners) {
      try {
        call(summary);
      } catch (error) {
        log.error('a listener of the rollouts failed', { error });
      }
    }
  }

  function plan({ appName, change, selection, waves }: RolloutPlan) {
    const { known, unknownIds } = expandTargets(fleet, selection);
    const clients = known.flatMap(({ clientId }) => fleet.appsOf(clientId) ?? []);
    // Of all hosts those are meant that have the app.
    const meant =
      selection.kind === 'all'
        ? clients.filter(({ apps }) => apps.some(({ name }) => name === appName))
        : clients;
    if (meant.length === 0 && unknownIds.length === 0) throw new OpsError('no_targets');
    const made = planned(planHosts(meant, appName, change), waves);
    if ('leftOver' in made)
      throw new OpsError('invalid_request', {
        field: 'body.waves',
        reason: `leaves ${made.leftOver} hosts over: end with "rest"`,
      });
    return { ...made, unknownIds };
  }

  function keyOf({ idempotency }: RolloutRequest, by: Actor, rolloutId: string): NewKey | undefined {
    const atMs = clock.wall();
    const answer = { commandIds: [], batchId: null, rolloutId };
    return (
      idempotency && { ...idempotency, actor: by.actor, answer, atMs, forgottenBeforeMs: atMs - KEY_LIFE_MS }
    );
  }

  async function madeBefore({ idempotency }: RolloutRequest, by: Actor): Promise<string | undefined> {
    return (idempotency && (await commands.repeated(idempotency, by)))?.rolloutId;
  }

  async function make(record: RolloutRecord, request: RolloutRequest, by: Actor): Promise<string> {
    const { id } = record.facts;
    const unclaim = active.claim(record);
    try {
      await store.insert(record, keyOf(request, by, id), createdEntry(record, by));
    } catch (error) {
      unclaim();
      const isTaken = error instanceof ChangeRefusedError && error.reason === 'unique';
      const before = isTaken ? await madeBefore(request, by) : undefined;
      if (before === undefined) throw error;
      return before;
    }
    active.begin(record, unclaim).runner.wake();
    announcer.changed(id);
    forgetOld();
    return id;
  }

  function forgetOld(): void {
    store.deleteFinished(clock.wall() - retentionDays * DAY_MS).catch((error: unknown) => {
      log.warn('old rollouts cannot be deleted; they are with the next one', { error });
    });
  }

  /** One that is over is rolled back: it is not over any more. */
  async function back(id: string): Promise<ActiveRollout> {
    const record = await store.record(id);
    if (!record) throw new OpsError('rollout_not_found');
    if (isStopped || !mayOrder(record.facts, record.progress.state, 'rollback'))
      throw new OpsError('rollout_state');
    return active.begin(record, active.claim(record));
  }

  return {
    async load() {
      returnUntil = clock.mono() + RETURN_WITHIN_MS;
      stopListening.push(
        commands.onChange(({ summary }) => active.heard(summary)),
        fleet.onChange((change) => {
          if (change.kind === 'apps') active.seen(change.id);
        }),
      );
      for (const id of await store.unfinished()) {
        const record = await store.record(id);
        if (record) await active.begin(record, active.claim(record)).runner.load();
      }
      forgetOld();
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

    preview(asked): RolloutPreview {
      const { hosts, sizes, unknownIds } = plan(asked);
      const targets = hosts.filter(({ wave }) => wave !== null).length;
      return { waves: sizes, targets, unknownIds, hosts };
    },

    async create(request, by) {
      const before = await madeBefore(request, by);
      if (before !== undefined) return before;
      const made = plan(request);
      if (made.unknownIds.length > 0) {
        const reason = namedIds(made.unknownIds);
        throw new OpsError('client_not_found', { field: 'body.client_ids', reason });
      }
      if (made.sizes.length === 0) throw new OpsError('no_targets');
      if (isStopped) throw new OpsError('server_busy');
      return make(newRecord(random.uuid(), request, made, by, clock.wall()), request, by);
    },

    async order(id, order, by) {
      const known = active.get(id);
      if (known) {
        await known.runner.order(order, by);
        return summaryOfRecord(known.record);
      }
      if (order !== 'rollback') {
        throw new OpsError((await store.summary(id)) ? 'rollout_state' : 'rollout_not_found');
      }
      const coming = returning.get(id) ?? back(id);
      returning.set(id, coming);
      try {
        const { runner, record } = await coming;
        await runner.order(order, by);
        return summaryOfRecord(record);
      } finally {
        returning.delete(id);
        const entry = active.get(id);
        if (entry && isFinished(entry.record.progress.state)) await active.giveUp(id);
      }
    },

    async get(id) {
      const known = active.get(id);
      return known ? summaryOfRecord(known.record) : store.summary(id);
    },

    async list({ appName }, { limit, cursor }) {
      const below = cursor === undefined ? undefined : numberOf(cursor);
      const rows = await store.page(appName, below, limit + 1);
      const page = rows.slice(0, limit);
      const rollouts = page.map(({ summary }) => {
        const known = active.get(summary.id);
        return known ? summaryOfRecord(known.record) : summary;
      });
      return { rollouts, nextCursor: rows.length > limit ? String(page.at(-1)!.number) : null };
    },

    async hosts(id, filter, page, language = 'en') {
      const revision = active.get(id)?.record.revision ?? (await store.summary(id))?.revision;
      if (revision === undefined) return undefined;
      const { hosts, total } = await store.hosts(id, filter, page);
      return { hosts: hosts.map((host) => shown(host, language)), total, revision };
    },

    onChange(call) {
      listeners.add(call);
      return () => void listeners.delete(call);
    },
  };
}

function shown(host: Host, language: keyof Words): RolloutHost {
  return {
    client_id: host.clientId,
    hostname: host.hostname,
    position: host.position,
    wave: host.wave,
    state: host.state,
    reason: host.reason,
    detail: host.detail?.[language] ?? null,
    version_before: host.versionBefore,
    command_ids: host.steps.map(({ commandId }) => commandId).slice(-SHOWN_COMMANDS),
  };
}

/** @throws OpsError `invalid_request` for a cursor that is not ours */
function numberOf(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new OpsError('invalid_request', { field: 'query.cursor', reason: 'has the wrong form' });
}
