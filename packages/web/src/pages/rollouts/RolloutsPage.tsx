import { Button, Skeleton } from '@mantine/core';
import { Link, getRouteApi, useNavigate } from '@tanstack/react-router';

import { useHealthCheckOn } from '../../api/use-health.ts';
import { paths } from '../../paths.ts';
import { RolloutTable } from '../../rollouts/RolloutTable.tsx';
import { useRolloutText } from '../../text/use-rollout-text.ts';
import { wordsOfError } from '../../text/words.ts';
import { BackLink } from '../../ui/BackLink.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { IconCloudOff, IconPackageImport, IconPlugConnectedX, IconX } from '../../ui/icons.ts';
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
  useHealthCheckOn(stale);
  return (
    <>
      <BackLink to={paths.apps}>{text.tabApps}</BackLink>
      <div className={styles.page}>
        <header className={styles.head}>
          <PageTitle title={text.rollouts} className={styles.title} />
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
        {stale && (
          <Banner tone="bad" icon={IconCloudOff} live="polite">
            {text.liveLost}
          </Banner>
        )}
        {rollouts === undefined ? (
          error === undefined ? (
            <Skeleton height="16rem" radius="lg" />
          ) : (
            <EmptyState icon={IconPlugConnectedX} title={text.rolloutsFailed}>
              <p>{wordsOfError(error, text)}</p>
            </EmptyState>
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
      </div>
    </>
  );
}
