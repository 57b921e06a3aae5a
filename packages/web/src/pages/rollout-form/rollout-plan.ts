/** What a preview says, put together for people: who in which wave, from which versions, and who not. Pure. */
import type { RolloutReason } from '@ops/protocol/domain/rollout.ts';
import type { previewRollout } from '@ops/protocol/http/rollouts.ts';
import type { AnswerOf } from '@ops/protocol/http/endpoint.ts';

export type Plan = AnswerOf<typeof previewRollout>;
export type PlannedHost = Plan['hosts'][number];

/** Hosts by wave, in the order of the waves. */
export function hostsByWave(plan: Pick<Plan, 'waves' | 'hosts'>): readonly (readonly PlannedHost[])[] {
  return plan.waves.map((_size, index) => plan.hosts.filter(({ wave }) => wave === index));
}

/** Skipped ones by reason, most first. */
export function skippedBy(plan: Pick<Plan, 'hosts'>): readonly (readonly [RolloutReason, PlannedHost[]])[] {
  const skipped = plan.hosts.filter(({ wave }) => wave === null);
  return [...Map.groupBy(skipped, ({ reason }) => reason ?? 'refused')].toSorted(
    ([, a], [, b]) => b.length - a.length,
  );
}

/** Versions the hosts of the waves have now, most frequent first; null: unknown. */
export function versionsNow(plan: Pick<Plan, 'hosts'>): readonly (readonly [string | null, number])[] {
  const meant = plan.hosts.filter(({ wave }) => wave !== null);
  return [...Map.groupBy(meant, ({ version }) => version)]
    .map(([version, hosts]) => [version, hosts.length] as const)
    .toSorted(([, a], [, b]) => b - a);
}
