import type { UpgradeSummary } from '@ops/protocol/http/upgrades.ts';
import { Link } from '@tanstack/react-router';

import { paths } from '../paths.ts';
import styles from '../rollouts/RolloutTable.module.css';
import { useUpgradeText } from '../text/use-upgrade-text.ts';
import { Ago } from '../ui/Ago.tsx';
import { UpgradeBar } from './UpgradeBar.tsx';
import { UpgradeStateLabel } from './UpgradeLabels.tsx';

/** Upgrades, one a line: how each stands, to what, and how far it is. As the table of rollouts looks. */
export function UpgradeTable({ upgrades }: { readonly upgrades: readonly UpgradeSummary[] }) {
  const { text, format } = useUpgradeText();
  return (
    <table className={styles.table} aria-label={text.earlierUpgrades}>
      <thead>
        <tr>
          <th scope="col" data-column="state">
            {text.upgradeState}
          </th>
          <th scope="col">{text.upgradeWhat}</th>
          <th scope="col" data-column="progress">
            {text.upgradeProgress}
          </th>
          <th scope="col" data-column="who">
            {text.upgradeBy}
          </th>
          <th scope="col" data-column="when">
            {text.upgradeWhen}
          </th>
        </tr>
      </thead>
      <tbody>
        {upgrades.map((upgrade) => (
          <tr key={upgrade.id} data-id={upgrade.id}>
            <td data-column="state">
              <UpgradeStateLabel state={upgrade.state} />
            </td>
            <th scope="row">
              <Link to={paths.upgrade} params={{ id: upgrade.id }} className={styles.link}>
                {upgrade.version}
              </Link>
              <span className={styles.about}>
                {text.hostsInAll(upgrade.targets, format)}
                {/* On a phone, where the columns of it are not shown. */}
                <span className={styles.under}>
                  {' · '}
                  <Ago at={upgrade.created_at_ms} />
                </span>
              </span>
            </th>
            <td data-column="progress">
              <UpgradeBar counts={upgrade.counts} />
              <span className={styles.figures}>
                {text.hostsDone(format.number(upgrade.counts.done ?? 0), format.number(upgrade.targets))}
              </span>
            </td>
            <td data-column="who">{upgrade.created_by}</td>
            <td data-column="when">
              <Ago at={upgrade.created_at_ms} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
