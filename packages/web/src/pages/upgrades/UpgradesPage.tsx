import { Button } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';

import { useStale } from '../../live/use-stale.ts';
import { readTargets } from '../../commands/order-address.ts';
import type { TargetSearch } from '../../commands/order-address.ts';
import { paths } from '../../paths.ts';
import { useUpgradeText } from '../../text/use-upgrade-text.ts';
import { BackLink } from '../../ui/BackLink.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Failed } from '../../ui/Failed.tsx';
import form from '../../ui/FormPage.module.css';
import { IconPackageImport } from '../../ui/icons.ts';
import { LoadingBlocks, Page } from '../../ui/Page.tsx';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { UpgradeTable } from '../../upgrades/UpgradeTable.tsx';
import { useRelease } from '../../upgrades/use-release.ts';
import { useUpgrades } from '../../upgrades/use-upgrades.ts';
import { ReleasePanel } from './ReleasePanel.tsx';
import { UpgradeForm } from './UpgradeForm.tsx';
import styles from './UpgradesPage.module.css';
import { VersionsPanel } from './VersionsPanel.tsx';

const route = getRouteApi(paths.upgrades);

/** The release on the server, which hosts run what, the way to bring them there, and what was done so far. */
export function UpgradesPage() {
  const { text } = useUpgradeText();
  // Once more: the router adds what the address held besides.
  const search: TargetSearch = readTargets({ ...route.useSearch() });
  const { found, error, busy, again } = useRelease();
  const list = useUpgrades();
  useStale(list.stale);
  const running = list.upgrades?.find((upgrade) => upgrade.finished_at_ms === null);
  return (
    <>
      <BackLink to={paths.system}>{text.tabSystem}</BackLink>
      <Page>
        <PageTitle title={text.clientUpgrades} />
        {found === undefined ? (
          error === undefined ? (
            <LoadingBlocks blocks={['10rem', '20rem']} />
          ) : (
            <Failed title={text.releaseFailed} error={error} />
          )
        ) : (
          <>
            <div className={form.form}>
              <ReleasePanel found={found} busy={busy} onAgain={again} />
              <VersionsPanel found={found} />
            </div>
            {found.release !== null && found.problem === null && (
              <UpgradeForm key={search.hosts} search={search} running={running} />
            )}
          </>
        )}
        <Panel title={text.earlierUpgrades} flush>
          {list.upgrades === undefined ? (
            list.error === undefined ? (
              <LoadingBlocks blocks={['6rem']} />
            ) : (
              <Failed title={text.upgradesFailed} error={list.error} />
            )
          ) : list.upgrades.length === 0 ? (
            <EmptyState icon={IconPackageImport} title={text.noUpgrades} />
          ) : (
            <UpgradeTable upgrades={list.upgrades} />
          )}
          {list.more && (
            <div className={styles.more}>
              <Button variant="default" onClick={list.loadMore}>
                {text.olderUpgrades}
              </Button>
            </div>
          )}
        </Panel>
      </Page>
    </>
  );
}
