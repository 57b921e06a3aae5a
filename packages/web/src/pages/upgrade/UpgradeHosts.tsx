import { UPGRADE_HOST_STATES } from '@ops/protocol/domain/upgrade.ts';
import { listUpgradeHosts } from '@ops/protocol/http/upgrades.ts';
import type { UpgradeHost, UpgradeSummary } from '@ops/protocol/http/upgrades.ts';
import { Link } from '@tanstack/react-router';

import { useConsole } from '../../console.ts';
import { paths } from '../../paths.ts';
import { useUpgradeText } from '../../text/use-upgrade-text.ts';
import type { UpgradeText } from '../../text/use-upgrade-text.ts';
import { PagedTable } from '../../ui/PagedTable.tsx';
import { StateFilter } from '../../ui/StateFilter.tsx';
import { hostStateName, reasonName } from '../../upgrades/upgrade-words.ts';
import { UpgradeHostLabel } from '../../upgrades/UpgradeLabels.tsx';
import { MAX_WORDS } from './upgrade-search.ts';
import type { UpgradePageSearch } from './upgrade-search.ts';
import type { ChangeSearch } from './UpgradeDetail.tsx';
import styles from './UpgradeHosts.module.css';
import { upgradeKey } from './use-upgrade.ts';

/** Each host of the upgrade, the canary first. */
export function UpgradeHosts({
  upgrade,
  search,
  onChange,
}: {
  readonly upgrade: UpgradeSummary;
  readonly search: UpgradePageSearch;
  readonly onChange: ChangeSearch;
}) {
  const { text, format } = useUpgradeText();
  const { api } = useConsole();
  const filter = {
    ...(search.state !== undefined && { state: search.state }),
    ...(search.q !== undefined && { search: search.q }),
  };
  return (
    <PagedTable<UpgradeHost>
      className={styles.hosts}
      name={text.hostsOfUpgrade}
      aside={(total) => text.hostsInAll(total, format)}
      find={{
        label: text.findHostName,
        words: search.q,
        maxLength: MAX_WORDS,
        onChange: (q) => onChange({ q }),
      }}
      filters={
        <StateFilter
          label={text.hostStateColumn}
          all={text.allHostStates}
          value={search.state}
          states={UPGRADE_HOST_STATES}
          counts={upgrade.counts}
          nameOf={(state) => hostStateName(state, text)}
          onChange={(state) => onChange({ state })}
        />
      }
      none={text.noHostFits}
      queryKey={[...upgradeKey(upgrade.id), 'hosts', filter]}
      fetchPage={async (range, signal) => {
        const answer = await api.call(listUpgradeHosts, {
          params: { id: upgrade.id },
          query: { ...filter, ...range },
          signal,
        });
        return { entries: answer.hosts, total: answer.total };
      }}
      rowHeight={3}
      columns={[
        {
          key: 'host',
          title: text.hostname,
          head: true,
          render: (host) => (
            <>
              <Link to={paths.client} params={{ id: host.client_id }} title={host.hostname}>
                {host.hostname}
              </Link>
              {host.canary && <small className={styles.canary}>{text.canaryMark}</small>}
            </>
          ),
        },
        {
          key: 'state',
          title: text.hostStateColumn,
          render: (host) => <UpgradeHostLabel state={host.state} />,
        },
        {
          key: 'version',
          title: text.versionBefore,
          optional: true,
          className: styles.version,
          render: (host) => host.version_before,
          hint: (host) => host.version_before,
        },
        {
          key: 'why',
          title: text.whyColumn,
          className: styles.why,
          render: (host) => whyWords(host, text),
          hint: (host) => whyWords(host, text),
        },
      ]}
    />
  );
}

function whyWords({ reason, detail }: UpgradeHost, text: UpgradeText): string {
  return [reason === null ? '' : reasonName(reason, text), detail ?? ''].filter(Boolean).join(' · ');
}
