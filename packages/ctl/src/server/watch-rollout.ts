/** Follows a rollout until it is over, or held and waits for somebody. */
import { getRollout, rolloutSummary } from '@ops/protocol/http/rollouts.ts';
import type { RolloutSummary } from '@ops/protocol/http/rollouts.ts';
import type { RolloutState } from '@ops/protocol/domain/rollout.ts';

import { watchOne } from './watch.ts';
import type { Watch } from './watch.ts';

/** Nothing more happens in them unless somebody orders it. A paused one was paused by somebody who goes on. */
const RESTING: ReadonlySet<RolloutState> = new Set<RolloutState>([
  'held',
  'succeeded',
  'stopped',
  'rolled_back',
  'rollback_failed',
]);

export const isResting = ({ state }: Pick<RolloutSummary, 'state'>): boolean => RESTING.has(state);

/** @returns undefined when aborted. @throws ApiFailure when the rollout cannot be read */
export function watchRollout(
  id: string,
  watching: Watch<RolloutSummary>,
): Promise<RolloutSummary | undefined> {
  const ask = async () => (await watching.server.call(getRollout, { params: { id } })).rollout;
  return watchOne<RolloutSummary>(
    { id, topic: 'rollout', schema: rolloutSummary, ask, isOver: isResting },
    watching,
  );
}
