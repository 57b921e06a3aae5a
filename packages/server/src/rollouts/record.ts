/** One rollout in memory. What is on disk, and nothing ahead of it. */
import { ORDER_STATES, ROLLOUT_HOST_STATES, ROLLOUT_ORDERS } from '@ops/protocol/domain/rollout.ts';
import type {
  RolloutHostState,
  RolloutReason,
  RolloutState,
  WaveState,
} from '@ops/protocol/domain/rollout.ts';
import type { Words } from '@ops/protocol/http/endpoint.ts';
import type { RolloutGate, RolloutSummary, WaveReport } from '@ops/protocol/http/rollouts.ts';

import type { Change } from './rollouts.ts';

/** What does not change. */
export interface RolloutFacts {
  readonly id: string;
  readonly appName: string;
  readonly change: Change;
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly gate: RolloutGate;
  readonly maxFailures: number;
  readonly onFailure: 'hold' | 'rollback';
  readonly concurrency: number;
  readonly timeoutSecs: number;
  readonly skipped: number;
}

export interface Wave {
  readonly state: WaveState;
  readonly startedAtMs: number | null;
  readonly soakStartedAtMs: number | null;
  readonly finishedAtMs: number | null;
  readonly readings: WaveReport['readings'];
}

/** Replaced as a whole, never changed. */
export interface Progress {
  readonly state: RolloutState;
  readonly changedBy: string | null;
  readonly finishedAtMs: number | null;
  readonly wave: number;
  readonly waves: readonly Wave[];
  /** Since it was resumed last. */
  readonly failures: number;
  /** 0: forwards; n: the n-th time that it is rolled back. */
  readonly attempt: number;
}

/** Replaced as a whole, never changed. */
export interface Host {
  readonly position: number;
  readonly clientId: string;
  readonly hostname: string;
  /** Null: skipped. */
  readonly wave: number | null;
  readonly heldToStatus: boolean;
  readonly versionBefore: string | null;
  readonly state: RolloutHostState;
  readonly reason: RolloutReason | null;
  readonly detail: Words | null;
  /** In their order. */
  readonly steps: readonly HostStep[];
}

export interface HostStep {
  /** 0: forwards; n: of the n-th roll-back. */
  readonly attempt: number;
  readonly step: number;
  readonly commandId: string;
}

export interface RolloutRecord {
  readonly facts: RolloutFacts;
  progress: Progress;
  /** By position. */
  readonly hosts: Host[];
  /** Grows with every change. */
  revision: number;
}

/** Its commands run. */
export const isMoving = ({ state }: Pick<Host, 'state'>): boolean =>
  state === 'changing' || state === 'rolling_back';

export function isFinished(state: RolloutState): boolean {
  return (
    state === 'succeeded' || state === 'stopped' || state === 'rolled_back' || state === 'rollback_failed'
  );
}

type Counts = Record<RolloutHostState, number>;

const NO_COUNTS: Counts = {
  waiting: 0,
  changing: 0,
  changed: 0,
  healthy: 0,
  failed: 0,
  skipped: 0,
  left: 0,
  rolling_back: 0,
  rolled_back: 0,
  rollback_failed: 0,
};

export function waveReports({
  progress,
  hosts,
}: {
  readonly progress: Progress;
  readonly hosts: readonly Host[];
}): WaveReport[] {
  const counts = progress.waves.map(() => ({ ...NO_COUNTS }));
  for (const { wave, state } of hosts) if (wave !== null) counts[wave]![state]++;
  return progress.waves.map((wave, index) => ({
    state: wave.state,
    hosts: Object.values(counts[index]!).reduce((sum, one) => sum + one, 0),
    counts: counts[index]!,
    started_at_ms: wave.startedAtMs,
    soak_started_at_ms: wave.soakStartedAtMs,
    finished_at_ms: wave.finishedAtMs,
    readings: [...wave.readings],
  }));
}

/** @param reports as `waveReports` counts them, or as they were stored when it was over */
export function summaryOf(
  facts: RolloutFacts,
  progress: Progress,
  reports: readonly WaveReport[],
  revision: number,
): RolloutSummary {
  const { change } = facts;
  const counts = { ...NO_COUNTS, skipped: facts.skipped };
  for (const report of reports)
    for (const state of ROLLOUT_HOST_STATES) counts[state] += report.counts[state] ?? 0;
  const isVersion = change.kind === 'version';
  return {
    id: facts.id,
    app_name: facts.appName,
    action: isVersion ? null : change.action,
    version: isVersion ? change.version : null,
    restart: isVersion && change.restart,
    state: progress.state,
    created_by: facts.createdBy,
    created_at_ms: facts.createdAtMs,
    finished_at_ms: progress.finishedAtMs,
    changed_by: progress.changedBy,
    targets: reports.reduce((sum, { hosts }) => sum + hosts, 0),
    counts,
    wave: progress.wave,
    waves: [...reports],
    failures: progress.failures,
    max_failures: facts.maxFailures,
    on_failure: facts.onFailure,
    gate: facts.gate,
    concurrency: facts.concurrency,
    timeout_secs: facts.timeoutSecs,
    orders: ROLLOUT_ORDERS.filter((order) => mayOrder(facts, progress.state, order)),
    revision,
  };
}

export function mayOrder(
  { change }: Pick<RolloutFacts, 'change'>,
  state: RolloutState,
  order: (typeof ROLLOUT_ORDERS)[number],
): boolean {
  return ORDER_STATES[order].includes(state) && (order !== 'rollback' || change.kind === 'version');
}

export function summaryOfRecord(record: RolloutRecord): RolloutSummary {
  return summaryOf(record.facts, record.progress, waveReports(record), record.revision);
}
