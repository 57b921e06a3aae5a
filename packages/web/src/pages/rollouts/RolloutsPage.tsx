import { Button } from '@mantine/core';
import { Link, getRouteApi, useNavigate } from '@tanstack/react-router';

import { useStale } from '../../live/use-stale.ts';
import { paths } from '../../paths.ts';
import { RolloutTable } from '../../rollouts/RolloutTable.tsx';
import { useRolloutText } from '../../text/use-rollout-text.ts';
import { BackLink } from '../../ui/BackLink.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Failed } from '../../ui/Failed.tsx';
import { IconPackageImport, IconX } from '../../ui/icons.ts';
import { LoadingBlocks, Page } from '../../ui/Page.tsx';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { readRolloutsSearch } from './rollouts-search.ts';
import type { RolloutsSearch } from './rollouts-search.ts';
import styles from './RolloutsPage.module.css';
import { useRollouts } from './use-rollouts.ts';

const route = getRouteApi(paths.rollouts);

/** Every rollout, as far as they are kept. */
export function RolloutsPage() {
  const { text } = useRolloutText();
  // Once more: the router adds what the address held besides.
  const search: RolloutsSearch = readRolloutsSearch({ ...route.useSearch() });
  const navigate = useNavigate();
  const { rollouts, error, stale, more, loadMore } = useRollouts(search.app);
  useStale(stale);
  return (
    <>
      <BackLink to={paths.apps}>{text.tabApps}</BackLink>
      <Page>
        <header className={styles.head}>
          <PageTitle title={text.rollouts} />
          {search.app !== undefined && (
            <Button
              size="xs"
              variant="light"
              rightSection={<IconX size={13} aria-hidden />}
              aria-label={`${search.app} · ${text.clearFilter}`}
              onClick={() => void navigate({ to: paths.rollouts, search: {}, replace: true })}
            >
              {search.app}
            </Button>
          )}
        </header>
        {rollouts === undefined ? (
          error === undefined ? (
            <LoadingBlocks blocks={['16rem']} />
          ) : (
            <Failed title={text.rolloutsFailed} error={error} />
          )
        ) : rollouts.length === 0 ? (
          <div className={styles.card}>
            <EmptyState icon={IconPackageImport} title={text.noRollouts}>
              <p>{text.noRolloutsHelp}</p>
              <Button mt="md" variant="default" renderRoot={(props) => <Link to={paths.apps} {...props} />}>
                {text.toApps}
              </Button>
            </EmptyState>
          </div>
        ) : (
          <div className={styles.card}>
            <RolloutTable rollouts={rollouts} />
          </div>
        )}
        {more && (
          <div className={styles.more}>
            <Button variant="default" onClick={loadMore}>
              {text.olderRollouts}
            </Button>
          </div>
        )}
      </Page>
    </>
  );
}
