/** Follows an upgrade until it is over, or held and waits for somebody. */
import type { UpgradeState } from '@ops/protocol/domain/upgrade.ts';
import { getUpgrade, upgradeSummary } from '@ops/protocol/http/upgrades.ts';
import type { UpgradeSummary } from '@ops/protocol/http/upgrades.ts';
import { decode, isObject } from '@ops/protocol/schema.ts';

import { watch } from './watch.ts';
import type { Watch } from './watch.ts';

/** Nothing more happens in them unless somebody orders it. A paused one was paused by somebody who goes on. */
const RESTING: ReadonlySet<UpgradeState> = new Set<UpgradeState>(['held', 'finished', 'stopped']);

export const isResting = ({ state }: Pick<UpgradeSummary, 'state'>): boolean => RESTING.has(state);

/** @returns undefined when aborted. @throws ApiFailure when the upgrade cannot be read */
export function watchUpgrade(
  id: string,
  watching: Watch<UpgradeSummary>,
): Promise<UpgradeSummary | undefined> {
  const { server } = watching;
  return watch(
    {
      query: { topics: 'upgrade' },
      event: 'upgrade',
      ask: async () => (await server.call(getUpgrade, { params: { id } })).upgrade,
      read: (data) => (isObject(data) && data['id'] === id ? decode(upgradeSummary, data) : undefined),
      revision: ({ revision }) => revision,
      isOver: (upgrade) => isResting(upgrade),
    },
    watching,
  );
}
