/** What becomes of a host by what its client says, and of an upgrade by its hosts and by orders. Pure. */
import { isRelease } from '@ops/protocol/domain/upgrade-fit.ts';
import type { UpgradeHostState, UpgradeOrder, UpgradeState } from '@ops/protocol/domain/upgrade.ts';

import { isFailed, isOnItsWay, isOpen, type Host, type Progress, type UpgradeFacts } from './record.ts';
import type { HostNews, Report, Told } from './upgrades.ts';

/**
 * What a client may tell next. Steps may be missing, as they may have been told to a connection that was lost; none leads
 * back, and none to `done`, which is told by registering.
 */
const NEXT: Readonly<Partial<Record<UpgradeHostState, readonly UpgradeHostState[]>>> = {
  ordered: ['fetching', 'waiting', 'trying', 'refused', 'failed', 'back'],
  fetching: ['waiting', 'trying', 'refused', 'failed', 'back'],
  waiting: ['trying', 'refused', 'failed', 'back'],
  trying: ['back'],
};

/** @returns undefined: not along an arrow, so nothing */
export function heard(host: Host, { state, reason, detail }: Omit<Told, 'upgrade_id'>): HostNews | undefined {
  if (!NEXT[host.state]?.includes(state)) return undefined;
  return { state, reason, detail };
}

const INTERRUPTED = { reason: 'interrupted', detail: null } as const;

/** It came back, or for the first time. @returns undefined: it stands as it did */
export function returned(
  host: Host,
  { id, about }: Pick<UpgradeFacts, 'id' | 'about'>,
  report: Report | undefined,
  isStopping: boolean,
): HostNews | undefined {
  if (!isOnItsWay(host)) return undefined;
  if (report && isRelease(report.release, about)) return { state: 'done', reason: null, detail: null };
  const last = report?.last?.upgrade_id === id ? report.last : undefined;
  const told = last && heard(host, last);
  if (told) return told;
  // What registers is not the new program, and it is not being tried either.
  if (host.state === 'trying')
    return last?.state === 'trying' ? undefined : { state: 'back', ...INTERRUPTED };
  if (!report) return { state: 'refused', reason: 'too_old', detail: null };
  // The order never reached it, and it is not given again.
  if (isStopping && !last) return host.state === 'ordered' ? LEFT : { state: 'failed', ...INTERRUPTED };
  return undefined;
}

const LEFT: HostNews = { state: 'left', reason: null, detail: null };

export interface Move {
  readonly progress: Progress;
  /** What it is called in the audit trail; undefined: nothing of note. */
  readonly action: string | undefined;
}

/** How it stands when these hosts stand so. */
export function settled(
  progress: Progress,
  { maxFailures }: Pick<UpgradeFacts, 'maxFailures'>,
  hosts: readonly Host[],
  nowMs: number,
): Move {
  const { state, failures } = progress;
  if (!hosts.some(isOpen)) {
    const end: UpgradeState = state === 'stopping' ? 'stopped' : 'finished';
    return { progress: { ...progress, state: end, finishedAtMs: nowMs }, action: 'upgrade_end' };
  }
  const isTooMany = state === 'canary' ? failures > 0 : state === 'rolling' && failures > maxFailures;
  if (isTooMany) return { progress: { ...progress, state: 'held', changedBy: null }, action: 'upgrade_held' };
  return { progress, action: undefined };
}

/** Whether only hosts of the canary may be begun, and the others wait for them. */
export const isCanaryOpen = (hosts: readonly Host[]): boolean =>
  hosts.some((host) => host.canary && isOpen(host));

export function newlyFailed(before: readonly Host[], changed: readonly Host[]): number {
  return changed.filter((host) => isFailed(host) && !isFailed(before[host.position]!)).length;
}

export function ordered(
  progress: Progress,
  hosts: readonly Host[],
  order: UpgradeOrder,
  by: string,
): Move & { readonly left: readonly Host[] } {
  const action = `upgrade_${order}`;
  const changed = { ...progress, changedBy: by };
  if (order === 'pause') return { progress: { ...changed, state: 'paused' }, left: [], action };
  if (order === 'stop') {
    const left = hosts.filter(({ state }) => state === 'queued').map((host) => ({ ...host, ...LEFT }));
    return { progress: { ...changed, state: 'stopping' }, left, action };
  }
  // Once others were begun the canary has been watched to its end. Until then it is: nothing skips it.
  const isPast = !isCanaryOpen(hosts) && hosts.some((host) => !host.canary && wasBegun(host));
  return { progress: { ...changed, state: isPast ? 'rolling' : 'canary', failures: 0 }, left: [], action };
}

const wasBegun = ({ state }: Host): boolean =>
  state !== 'queued' && state !== 'skipped' && state !== 'left' && state !== 'expired';
