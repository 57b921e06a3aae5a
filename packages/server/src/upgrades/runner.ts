/**
 * Brings one upgrade to its end. What clients tell is gathered and put on disk step by step, one after the other; an order
 * goes out only when the row says so, and again whenever its client comes back. So it goes on where it was after a restart.
 *
 *   canary          hosts of the canary are begun; when all are at their end and those done have stayed, the others follow
 *   rolling         the others are begun, as many as may be at once
 *   paused, held    nothing is begun; what is on its way goes on to its end
 *   stopping        the same, hosts are told to leave what they have not tried yet, and then it is over
 */
import type { UpgradeOrder } from '@ops/protocol/domain/upgrade.ts';
import { UPGRADE_ORDER_STATES, UPGRADE_PATIENCE_MS } from '@ops/protocol/domain/upgrade.ts';
import { isRelease, unfitReason } from '@ops/protocol/domain/upgrade-fit.ts';
import { OpsError } from '@ops/protocol/errors.ts';
import type { Clock, Timer } from '@ops/runtime/clock.ts';
import { createSteps } from '@ops/runtime/in-turn.ts';
import type { Log } from '@ops/runtime/log.ts';

import type { AuditEntry } from '../audit/entry.ts';
import type { Actor } from '../commands/commands.ts';
import type { ClientLink, Fleet, FleetInbox } from '../fleet/fleet.ts';
import { createCanaryWatch } from './canary-watch.ts';
import { heard, isCanaryOpen, newlyFailed, ordered, returned, settled, type Move } from './moves.ts';
import { offered } from './plan.ts';
import { isFinished, isOnItsWay, isOpen, type Host, type UpgradeRecord } from './record.ts';
import type { UpgradeStore } from './upgrade-store.ts';
import type { HostNews, Report, Told } from './upgrades.ts';

/** Until what could not be stored is tried again. */
export const RETRY_MS = 1000;
/** A host that is on its way and not connected keeps its place among those at once for so long. */
export const AWAY_MS = 5 * 60_000;
/** One that is connected and tells nothing new, for so long. */
const QUIET_MS: Readonly<Partial<Record<Host['state'], number>>> = {
  ordered: AWAY_MS,
  fetching: UPGRADE_PATIENCE_MS,
  waiting: UPGRADE_PATIENCE_MS + AWAY_MS,
  trying: AWAY_MS,
};
/** Timers are not trusted for longer. */
const MAX_NAP_MS = 60 * 60_000;

export type UpgradeFleet = Pick<Fleet, 'running'> & Pick<FleetInbox, 'link'>;

export interface RunnerNeeds {
  readonly record: UpgradeRecord;
  readonly store: Pick<UpgradeStore, 'save'>;
  readonly fleet: UpgradeFleet;
  readonly clock: Clock;
  readonly log: Log;
  readonly onChange: () => void;
  readonly onFinished: () => void;
}

export interface Runner {
  /** There may be something to do. */
  wake(): void;
  registered(clientId: string, link: ClientLink, report: Report | undefined): void;
  status(clientId: string, told: Told): void;
  /** It may fetch the archives. */
  isFetching(clientId: string): boolean;
  /** @throws OpsError `upgrade_state`, `storage_unavailable` */
  order(order: UpgradeOrder, by: Actor): Promise<void>;
  /** Takes no more steps. Resolves when the one under way is done. */
  close(): Promise<void>;
}

const SYSTEM: Actor = { actor: 'system', role: '', address: '' };

export function createRunner(needs: RunnerNeeds): Runner {
  const { record, store, fleet, clock, log, onChange, onFinished } = needs;
  const { facts, hosts } = record;
  const positions = new Map(
    hosts.flatMap(({ state, clientId, position }) => (state === 'skipped' ? [] : [[clientId, position]])),
  );
  const canary = createCanaryWatch({ link: (id) => fleet.link(id), clock });
  /** What was told and is not on disk yet, by position. */
  let news = new Map<number, Host>();
  let saving: ReadonlyMap<number, Host> = new Map();
  /** Since when each host is where it is, and since when it is away. */
  const sinceAt = new Map<number, number>();
  const awayAt = new Map<number, number>();
  const startedAt = clock.mono();
  const steps = createSteps(tryStep);
  const { wake, inTurn } = steps;
  let timer: Timer | undefined;
  let timerAt = Infinity;

  const current = (position: number): Host => news.get(position) ?? saving.get(position) ?? hosts[position]!;

  function note(host: Host, { state, reason, detail }: HostNews): void {
    news.set(host.position, { ...host, state, reason, detail, changedAtMs: clock.wall() });
    sinceAt.set(host.position, clock.mono());
    wake();
  }

  /** Wakes after so long, or earlier. */
  function later(ms: number): void {
    const at = clock.mono() + ms;
    if (at >= timerAt || steps.isClosed) return;
    timer?.cancel();
    timerAt = at;
    timer = clock.after(ms, () => {
      timerAt = Infinity;
      wake();
    });
  }

  async function tryStep(): Promise<void> {
    try {
      await step();
    } catch (error) {
      log.warn('an upgrade could not go on; trying again', { upgrade: facts.id, error });
      later(RETRY_MS);
    }
  }

  async function step(): Promise<void> {
    if (isFinished(record.progress.state)) return;
    expire();
    if (news.size > 0) await saveNews();
    if (isFinished(record.progress.state)) return;
    later(Math.min(MAX_NAP_MS, Math.max(RETRY_MS, facts.expiresAtMs - clock.wall())));
    const { state } = record.progress;
    if (state === 'canary' && !isCanaryOpen(hosts)) return watchCanary();
    if (state === 'canary' || state === 'rolling') await begin();
  }

  function expire(): void {
    if (clock.wall() < facts.expiresAtMs) return;
    for (const { position } of hosts) {
      const host = current(position);
      if (isOpen(host)) note(host, { state: 'expired', reason: null, detail: null });
    }
  }

  async function saveNews(): Promise<void> {
    saving = news;
    news = new Map();
    const changed = [...saving.values()];
    const after = [...hosts];
    for (const host of changed) after[host.position] = host;
    const failures = record.progress.failures + newlyFailed(hosts, changed);
    const over = changed.filter((host) => host.state === 'expired' && isOnItsWay(hosts[host.position]!));
    try {
      await save(settled({ ...record.progress, failures }, facts, after, clock.wall()), changed);
    } catch (error) {
      // What came meanwhile is newer.
      news = new Map([...saving, ...news]);
      throw error;
    } finally {
      saving = new Map();
    }
    for (const { clientId } of over) cancel(fleet.link(clientId));
  }

  /** It stands so from now on: on disk first. */
  async function save({ progress, action }: Move, changed: readonly Host[], by = SYSTEM): Promise<void> {
    const audit = action === undefined ? [] : [auditOf(action, progress.state, progress.failures, by)];
    await store.save(record, { progress, hosts: changed, revision: record.revision + 1 }, audit);
    record.revision++;
    record.progress = progress;
    for (const host of changed) hosts[host.position] = host;
    if (isFinished(progress.state)) {
      timer?.cancel();
      onFinished();
    } else {
      onChange();
    }
  }

  function auditOf(action: string, state: string, failures: number, by: Actor): AuditEntry {
    const { version, commit } = facts.about;
    const detail = { version, commit, state, failures };
    return { ...by, atMs: clock.wall(), action, target: facts.id, detail, outcome: 'ok' };
  }

  async function watchCanary(): Promise<void> {
    const done = hosts.filter((host) => host.canary && host.state === 'done');
    const remaining = canary.remainingMs(done);
    if (remaining > 0) return later(remaining);
    await save({ progress: { ...record.progress, state: 'rolling' }, action: 'upgrade_rolling' }, []);
    wake();
  }

  async function begin(): Promise<void> {
    const onlyCanary = record.progress.state === 'canary';
    let room = facts.concurrency - placesTaken();
    const chosen: Host[] = [];
    for (const host of hosts) {
      if (room <= 0 || (onlyCanary && !host.canary)) break;
      if (host.state !== 'queued' || !fleet.link(host.clientId)) continue;
      const instead = insteadOfOrder(host);
      if (instead) {
        note(host, instead);
        continue;
      }
      chosen.push({ ...host, state: 'ordered', changedAtMs: clock.wall() });
      room--;
    }
    if (chosen.length === 0) return;
    await save({ progress: record.progress, action: undefined }, chosen);
    for (const host of chosen) {
      sinceAt.set(host.position, clock.mono());
      tell(fleet.link(host.clientId));
    }
  }

  /** Time has passed since it was planned. */
  function insteadOfOrder({ clientId }: Host): HostNews | undefined {
    const client = fleet.running(clientId);
    if (!client) return undefined;
    if (client.upgrade && isRelease(client.upgrade.release, facts.about))
      return { state: 'done', reason: null, detail: null };
    const reason = unfitReason(client, offered(facts));
    if (reason === null) return undefined;
    return { state: 'refused', reason: reason === 'up_to_date' ? 'not_newer' : reason, detail: null };
  }

  /** Hosts on their way, but for those that have been away or silent for too long: they do not hold up the others. */
  function placesTaken(): number {
    const now = clock.mono();
    let taken = 0;
    for (const host of hosts) {
      if (!isOnItsWay(host)) continue;
      const { position, state } = host;
      if (fleet.link(host.clientId)) awayAt.delete(position);
      else if (!awayAt.has(position)) awayAt.set(position, now);
      const until = Math.min(
        (awayAt.get(position) ?? Infinity) + AWAY_MS,
        (sinceAt.get(position) ?? startedAt) + (QUIET_MS[state] ?? 0),
      );
      if (until <= now) continue;
      taken++;
      later(until - now);
    }
    return taken;
  }

  function tell(link: ClientLink | undefined): void {
    const { id, manifest, signature } = facts;
    link?.tell({ type: 'upgrade', upgrade_id: id, manifest, signature });
  }

  function cancel(link: ClientLink | undefined): void {
    link?.tell({ type: 'cancel_upgrade', upgrade_id: facts.id });
  }

  const hostOf = (clientId: string): Host | undefined => {
    const position = positions.get(clientId);
    return position === undefined ? undefined : current(position);
  };

  return {
    wake,
    registered(clientId, link, report) {
      const host = hostOf(clientId);
      if (!host) return;
      const isStopping = record.progress.state === 'stopping';
      const moved = returned(host, facts, report, isStopping);
      if (moved) note(host, moved);
      const now = hostOf(clientId) ?? host;
      if (!isOnItsWay(now)) return wake();
      if (!isStopping) tell(link);
      else if (now.state !== 'trying') cancel(link);
    },
    status(clientId, { upgrade_id, ...told }) {
      const host = upgrade_id === facts.id ? hostOf(clientId) : undefined;
      const moved = host && heard(host, told);
      if (moved) note(host, moved);
    },
    isFetching(clientId) {
      const state = hostOf(clientId)?.state;
      return state === 'ordered' || state === 'fetching';
    },
    order: (order, by) =>
      inTurn(async () => {
        const { progress } = record;
        if (steps.isClosed || !UPGRADE_ORDER_STATES[order].includes(progress.state))
          throw new OpsError('upgrade_state');
        const { left, ...move } = ordered(progress, hosts, order, by.actor);
        const after = [...hosts];
        for (const host of left) after[host.position] = host;
        await save(move.progress.state === 'stopping' ? ended(move, after) : move, left, by);
        if (record.progress.state === 'stopping') {
          for (const host of hosts) {
            if (isOnItsWay(host) && host.state !== 'trying') cancel(fleet.link(host.clientId));
          }
        }
        wake();
      }),
    async close() {
      timer?.cancel();
      await steps.close();
    },
  };

  /** Nothing is on its way: stopped at once. */
  function ended(move: Move, after: readonly Host[]): Move {
    return { ...settled(move.progress, facts, after, clock.wall()), action: move.action };
  }
}
