/** A rollout as it begins: its plan, frozen. Pure. */
import type { AuditEntry } from '../audit/entry.ts';
import type { Actor } from '../commands/commands.ts';
import type { Host, RolloutRecord, Wave } from './record.ts';
import type { PlannedHost, RolloutRequest } from './rollouts.ts';

export function newRecord(
  id: string,
  request: RolloutRequest,
  plan: { readonly hosts: readonly PlannedHost[]; readonly sizes: readonly number[] },
  by: Actor,
  nowMs: number,
): RolloutRecord {
  const { change, statusOfAll } = request;
  const isHeld = ({ status }: PlannedHost): boolean =>
    change.kind === 'action' || statusOfAll || status === 'Running';
  const hosts = plan.hosts.map((host, position): Host => ({
    position,
    clientId: host.clientId,
    hostname: host.hostname,
    wave: host.wave,
    heldToStatus: isHeld(host),
    versionBefore: host.version,
    state: host.wave === null ? 'skipped' : 'waiting',
    reason: host.reason,
    detail: host.detail,
    steps: [],
  }));
  const wave: Wave = {
    state: 'waiting',
    startedAtMs: null,
    soakStartedAtMs: null,
    finishedAtMs: null,
    readings: [],
  };
  return {
    facts: {
      id,
      appName: request.appName,
      change,
      createdBy: by.actor,
      createdAtMs: nowMs,
      gate: request.gate,
      maxFailures: request.maxFailures,
      onFailure: request.onFailure,
      concurrency: request.concurrency,
      timeoutSecs: request.timeoutSecs,
      skipped: hosts.filter(({ state }) => state === 'skipped').length,
    },
    progress: {
      state: 'running',
      changedBy: null,
      finishedAtMs: null,
      wave: 0,
      waves: plan.sizes.map(() => wave),
      failures: 0,
      attempt: 0,
    },
    hosts,
    revision: 1,
  };
}

export function createdEntry({ facts, progress, hosts }: RolloutRecord, by: Actor): AuditEntry {
  const { id, appName, change, gate, maxFailures, onFailure, concurrency, timeoutSecs, skipped } = facts;
  return {
    ...by,
    atMs: facts.createdAtMs,
    action: 'rollout_create',
    target: id,
    detail: {
      app_name: appName,
      ...(change.kind === 'version'
        ? { version: change.version, restart: change.restart }
        : { action: change.action }),
      targets: hosts.length - skipped,
      skipped,
      waves: progress.waves.length,
      gate,
      max_failures: maxFailures,
      on_failure: onFailure,
      concurrency,
      timeout_secs: timeoutSecs,
    },
    outcome: 'ok',
  };
}
