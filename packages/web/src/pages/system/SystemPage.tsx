import { IconFilterOff } from '../../ui/icons.ts';
import { Button } from '@mantine/core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';

import { useStale } from '../../live/use-stale.ts';
import { REMEMBERED, remember } from '../../preferences/remembered.ts';
import { paths } from '../../paths.ts';
import { useText } from '../../text/use-text.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { AddHostLink } from './AddHostLink.tsx';
import { FirstClient } from './FirstClient.tsx';
import { FleetCards } from './FleetCards.tsx';
import { FleetTable } from './FleetTable.tsx';
import { LoadingCards } from './LoadingCards.tsx';
import { Overview } from './Overview.tsx';
import { Toolbar } from './Toolbar.tsx';
import { readFleetSearch } from './fleet-search.ts';
import type { FleetSearch } from './fleet-search.ts';
import styles from './SystemPage.module.css';
import { UpgradesLink } from './UpgradesLink.tsx';
import { rememberedView, useWindow } from './use-window.ts';

/** Fetched when somebody wants it. */
const MapView = lazy(async () => ({ default: (await import('./map/MapView.tsx')).MapView }));

const route = getRouteApi(paths.system);

export function SystemPage() {
  const { text } = useText();
  // Once more: the router adds what the address held besides.
  const search: FleetSearch = readFleetSearch({ ...route.useSearch() });
  const navigate = useNavigate();
  const [lastView, setLastView] = useState(rememberedView);

  const view = search.view ?? lastView;
  const { figures, rows, stale, asOf, show, ask } = useWindow(search, view);
  useStale(stale);
  function change(next: Partial<FleetSearch>): void {
    if (next.view !== undefined) {
      remember(REMEMBERED.view, next.view);
      setLastView(next.view);
    }
    const changed = { ...search, ...next };
    ask(changed, next.view ?? view);
    void navigate({ to: paths.system, search: changed, replace: true, resetScroll: false });
  }

  return (
    <div className={styles.page}>
      <div className={styles.top}>
        <PageTitle title={text.tabSystem} className={styles.title} />
        <div className={styles.ways}>
          <UpgradesLink />
          <AddHostLink />
        </div>
      </div>
      <Overview
        figures={figures}
        asOf={asOf}
        stale={stale}
        status={search.status}
        onStatus={(status) => change({ status })}
      />
      {figures === undefined ? (
        <LoadingCards />
      ) : figures.counts.total === 0 ? (
        <FirstClient />
      ) : (
        <>
          <Toolbar
            search={search}
            view={view}
            shown={figures.matched}
            total={figures.counts.total}
            onChange={change}
          />
          <div className={styles.list} data-stale={stale || undefined}>
            {figures.matched === 0 ? (
              <EmptyState icon={IconFilterOff} title={text.nothingMatches}>
                <p>{text.nothingMatchesHelp}</p>
                <Button mt="md" variant="default" onClick={() => change({ q: undefined, status: undefined })}>
                  {text.clearFilter}
                </Button>
              </EmptyState>
            ) : view === 'table' ? (
              <FleetTable clients={rows} search={search} onSort={change} onShow={show} />
            ) : view === 'map' ? (
              <Suspense fallback={<div className={styles.coming} aria-busy />}>
                <MapView search={search} onChange={change} />
              </Suspense>
            ) : (
              <FleetCards clients={rows} onShow={show} />
            )}
          </div>
        </>
      )}
    </div>
  );
}
