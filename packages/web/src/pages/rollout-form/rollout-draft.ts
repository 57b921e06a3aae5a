/** What the form of a rollout asks for, and the request it becomes. Pure. */
import { APP_VERSION_PATTERN, SERVICE_STATUSES } from '@ops/protocol/domain/app.ts';
import { MAX_TIMEOUT_SECS } from '@ops/protocol/domain/command.ts';
import { DEFAULT_SOAK_SECS, DEFAULT_WAVES, MAX_SOAK_SECS } from '@ops/protocol/domain/rollout.ts';
import type { GateReading } from '@ops/protocol/domain/rollout.ts';
import { ACTION_TIMEOUT_SECS, UPDATE_TIMEOUT_SECS } from '@ops/protocol/http/apps.ts';
import { MAX_TARGETS } from '@ops/protocol/http/batches.ts';
import type { BodyOf } from '@ops/protocol/http/endpoint.ts';
import { DEFAULT_ROLLOUT_CONCURRENCY } from '@ops/protocol/http/rollouts.ts';
import type { createRollout, previewRollout, RolloutGate } from '@ops/protocol/http/rollouts.ts';

import { searchOfTargets, targetsOf } from '../../commands/order-search.ts';
import { targetBody } from '../../commands/order.ts';
import type { Targets } from '../../commands/order.ts';
import { readRolloutSearch } from '../../rollouts/rollout-address.ts';
import type { RolloutSearch, RolloutWork } from '../../rollouts/rollout-address.ts';
import { readWaves } from '../../rollouts/wave-text.ts';

type PreviewBody = BodyOf<typeof previewRollout>;
export type CreateBody = BodyOf<typeof createRollout>;
type Status = (typeof SERVICE_STATUSES)[number];

interface Check {
  readonly reading: GateReading;
  readonly above: number;
}

export interface Draft {
  readonly targets: Targets;
  readonly work: RolloutWork;
  /** As it is typed. */
  readonly version: string;
  readonly restart: boolean;
  /** As they are typed; undefined: the usual ones. */
  readonly waves: string | undefined;
  /** Absent numbers are the usual ones. */
  readonly soakSecs?: number | undefined;
  readonly maxRestarts?: number | undefined;
  readonly maxFailures?: number | undefined;
  readonly concurrency?: number | undefined;
  readonly timeoutSecs?: number | undefined;
  /** Undefined: what the work leads to; null: not looked at. */
  readonly status?: Status | null | undefined;
  readonly checks: readonly Check[];
  readonly onFailure: 'hold' | 'rollback';
}

export const BOUNDS = {
  soakSecs: { min: 0, max: MAX_SOAK_SECS },
  maxRestarts: { min: 0, max: 1000 },
  maxFailures: { min: 0, max: MAX_TARGETS },
  concurrency: { min: 1, max: MAX_TARGETS },
  timeoutSecs: { min: 1, max: MAX_TIMEOUT_SECS },
} as const;
export type NumberName = keyof typeof BOUNDS;

export function usualNumber(name: NumberName, work: RolloutWork): number {
  return {
    soakSecs: DEFAULT_SOAK_SECS,
    maxRestarts: 0,
    maxFailures: 0,
    concurrency: DEFAULT_ROLLOUT_CONCURRENCY,
    timeoutSecs: work === 'Update' ? UPDATE_TIMEOUT_SECS : ACTION_TIMEOUT_SECS[work],
  }[name];
}

/** What an application is after it went well. An update that is not followed by a restart may find it stopped. */
function usualStatus({ work, restart }: Pick<Draft, 'work' | 'restart'>): Status | null {
  if (work === 'Stop') return 'Stopped';
  return work === 'Update' && !restart ? null : 'Running';
}

export function draftOf(search: RolloutSearch, hosts: readonly string[] | undefined): Draft {
  const targets = targetsOf(search);
  return {
    targets: hosts !== undefined && targets.kind === 'hosts' ? { kind: 'hosts', ids: hosts } : targets,
    work: search.do ?? 'Update',
    version: search.version ?? '',
    restart: search.restart !== 'no',
    waves: search.waves,
    checks: [],
    onFailure: 'hold',
  };
}

/** What of it an address can carry: whom, what and in which waves. */
export function searchOf(draft: Draft): RolloutSearch {
  return readRolloutSearch({
    ...searchOfTargets(draft.targets),
    do: draft.work,
    version: draft.version,
    restart: draft.restart ? undefined : 'no',
    waves: draft.waves,
  });
}

export function isRightVersion(version: string): boolean {
  return APP_VERSION_PATTERN.test(version);
}

/** Undefined while something is missing or not understood. */
export function previewBody(appName: string, draft: Draft): PreviewBody | undefined {
  const targets = targetBody(draft.targets);
  const read = draft.waves === undefined ? { waves: DEFAULT_WAVES } : readWaves(draft.waves);
  if (targets === undefined || !('waves' in read)) return undefined;
  if (draft.work === 'Update' && !isRightVersion(draft.version)) return undefined;
  return {
    ...targets,
    app_name: appName,
    ...(draft.work === 'Update'
      ? { version: draft.version, restart: draft.restart }
      : { action: draft.work }),
    waves: [...read.waves],
  };
}

export function gateOf(draft: Draft): RolloutGate {
  return {
    soak_secs: draft.soakSecs ?? DEFAULT_SOAK_SECS,
    status: draft.status === undefined ? usualStatus(draft) : draft.status,
    max_restarts: draft.maxRestarts ?? 0,
    checks: draft.checks.map(({ reading, above }) => ({ reading, max_above: above })),
  };
}

/** Only versions can be rolled back. */
export function onFailureOf(draft: Pick<Draft, 'work' | 'onFailure'>): 'hold' | 'rollback' {
  return draft.work === 'Update' ? draft.onFailure : 'hold';
}

export function createBody(appName: string, draft: Draft): CreateBody | undefined {
  const order = previewBody(appName, draft);
  return (
    order && {
      ...order,
      gate: gateOf(draft),
      max_failures: draft.maxFailures ?? 0,
      on_failure: onFailureOf(draft),
      ...(draft.concurrency !== undefined && { concurrency: draft.concurrency }),
      ...(draft.timeoutSecs !== undefined && { timeout_secs: draft.timeoutSecs }),
    }
  );
}
