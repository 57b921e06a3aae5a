import { UPGRADE_REASONS } from '@ops/protocol/domain/upgrade.ts';
import type { ClientReleaseAnswer } from '@ops/protocol/http/upgrades.ts';

import { useUpgradeText } from '../../text/use-upgrade-text.ts';
import { Panel } from '../../ui/Panel.tsx';
import { SmallTable } from '../../ui/SmallTable.tsx';
import { reasonName } from '../../upgrades/upgrade-words.ts';
import styles from './UpgradesPage.module.css';

/** How many hosts run which version, and how many could run the release. */
export function VersionsPanel({
  found: { versions, hosts, release },
}: {
  readonly found: ClientReleaseAnswer;
}) {
  const { text, format } = useUpgradeText();
  return (
    <Panel
      title={text.versionsTitle}
      aside={
        release !== null &&
        hosts.total > 0 &&
        text.readyOf(format.number(hosts.ready), format.number(hosts.total))
      }
      flush
    >
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by keys */}
      <div className={styles.versions} role="region" tabIndex={0} aria-label={text.versionsTitle}>
        <SmallTable
          name={text.versionsTitle}
          columns={[
            { name: text.releaseVersion, grow: true },
            { name: text.versionHosts, figure: true },
            { name: text.versionOnline, figure: true },
          ]}
          rows={versions.map(({ version, hosts: count, online }) => ({
            key: version,
            cells: [version, format.number(count), format.number(online)],
          }))}
          empty={text.noHosts}
        />
      </div>
      <ul className={styles.reasons}>
        {UPGRADE_REASONS.map((reason) => {
          const count = hosts.unfit[reason] ?? 0;
          return count === 0 ? null : (
            <li key={reason}>{text.sharedOut(reasonName(reason, text), format.number(count))}</li>
          );
        })}
      </ul>
    </Panel>
  );
}
