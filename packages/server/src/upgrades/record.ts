/** One upgrade in memory. What is on disk, and nothing ahead of it. */
import type { ClientRelease, ReleaseSignature } from '@ops/protocol/domain/client-release.ts';
import { UPGRADE_HOST_STATES, UPGRADE_ORDER_STATES, UPGRADE_ORDERS } from '@ops/protocol/domain/upgrade.ts';
import type { UpgradeHostState, UpgradeState } from '@ops/protocol/domain/upgrade.ts';
import { hasGoneWrong, isAtItsEnd, isOnTheWay } from '@ops/protocol/domain/upgrade-progress.ts';
import type { UpgradeHost, UpgradeSummary } from '@ops/protocol/http/upgrades.ts';

import type { HostNews } from './upgrades.ts';

/** What does not change. */
export interface UpgradeFacts {
  readonly id: string;
  /** As it was signed. */
  readonly manifest: string;
  readonly signature: ReleaseSignature;
  readonly about: ClientRelease;
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly concurrency: number;
  readonly maxFailures: number;
}

/** Replaced as a whole, never changed. */
export interface Progress {
  readonly state: UpgradeState;
  readonly changedBy: string | null;
  readonly finishedAtMs: number | null;
  /** Since it was resumed last. */
  readonly failures: number;
}

/** Replaced as a whole, never changed. */
export interface Host extends HostNews {
  /** The canary comes first. */
  readonly position: number;
  readonly clientId: string;
  readonly hostname: string;
  readonly canary: boolean;
  readonly versionBefore: string;
  readonly changedAtMs: number;
}

export interface UpgradeRecord {
  readonly facts: UpgradeFacts;
  progress: Progress;
  /** By position. */
  readonly hosts: Host[];
  /** Grows with every change. */
  revision: number;
}

type InState = Pick<Host, 'state'>;

export const isOnItsWay = ({ state }: InState): boolean => isOnTheWay(state);
export const isFailed = ({ state }: InState): boolean => hasGoneWrong(state);
export const isOpen = ({ state }: InState): boolean => !isAtItsEnd(state);
export const isFinished = (state: UpgradeState): boolean => state === 'finished' || state === 'stopped';

/** As they are stored with each change, for the list. */
export interface Counts {
  readonly states: Partial<Record<UpgradeHostState, number>>;
  readonly canary: UpgradeSummary['canary'];
}

export function countsOf(hosts: readonly Host[]): Counts {
  const states: Partial<Record<UpgradeHostState, number>> = {};
  const canary = { hosts: 0, done: 0 };
  for (const host of hosts) {
    states[host.state] = (states[host.state] ?? 0) + 1;
    if (host.canary) canary.hosts++;
    if (host.canary && host.state === 'done') canary.done++;
  }
  return { states, canary };
}

export function summaryOf(
  { id, about, signature, createdBy, createdAtMs, expiresAtMs, concurrency, maxFailures }: UpgradeFacts,
  progress: Progress,
  { states, canary }: Counts,
  revision: number,
): UpgradeSummary {
  const all = UPGRADE_HOST_STATES.reduce((sum, state) => sum + (states[state] ?? 0), 0);
  return {
    id,
    version: about.version,
    commit: about.commit,
    released_at: about.released_at,
    key: signature.key,
    state: progress.state,
    created_by: createdBy,
    created_at_ms: createdAtMs,
    expires_at_ms: expiresAtMs,
    finished_at_ms: progress.finishedAtMs,
    changed_by: progress.changedBy,
    targets: all - (states.skipped ?? 0),
    counts: states,
    canary,
    failures: progress.failures,
    max_failures: maxFailures,
    concurrency,
    orders: UPGRADE_ORDERS.filter((order) => UPGRADE_ORDER_STATES[order].includes(progress.state)),
    revision,
  };
}

export function summaryOfRecord({ facts, progress, hosts, revision }: UpgradeRecord): UpgradeSummary {
  return summaryOf(facts, progress, countsOf(hosts), revision);
}

export function shownHost(host: Host): UpgradeHost {
  return {
    client_id: host.clientId,
    hostname: host.hostname,
    position: host.position,
    canary: host.canary,
    state: host.state,
    reason: host.reason,
    detail: host.detail,
    version_before: host.versionBefore,
    changed_at_ms: host.changedAtMs,
  };
}
