import type { UpgradeHostState, UpgradeState } from '@ops/protocol/domain/upgrade.ts';
import { isOnTheWay } from '@ops/protocol/domain/upgrade-progress.ts';

import { StateMark } from '../commands/StateLabel.tsx';
import { useUpgradeText } from '../text/use-upgrade-text.ts';
import { HOST_TONES, hostStateName, isMoving, UPGRADE_TONES, upgradeStateName } from './upgrade-words.ts';

export function UpgradeStateLabel({
  state,
  large,
}: {
  readonly state: UpgradeState;
  readonly large?: boolean;
}) {
  const { text } = useUpgradeText();
  return (
    <StateMark tone={UPGRADE_TONES[state]} turning={isMoving(state)} large={large}>
      {upgradeStateName(state, text)}
    </StateMark>
  );
}

export function UpgradeHostLabel({ state }: { readonly state: UpgradeHostState }) {
  const { text } = useUpgradeText();
  return (
    <StateMark tone={HOST_TONES[state]} turning={isOnTheWay(state)}>
      {hostStateName(state, text)}
    </StateMark>
  );
}
