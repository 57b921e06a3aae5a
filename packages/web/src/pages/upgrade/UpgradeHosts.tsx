import { NativeSelect } from '@mantine/core';
import { UPGRADE_HOST_STATES } from '@ops/protocol/domain/upgrade.ts';
import { listUpgradeHosts } from '@ops/protocol/http/upgrades.ts';
import type { UpgradeHost, UpgradeSummary } from '@ops/protocol/http/upgrades.ts';
import { Link } from '@tanstack/react-router';

import { useConsole } from '../../console.ts';
import { paths } from '../../paths.ts';
import { useUpgradeText } from '../../text/use-upgrade-text.ts';
import { IconChevronDown } from '../../ui/icons.ts';
import { Panel } from '../../ui/Panel.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { usePagedRows } from '../../ui/use-paged-rows.ts';
import { hostStateName, reasonName } from '../../upgrades/upgrade-words.ts';
import { UpgradeHostLabel } from '../../upgrades/UpgradeLabels.tsx';
import { MAX_WORDS } from './upgrade-search.ts';
import type { UpgradePageSearch } from './upgrade-search.ts';
import type { ChangeSearch } from './UpgradeDetail.tsx';
import styles from './UpgradeHosts.module.css';
import { upgradeKey } from './use-upgrade.ts';

/** In rem, as the style sheet has it. */
const ROW_HEIGHT = 3;
/** Hosts asked for at once. */
const PAGE = 200;

/** Each host of the upgrade, the canary first. Only the lines in sight are in the page, and only their pages are asked for. */
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
  const { total, list, height, rows } = usePagedRows({
    queryKey: [...upgradeKey(upgrade.id), 'hosts', filter],
    page: PAGE,
    rowHeight: ROW_HEIGHT,
    async fetchPage(range, signal) {
      const answer = await api.call(listUpgradeHosts, {
        params: { id: upgrade.id },
        query: { ...filter, ...range },
        signal,
      });
      return { entries: answer.hosts, total: answer.total };
    },
  });
  return (
    <Panel title={text.hostsOfUpgrade} aside={text.hostsInAll(total ?? 0, format)} flush>
      <div className={styles.filters} role="search" aria-label={text.hostsOfUpgrade}>
        <SearchField
          size="xs"
          className={styles.words}
          label={text.findHostName}
          value={search.q ?? ''}
          maxLength={MAX_WORDS}
          ofPage
          onChange={(q) => onChange({ q: q || undefined })}
        />
        <NativeSelect
          size="xs"
          aria-label={text.hostStateColumn}
          rightSection={<IconChevronDown size={15} stroke={1.8} aria-hidden />}
          value={search.state ?? ''}
          onChange={({ currentTarget: { value } }) =>
            onChange({ state: UPGRADE_HOST_STATES.find((state) => state === value) })
          }
          data={[
            { value: '', label: text.allHostStates },
            ...UPGRADE_HOST_STATES.filter(
              (state) => (upgrade.counts[state] ?? 0) > 0 || state === search.state,
            ).map((state) => ({
              value: state,
              label: `${hostStateName(state, text)} ${format.number(upgrade.counts[state] ?? 0)}`,
            })),
          ]}
        />
      </div>
      {total === 0 && <p className={styles.none}>{text.noHostFits}</p>}
      <div role="table" aria-label={text.hostsOfUpgrade} aria-rowcount={(total ?? 0) + 1}>
        <div role="row" className={styles.titles}>
          <span role="columnheader">{text.hostname}</span>
          <span role="columnheader">{text.hostStateColumn}</span>
          <span role="columnheader" className={styles.version}>
            {text.versionBefore}
          </span>
          <span role="columnheader" className={styles.why}>
            {text.whyColumn}
          </span>
        </div>
        <div ref={list} role="rowgroup" className={styles.list} style={{ height }}>
          {rows.map(({ key, index, entry, offset }) => (
            <div
              key={key}
              role="row"
              aria-rowindex={index + 2}
              className={styles.row}
              style={{ transform: `translateY(${offset}px)` }}
            >
              {entry !== undefined && <HostCells host={entry} />}
            </div>
          ))}
        </div>
      </div>
    </Panel>
  );
}

function HostCells({ host }: { readonly host: UpgradeHost }) {
  const { text } = useUpgradeText();
  const { reason, detail } = host;
  const why = [reason === null ? '' : reasonName(reason, text), detail ?? ''].filter(Boolean).join(' · ');
  return (
    <>
      <span role="rowheader" className={styles.host}>
        <Link to={paths.client} params={{ id: host.client_id }} title={host.hostname}>
          {host.hostname}
        </Link>
        {host.canary && <small className={styles.canary}>{text.canaryMark}</small>}
      </span>
      <span role="cell">
        <UpgradeHostLabel state={host.state} />
      </span>
      <span role="cell" className={styles.version} title={host.version_before}>
        {host.version_before}
      </span>
      <span role="cell" className={styles.why} title={why}>
        {why}
      </span>
    </>
  );
}
