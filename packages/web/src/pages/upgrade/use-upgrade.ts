import { getUpgrade } from '@ops/protocol/http/upgrades.ts';
import type { UpgradeSummary } from '@ops/protocol/http/upgrades.ts';

import { useOne } from '../../live/use-one.ts';
import type { Kind, OneView } from '../../live/use-one.ts';

const KIND: Kind<UpgradeSummary, UpgradeSummary> = {
  name: 'upgrade',
  gone: 'upgrade_not_found',
  ask: async (api, id, signal) => (await api.call(getUpgrade, { params: { id }, signal })).upgrade,
  events: () => ({ topics: 'upgrade' }),
  told: (event, id) => (event.name === 'upgrade' && event.data.id === id ? event.data : undefined),
  newer: (whole, told) => (told.revision >= whole.revision ? told : whole),
};

/** Key of everything that is asked about one upgrade. */
export function upgradeKey(id: string): readonly unknown[] {
  return [KIND.name, id];
}

export function useUpgrade(id: string): OneView<UpgradeSummary> {
  return useOne(KIND, id);
}
