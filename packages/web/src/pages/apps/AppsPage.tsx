import { Button, Skeleton } from '@mantine/core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';

import { ApiError } from '../../api/api-error.ts';
import { useHealthCheckOn } from '../../api/use-health.ts';
import { useMayRun } from '../../commands/use-may-run.ts';
import { paths } from '../../paths.ts';
import { useAppText } from '../../text/use-app-text.ts';
import { wordsOfError } from '../../text/words.ts';
import { Banner } from '../../ui/Banner.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { IconCloudOff, IconFilterOff, IconLockOpen, IconPlugConnectedX } from '../../ui/icons.ts';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { AppFilters } from './AppFilters.tsx';
import type { ChangeFilter } from './AppFilters.tsx';
import { findDrift, hostsWithApps, showApps } from './apps-list.ts';
import { readAppsSearch } from './apps-search.ts';
import type { AppsSearch } from './apps-search.ts';
import styles from './AppsPage.module.css';
import { FirstApp } from './FirstApp.tsx';
import { HostApps } from './HostApps.tsx';
import { useApps } from './use-apps.ts';

const route = getRouteApi(paths.apps);
/** More are drawn when they are asked for: a browser slows down with thousands of rows. */
const ROWS_AT_ONCE = 500;

/** What runs where, and what can be done about it. */
export function AppsPage() {
  const { text, format } = useAppText();
  // Once more: the router adds what the address held besides.
  const search: AppsSearch = readAppsSearch({ ...route.useSearch() });
  const navigate = useNavigate();
  const mayRun = useMayRun();
  const { clients, error, stale } = useApps();
  const [limit, setLimit] = useState(ROWS_AT_ONCE);
  const drift = useMemo(() => findDrift(clients ?? new Map()), [clients]);
  useHealthCheckOn(stale);

  const change: ChangeFilter = (next) => {
    void navigate({ to: paths.apps, search: { ...search, ...next }, replace: true, resetScroll: false });
  };
  const clear = (): void =>
    change({ client: undefined, name: undefined, connection: undefined, status: undefined });

  if (clients === undefined) {
    return (
      <div className={styles.page}>
        <PageTitle title={text.tabApps} className={styles.title} />
        {error instanceof ApiError ? (
          <EmptyState icon={IconPlugConnectedX} title={text.appsFailed}>
            <p>{wordsOfError(error, text)}</p>
          </EmptyState>
        ) : (
          <Skeleton height="20rem" radius="lg" />
        )}
      </div>
    );
  }

  const { hosts, shown, total, more } = showApps(clients, search, limit);
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <PageTitle title={text.tabApps} className={styles.title} />
        <span className={styles.count} role="status">
          {shown === total
            ? text.appsCount(total, format)
            : text.appsShownOf(format.number(shown), format.number(total))}
        </span>
      </header>
      {stale && (
        <Banner tone="bad" icon={IconCloudOff} live="polite">
          {text.liveLost}
        </Banner>
      )}
      {!mayRun && (
        <Banner tone="info" icon={IconLockOpen}>
          {text.viewerCannotAct}
        </Banner>
      )}
      {total === 0 ? (
        <FirstApp hosts={clients.size} />
      ) : (
        <>
          <AppFilters search={search} hosts={hostsWithApps(clients, search.client)} onChange={change} />
          {hosts.map((host) => (
            <HostApps key={host.client_id} host={host} drift={drift} mayRun={mayRun} />
          ))}
          {hosts.length === 0 && (
            <EmptyState icon={IconFilterOff} title={text.noAppMatches}>
              <Button mt="md" variant="default" onClick={clear}>
                {text.clearFilter}
              </Button>
            </EmptyState>
          )}
          {more && (
            <div className={styles.more}>
              <Button variant="default" onClick={() => setLimit(limit + ROWS_AT_ONCE)}>
                {text.moreApps}
              </Button>
            </div>
          )}
        </>
      )}
    </div>
  );
}
