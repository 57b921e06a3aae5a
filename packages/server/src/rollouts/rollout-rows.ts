/** Rows of rollouts and their hosts, and what they look like outside the store. */
import { ROLLOUT_REASONS } from '@ops/protocol/domain/rollout.ts';
import type { RolloutGate, RolloutSummary, WaveReport } from '@ops/protocol/http/rollouts.ts';
import type { Selectable } from 'kysely';

import type { Tables } from '../storage/tables.ts';
import { detailOf } from './findings.ts';
import { summaryOf, type Host, type HostStep, type Progress, type RolloutFacts } from './record.ts';

export type RolloutRow = Selectable<Tables['rollouts']>;
export type HostRow = Selectable<Tables['rollout_hosts']>;

export function factsOf(row: RolloutRow): RolloutFacts {
  return {
    id: row.id,
    appName: row.app_name,
    change:
      row.version === null
        ? { kind: 'action', action: row.action! }
        : { kind: 'version', version: row.version, restart: row.restart === 1 },
    createdBy: row.created_by,
    createdAtMs: row.created_at_ms,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by insertRollout alone
    gate: JSON.parse(row.gate) as RolloutGate,
    maxFailures: row.max_failures,
    onFailure: row.on_failure,
    concurrency: row.concurrency,
    timeoutSecs: row.timeout_secs,
    skipped: row.skipped,
  };
}

export function reportsOf(row: Pick<RolloutRow, 'waves'>): readonly WaveReport[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by the store alone
  return JSON.parse(row.waves) as WaveReport[];
}

export function progressOf(row: RolloutRow): Progress {
  return {
    state: row.state,
    changedBy: row.changed_by,
    finishedAtMs: row.finished_at_ms,
    wave: row.wave,
    waves: reportsOf(row).map((report) => ({
      state: report.state,
      startedAtMs: report.started_at_ms,
      soakStartedAtMs: report.soak_started_at_ms,
      finishedAtMs: report.finished_at_ms,
      readings: report.readings,
    })),
    failures: row.failures,
    attempt: row.attempt,
  };
}

/** Of one that is over: its counts were stored with its last change. */
export function summaryOfRow(row: RolloutRow): RolloutSummary {
  return summaryOf(factsOf(row), progressOf(row), reportsOf(row), row.revision);
}

export function hostOf(row: HostRow, steps: readonly HostStep[]): Host {
  return {
    position: row.position,
    clientId: row.client_id,
    hostname: row.hostname,
    wave: row.wave,
    heldToStatus: row.held_to_status === 1,
    versionBefore: row.version_before,
    state: row.state,
    reason: ROLLOUT_REASONS.find((known) => known === row.reason) ?? null,
    detail: detailOf(row.detail),
    steps,
  };
}
