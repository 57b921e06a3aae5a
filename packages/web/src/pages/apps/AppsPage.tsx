import { Button } from '@mantine/core';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';

import { ApiError } from '../../api/api-error.ts';
import { useStale } from '../../live/use-stale.ts';
import { useHindrance, useMayRun } from '../../commands/use-may-run.ts';
import { appKey } from '../../live/apps-live.ts';
import type { AppsState } from '../../live/apps-live.ts';
import { paths } from '../../paths.ts';
import { recall, REMEMBERED, remember } from '../../preferences/remembered.ts';
import { RolloutTable } from '../../rollouts/RolloutTable.tsx';
import { useAppText } from '../../text/use-app-text.ts';
import { useRolloutText } from '../../text/use-rollout-text.ts';
import { Banner } from '../../ui/Banner.tsx';
import { Choice } from '../../ui/Choice.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Failed } from '../../ui/Failed.tsx';
import { IconFilterOff, IconLayoutGrid, IconListDetails, IconLockOpen } from '../../ui/icons.ts';
import { LoadingBlocks, Page } from '../../ui/Page.tsx';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { AppFilters } from './AppFilters.tsx';
import type { ChangeFilter } from './AppFilters.tsx';
import { gridOf } from './app-grid.ts';
import { AppGridView } from './AppGridView.tsx';
import { findDrift, hostsWithApps, isSameDrift, showApps } from './apps-list.ts';
import { readAppsSearch } from './apps-search.ts';
import type { AppsSearch, ViewName } from './apps-search.ts';
import type { AppsView } from './apps-view.ts';
import styles from './AppsPage.module.css';
import { FirstApp } from './FirstApp.tsx';
import { HostApps } from './HostApps.tsx';
import { NOTHING, withKeys } from './selection.ts';
import { SelectionBar } from './SelectionBar.tsx';
import { useApps } from './use-apps.ts';

const route = getRouteApi(paths.apps);
/** More are drawn when they are asked for: a browser slows down with thousands of rows. */
const ROWS_AT_ONCE = 500;

function rememberedView(): ViewName {
  return recall(REMEMBERED.appsView) === 'grid' ? 'grid' : 'list';
}

/** What runs where, and what can be done about it. */
export function AppsPage() {
  const { text } = useAppText();
  const { state, error, stale, ask } = useApps();
  useStale(stale);
  if (state !== undefined) return <Known state={state} />;
  return (
    <Page>
      <PageTitle title={text.tabApps} />
      {error instanceof ApiError ? (
        <Failed title={text.appsFailed} error={error} onRetry={ask} />
      ) : (
        <LoadingBlocks blocks={['2.25rem', '20rem']} />
      )}
    </Page>
  );
}

function Known({ state }: { readonly state: AppsState }) {
  const { text, format } = useRolloutText();
  // Once more: the router adds what the address held besides.
  const search: AppsSearch = readAppsSearch({ ...route.useSearch() });
  const navigate = useNavigate();
  const mayRun = useMayRun();
  const hindrance = useHindrance(text.viewerCannotAct);
  const [limit, setLimit] = useState(ROWS_AT_ONCE);
  const [selection, select] = useState(NOTHING);
  const [lastView, setLastView] = useState(rememberedView);
  const { clients, actions, rollouts } = state;
  const found = useMemo(() => findDrift(clients), [clients]);
  const [drift, setDrift] = useState(found);
  if (!isSameDrift(drift, found)) setDrift(found);
  const view = useMemo<AppsView>(
    () => ({
      drift,
      actions,
      mayRun,
      hindrance,
      selection,
      choose: (keys, on) => select((now) => withKeys(now, keys, on)),
    }),
    [drift, actions, mayRun, hindrance, selection],
  );
  const shownAs = search.view ?? lastView;

  const change: ChangeFilter = (next) => {
    if (next.view !== undefined) {
      remember(REMEMBERED.appsView, next.view);
      setLastView(next.view);
    }
    void navigate({ to: paths.apps, search: { ...search, ...next }, replace: true, resetScroll: false });
  };
  const clear = (): void =>
    change({
      client: undefined,
      name: undefined,
      connection: undefined,
      status: undefined,
      drift: undefined,
    });

  // Ten thousand hosts are not gone through for a box that was ticked.
  const rows = shownAs === 'grid' ? Number.POSITIVE_INFINITY : limit;
  const { client, name, connection, status, drift: only } = search;
  const { hosts, shown, total, more } = useMemo(
    () => showApps(clients, readAppsSearch({ client, name, connection, status, drift: only }), drift, rows),
    [clients, client, name, connection, status, only, drift, rows],
  );
  const grid = useMemo(() => (shownAs === 'grid' ? gridOf({ hosts }) : undefined), [hosts, shownAs]);
  const choices = useMemo(() => hostsWithApps(clients, client), [clients, client]);
  return (
    <Page>
      <header className={styles.head}>
        <PageTitle title={text.tabApps} />
        <span className={styles.count} role="status">
          {shown === total
            ? text.appsCount(total, format)
            : text.appsShownOf(format.number(shown), format.number(total))}
        </span>
        {total > 0 && (
          <span className={styles.choice}>
            <Choice
              label={text.view}
              value={shownAs}
              options={[
                { value: 'list', name: text.viewList, icon: IconListDetails },
                { value: 'grid', name: text.viewGrid, icon: IconLayoutGrid },
              ]}
              onChange={(next) => change({ view: next })}
            />
          </span>
        )}
      </header>
      {!mayRun && (
        <Banner tone="info" icon={IconLockOpen}>
          {text.viewerCannotAct}
        </Banner>
      )}
      {total === 0 ? (
        <FirstApp hosts={clients.size} />
      ) : (
        <>
          {rollouts.length > 0 && (
            <Panel title={text.rollouts} aside={<Link to={paths.rollouts}>{text.allRollouts}</Link>} flush>
              <RolloutTable rollouts={rollouts} />
            </Panel>
          )}
          <AppFilters search={search} hosts={choices} drifted={drift.size} onChange={change} />
          {hosts.length === 0 ? (
            <EmptyState icon={IconFilterOff} title={text.noAppMatches}>
              <Button mt="md" variant="default" onClick={clear}>
                {text.clearFilter}
              </Button>
            </EmptyState>
          ) : grid !== undefined ? (
            <AppGridView grid={grid} view={view} />
          ) : (
            hosts.map((host) => <HostApps key={host.client_id} host={host} view={view} />)
          )}
          {more && (
            <div className={styles.more}>
              <Button variant="default" onClick={() => setLimit(limit + ROWS_AT_ONCE)}>
                {text.moreApps}
              </Button>
            </div>
          )}
          <SelectionBar
            clients={clients}
            view={view}
            onOnly={(app) => select(new Set(app.hosts.map(({ client_id: id }) => appKey(id, app.name))))}
            onClear={() => select(NOTHING)}
          />
        </>
      )}
    </Page>
  );
}
