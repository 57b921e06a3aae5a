/** What the form of an upgrade holds, and the requests it becomes. Pure. */
import {
  DEFAULT_CANARY,
  DEFAULT_UPGRADE_CONCURRENCY,
  DEFAULT_UPGRADE_SECS,
  MAX_UPGRADE_CONCURRENCY,
  MAX_UPGRADE_SECS,
} from '@ops/protocol/domain/upgrade.ts';
import { MAX_TARGETS } from '@ops/protocol/http/batches.ts';
import type { BodyOf } from '@ops/protocol/http/endpoint.ts';
import { MAX_CANARY } from '@ops/protocol/http/upgrades.ts';
import type { createUpgrade, previewUpgrade, UpgradePreview } from '@ops/protocol/http/upgrades.ts';

import { targetBody } from '../../commands/order.ts';
import type { Targets } from '../../commands/order.ts';

const HOUR_SECS = 3600;

export interface UpgradeDraft {
  readonly targets: Targets;
  /** How many go first; the usual when absent. */
  readonly canary?: number | undefined;
  /** Which go first, instead. */
  readonly canaryIds?: readonly string[] | undefined;
  readonly concurrency?: number | undefined;
  readonly maxFailures?: number | undefined;
  readonly hours?: number | undefined;
}

/** Bounds of the numbers, as the server has them, and what holds when nothing is typed. */
export const NUMBERS = {
  canary: { min: 1, max: MAX_CANARY, usual: DEFAULT_CANARY },
  concurrency: { min: 1, max: MAX_UPGRADE_CONCURRENCY, usual: DEFAULT_UPGRADE_CONCURRENCY },
  maxFailures: { min: 0, max: MAX_TARGETS, usual: 0 },
  hours: { min: 1, max: MAX_UPGRADE_SECS / HOUR_SECS, usual: DEFAULT_UPGRADE_SECS / HOUR_SECS },
} as const;
export type NumberName = keyof typeof NUMBERS;

type PreviewBody = BodyOf<typeof previewUpgrade>;

/** Undefined while nobody is meant. */
export function previewBody({ targets, canary, canaryIds }: UpgradeDraft): PreviewBody | undefined {
  const hosts = targetBody(targets);
  if (hosts === undefined) return undefined;
  if (canaryIds !== undefined) return { ...hosts, canary_ids: [...canaryIds] };
  return { ...hosts, ...(canary !== undefined && { canary }) };
}

/** @param plan that was looked at: its release is meant, and no other */
export function createBody(
  draft: UpgradeDraft,
  plan: UpgradePreview,
): BodyOf<typeof createUpgrade> | undefined {
  const body = previewBody(draft);
  const { concurrency, maxFailures, hours } = draft;
  return (
    body && {
      ...body,
      released_at: plan.release.released_at,
      ...(concurrency !== undefined && { concurrency }),
      ...(maxFailures !== undefined && { max_failures: maxFailures }),
      ...(hours !== undefined && { expires_in_secs: hours * HOUR_SECS }),
    }
  );
}

/** Which hosts go first: as they were chosen, else as the server chose them. */
export function canaryOf({ canaryIds }: UpgradeDraft, plan: UpgradePreview): readonly string[] {
  return canaryIds ?? plan.hosts.filter(({ canary }) => canary).map(({ client_id: id }) => id);
}

/** The host is one of the canary from now on, or is not any more. Undefined: by number, as the last one was taken away. */
export function toggled(now: readonly string[], clientId: string): readonly string[] | undefined {
  const next = now.includes(clientId) ? now.filter((id) => id !== clientId) : [...now, clientId];
  return next.length === 0 ? undefined : next.slice(-MAX_CANARY);
}
