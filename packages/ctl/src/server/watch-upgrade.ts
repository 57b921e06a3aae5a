/** Follows an upgrade until it is over, or held and waits for somebody. */
import type { UpgradeState } from '@ops/protocol/domain/upgrade.ts';
import { getUpgrade, upgradeSummary } from '@ops/protocol/http/upgrades.ts';
import type { UpgradeSummary } from '@ops/protocol/http/upgrades.ts';

import { watchOne } from './watch.ts';
import type { Watch } from './watch.ts';

/** Nothing more happens in them unless somebody orders it. A paused one was paused by somebody who goes on. */
const RESTING: ReadonlySet<UpgradeState> = new Set<UpgradeState>(['held', 'finished', 'stopped']);

export const isResting = ({ state }: Pick<UpgradeSummary, 'state'>): boolean => RESTING.has(state);

/** @returns undefined when aborted. @throws ApiFailure when the upgrade cannot be read */
export function watchUpgrade(
  id: string,
  watching: Watch<UpgradeSummary>,
): Promise<UpgradeSummary | undefined> {
  const ask = async () => (await watching.server.call(getUpgrade, { params: { id } })).upgrade;
  return watchOne<UpgradeSummary>(
    { id, topic: 'upgrade', schema: upgradeSummary, ask, isOver: isResting },
    watching,
  );
}
