/** Follows a rollout until it is over, or held and waits for somebody. */
import { getRollout, rolloutSummary } from '@ops/protocol/http/rollouts.ts';
import type { RolloutSummary } from '@ops/protocol/http/rollouts.ts';
import { decodeKnown, isObject } from '@ops/protocol/schema.ts';
import type { RolloutState } from '@ops/protocol/domain/rollout.ts';

import { watch } from './watch.ts';
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
  const { server } = watching;
  return watch(
    {
      query: { topics: 'rollout' },
      event: 'rollout',
      ask: async () => (await server.call(getRollout, { params: { id } })).rollout,
      read: (data) => (isObject(data) && data['id'] === id ? decodeKnown(rolloutSummary, data) : undefined),
      revision: ({ revision }) => revision,
      isOver: (rollout) => isResting(rollout),
    },
    watching,
  );
}
