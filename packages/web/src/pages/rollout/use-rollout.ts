import { getRollout } from '@ops/protocol/http/rollouts.ts';
import type { RolloutSummary } from '@ops/protocol/http/rollouts.ts';

import { useOne } from '../../live/use-one.ts';
import type { Kind, OneView } from '../../live/use-one.ts';

const KIND: Kind<RolloutSummary, RolloutSummary> = {
  name: 'rollout',
  gone: 'rollout_not_found',
  ask: async (api, id, signal) => (await api.call(getRollout, { params: { id }, signal })).rollout,
  events: () => ({ topics: 'rollout' }),
  told: (event, id) => (event.name === 'rollout' && event.data.id === id ? event.data : undefined),
  newer: (whole, told) => (told.revision >= whole.revision ? told : whole),
};

/** Key of everything that is asked about one rollout. */
export function rolloutKey(id: string): readonly unknown[] {
  return [KIND.name, id];
}

export function useRollout(id: string): OneView<RolloutSummary> {
  return useOne(KIND, id);
}
