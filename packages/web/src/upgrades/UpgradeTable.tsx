import type { UpgradeSummary } from '@ops/protocol/http/upgrades.ts';
import { Link } from '@tanstack/react-router';

import { paths } from '../paths.ts';
import { useUpgradeText } from '../text/use-upgrade-text.ts';
import { ProgressTable } from '../ui/ProgressTable.tsx';
import { UpgradeBar } from './UpgradeBar.tsx';
import { UpgradeStateLabel } from './UpgradeLabels.tsx';

export function UpgradeTable({ upgrades }: { readonly upgrades: readonly UpgradeSummary[] }) {
  const { text, format } = useUpgradeText();
  return (
    <ProgressTable
      name={text.earlierUpgrades}
      titles={{
        state: text.upgradeState,
        what: text.upgradeWhat,
        progress: text.upgradeProgress,
        who: text.upgradeBy,
        when: text.upgradeWhen,
      }}
      rows={upgrades.map((upgrade) => ({
        id: upgrade.id,
        state: <UpgradeStateLabel state={upgrade.state} />,
        what: (
          <Link to={paths.upgrade} params={{ id: upgrade.id }}>
            {upgrade.version}
          </Link>
        ),
        about: text.hostsInAll(upgrade.targets, format),
        bar: <UpgradeBar counts={upgrade.counts} />,
        figures: text.hostsDone(format.number(upgrade.counts.done ?? 0), format.number(upgrade.targets)),
        by: upgrade.created_by,
        at: upgrade.created_at_ms,
      }))}
    />
  );
}
