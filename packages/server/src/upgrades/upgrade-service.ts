/** Upgrades: who they are for is decided here once, and a runner brings each to its end. See upgrades.ts. */
import { OpsError } from '@ops/protocol/errors.ts';
import { unfitReason } from '@ops/protocol/domain/upgrade-fit.ts';
import { countIn, ON_THE_WAY } from '@ops/protocol/domain/upgrade-progress.ts';
import type { UpgradeReason } from '@ops/protocol/domain/upgrade.ts';
import { MAX_VERSIONS } from '@ops/protocol/http/upgrades.ts';
import type { UpgradeSummary } from '@ops/protocol/http/upgrades.ts';
import type { Clock } from '@ops/runtime/clock.ts';
import type { Log } from '@ops/runtime/log.ts';
import type { Random } from '@ops/runtime/random.ts';

import type { AuditEntry } from '../audit/entry.ts';
import { createAnnouncer } from '../batches/announce.ts';
import { expandTargets, namedIds } from '../batches/targets.ts';
import type { NewKey } from '../commands/command-store.ts';
import type { Actor, Commands } from '../commands/commands.ts';
import { KEY_LIFE_MS } from '../commands/idempotency.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Database } from '../storage/database.ts';
import { ChangeRefusedError } from '../storage/storage-error.ts';
import type { Tables } from '../storage/tables.ts';
import { createArchiveParts, type ArchiveParts } from './archive-parts.ts';
import { offered, planHosts } from './plan.ts';
import { countsOf, shownHost, summaryOfRecord, type Host, type UpgradeRecord } from './record.ts';
import { createRunner, type Runner, type UpgradeFleet } from './runner.ts';
import type { Look, ReleaseOnShelf, Shelf } from './shelf.ts';
import { createUpgradeStore } from './upgrade-store.ts';
import type { Preview, UpgradeInbox, UpgradePlan, UpgradeRequest, Upgrades } from './upgrades.ts';

const SECOND_MS = 1000;
const DAY_MS = 24 * 3_600_000;
const NOTHING = Buffer.alloc(0);

export interface UpgradeServiceNeeds {
  readonly shelf: Shelf;
  readonly commands: Pick<Commands, 'repeated'>;
  readonly database: Database<Tables>;
  readonly fleet: UpgradeFleet & Pick<Fleet, 'ids' | 'target'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  /** Upgrades that have been over for longer are deleted. */
  readonly retentionDays: number;
}

export interface UpgradeService extends Upgrades {
  readonly inbox: UpgradeInbox;
  /** Goes on with the one that is not over. After the fleet was loaded, before clients come. */
  load(): Promise<void>;
  /** Takes no more steps; it goes on with the next start. */
  stopAll(): Promise<void>;
  /** Hosts that are not at their end. */
  readonly unfinishedHosts: number;
}

interface Active {
  readonly record: UpgradeRecord;
  readonly runner: Runner;
  readonly parts: ArchiveParts;
}

export function createUpgrades(needs: UpgradeServiceNeeds): UpgradeService {
  const { shelf, commands, database, fleet, clock, log, random, retentionDays } = needs;
  const store = createUpgradeStore(database, clock);
  const listeners = new Set<(upgrade: UpgradeSummary) => void>();
  let active: Active | undefined;
  let isMaking = false;
  let isStopped = false;

  const announcer = createAnnouncer({
    clock,
    summaryOf: (id) => (active?.record.facts.id === id ? summaryOfRecord(active.record) : undefined),
    tell: announce,
  });

  function announce(summary: UpgradeSummary): void {
    for (const call of listeners) {
      try {
        call(summary);
      } catch (error) {
        log.error('a listener of the upgrades failed', { error });
      }
    }
  }

  function begin(record: UpgradeRecord): void {
    const { id, about } = record.facts;
    const parts = createArchiveParts(shelf, about);
    const runner = createRunner({
      ...needs,
      record,
      store,
      onChange: () => announcer.changed(id),
      onFinished() {
        active = undefined;
        closeParts(parts);
        announcer.over(id, summaryOfRecord(record));
      },
    });
    active = { record, runner, parts };
    runner.wake();
  }

  function closeParts(parts: ArchiveParts): void {
    parts.close().catch((error: unknown) => log.warn('an archive could not be closed', { error }));
  }

  /** @throws OpsError `no_client_release` */
  async function onShelf(): Promise<ReleaseOnShelf> {
    const { release, problem } = await shelf.look();
    if (!release || problem) throw new OpsError('no_client_release');
    return release;
  }

  async function planned({ selection, canary }: UpgradePlan): Promise<Preview> {
    const release = await onShelf();
    const { known, unknownIds } = expandTargets(fleet, selection);
    if (known.length === 0 && unknownIds.length === 0) throw new OpsError('no_targets');
    const ids = known.map(({ clientId }) => clientId);
    const hosts = planHosts(fleet, ids, offered(release), canary);
    const targets = hosts.filter(({ reason }) => reason === null).length;
    return { release, targets, unknownIds, hosts };
  }

  async function madeBefore({ idempotency }: UpgradeRequest, by: Actor): Promise<string | undefined> {
    return (idempotency && (await commands.repeated(idempotency, by)))?.upgradeId;
  }

  function keyOf({ idempotency }: UpgradeRequest, by: Actor, upgradeId: string): NewKey | undefined {
    const atMs = clock.wall();
    const answer = { commandIds: [], batchId: null, upgradeId };
    return (
      idempotency && { ...idempotency, actor: by.actor, answer, atMs, forgottenBeforeMs: atMs - KEY_LIFE_MS }
    );
  }

  async function make(request: UpgradeRequest, by: Actor): Promise<string> {
    const plan = await planned(request);
    if (plan.unknownIds.length > 0) {
      const reason = namedIds(plan.unknownIds);
      throw new OpsError('client_not_found', { field: 'body.client_ids', reason });
    }
    if (plan.targets === 0) throw new OpsError('no_targets');
    const { releasedAt } = request;
    if (releasedAt !== undefined && releasedAt !== plan.release.about.released_at)
      throw new OpsError('conflict');
    const record = newRecord(random.uuid(), request, plan, by, clock.wall());
    const { id } = record.facts;
    try {
      await store.insert(record, keyOf(request, by, id), createdEntry(record, by));
    } catch (error) {
      if (!(error instanceof ChangeRefusedError) || error.reason !== 'unique') throw error;
      const before = await madeBefore(request, by);
      await adopt();
      if (before !== undefined) return before;
      throw new OpsError('upgrade_running', { cause: error });
    }
    begin(record);
    announcer.changed(id);
    forgetOld();
    return id;
  }

  /** Goes on with the one that is not over: after a start, and when one was made that was told as failed. */
  async function adopt(): Promise<void> {
    const record = active ? undefined : await store.unfinished();
    if (record && !active && !isStopped) begin(record);
  }

  function forgetOld(): void {
    store.deleteFinished(clock.wall() - retentionDays * DAY_MS).catch((error: unknown) => {
      log.warn('old upgrades cannot be deleted; they are with the next one', { error });
    });
  }

  const inbox: UpgradeInbox = {
    registered(clientId, link, report) {
      const last = report?.last;
      const isKnown = last?.upgrade_id === active?.record.facts.id;
      // It goes on with one that is over: nobody would hear of it.
      if (last && !isKnown && (last.state === 'fetching' || last.state === 'waiting'))
        link.tell({ type: 'cancel_upgrade', upgrade_id: last.upgrade_id });
      active?.runner.registered(clientId, link, report);
    },
    status: (clientId, told) => active?.runner.status(clientId, told),
    async part(clientId, { upgrade_id: id, name, offset }) {
      const asked = active;
      if (asked?.record.facts.id !== id || !asked.runner.isFetching(clientId)) return NOTHING;
      try {
        return await asked.parts.read(name, offset);
      } catch (error) {
        log.error('an archive cannot be read', { file: name, client: clientId, error });
        return NOTHING;
      }
    },
  };

  return {
    inbox,

    async load() {
      await adopt();
      forgetOld();
    },

    async stopAll() {
      isStopped = true;
      announcer.stop();
      await active?.runner.close();
      await active?.parts.close();
    },

    get unfinishedHosts() {
      if (!active) return 0;
      return countIn(countsOf(active.record.hosts).states, ['queued', ...ON_THE_WAY]);
    },

    async release() {
      const look = await shelf.look();
      return { ...look, ...counted(fleet, look) };
    },

    preview: planned,

    async create(request, by) {
      const before = await madeBefore(request, by);
      if (before !== undefined) {
        await adopt();
        return before;
      }
      if (isStopped) throw new OpsError('server_busy');
      if (active || isMaking) throw new OpsError('upgrade_running');
      isMaking = true;
      try {
        return await make(request, by);
      } finally {
        isMaking = false;
      }
    },

    async order(id, order, by) {
      const known = active;
      if (known?.record.facts.id !== id)
        throw new OpsError((await store.summary(id)) ? 'upgrade_state' : 'upgrade_not_found');
      await known.runner.order(order, by);
      return summaryOfRecord(known.record);
    },

    async get(id) {
      return active?.record.facts.id === id ? summaryOfRecord(active.record) : store.summary(id);
    },

    async list({ limit, cursor }) {
      const rows = await store.page(cursor === undefined ? undefined : numberOf(cursor), limit + 1);
      const page = rows.slice(0, limit);
      return {
        upgrades: page.map(({ summary }) => summary),
        nextCursor: rows.length > limit ? String(page.at(-1)!.number) : null,
      };
    },

    async hosts(id, filter, page) {
      const summary = await store.summary(id);
      if (!summary) return undefined;
      const { hosts, total } = await store.hosts(id, filter, page);
      return { hosts: hosts.map(shownHost), total, revision: summary.revision };
    },

    onChange(call) {
      listeners.add(call);
      return () => void listeners.delete(call);
    },
  };
}

/** Versions there are, the most common first, and how many hosts could be brought to the release. */
function counted(fleet: UpgradeServiceNeeds['fleet'], { release, problem }: Look) {
  const versions = new Map<string, { version: string; hosts: number; online: number }>();
  const unfit: Partial<Record<UpgradeReason, number>> = {};
  const usable = release && !problem ? offered(release) : undefined;
  let total = 0;
  let ready = 0;
  for (const id of fleet.ids({})) {
    const client = fleet.running(id);
    if (!client) continue;
    const { version, online } = client;
    total++;
    const known = versions.get(version) ?? { version, hosts: 0, online: 0 };
    known.hosts++;
    if (online) known.online++;
    versions.set(version, known);
    const reason = usable && unfitReason(client, usable);
    if (reason === null) ready++;
    else if (reason !== undefined) unfit[reason] = (unfit[reason] ?? 0) + 1;
  }
  const list = [...versions.values()].toSorted((a, b) => b.hosts - a.hosts).slice(0, MAX_VERSIONS);
  return { versions: list, hosts: { total, ready, unfit } };
}

/** An upgrade as it begins: its plan, frozen. */
function newRecord(
  id: string,
  request: UpgradeRequest,
  { release, hosts }: Preview,
  by: Actor,
  nowMs: number,
): UpgradeRecord {
  return {
    facts: {
      id,
      ...release,
      createdBy: by.actor,
      createdAtMs: nowMs,
      expiresAtMs: nowMs + request.expiresInSecs * SECOND_MS,
      concurrency: request.concurrency,
      maxFailures: request.maxFailures,
    },
    progress: { state: 'canary', changedBy: null, finishedAtMs: null, failures: 0 },
    hosts: hosts.map((host, position): Host => ({
      position,
      clientId: host.client_id,
      hostname: host.hostname,
      canary: host.canary,
      versionBefore: host.client_version,
      state: host.reason === null ? 'queued' : 'skipped',
      reason: host.reason,
      detail: null,
      changedAtMs: nowMs,
    })),
    revision: 1,
  };
}

function createdEntry({ facts, hosts }: UpgradeRecord, by: Actor): AuditEntry {
  const { id, about, signature, createdAtMs, expiresAtMs, concurrency, maxFailures } = facts;
  const skipped = hosts.filter(({ state }) => state === 'skipped').length;
  return {
    ...by,
    atMs: createdAtMs,
    action: 'upgrade_create',
    target: id,
    detail: {
      version: about.version,
      commit: about.commit,
      key: signature.key,
      targets: hosts.length - skipped,
      skipped,
      canary: hosts.filter(({ canary }) => canary).length,
      concurrency,
      max_failures: maxFailures,
      expires_at_ms: expiresAtMs,
    },
    outcome: 'ok',
  };
}

/** @throws OpsError `invalid_request` for a cursor that is not ours */
function numberOf(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new OpsError('invalid_request', { field: 'query.cursor', reason: 'has the wrong form' });
}
