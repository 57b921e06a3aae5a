import { IconCloudOff, IconFilterOff } from '../../ui/icons.ts';
import { Button } from '@mantine/core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

import { useHealthCheckOn } from '../../api/use-health.ts';
import { useConsole, useSignal } from '../../console.ts';
import { REMEMBERED, recall, remember } from '../../preferences/remembered.ts';
import { paths } from '../../paths.ts';
import { useText } from '../../text/use-text.ts';
import { Banner } from '../../ui/Banner.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { AddHostLink } from './AddHostLink.tsx';
import { FirstClient } from './FirstClient.tsx';
import { FleetCards } from './FleetCards.tsx';
import { FleetTable } from './FleetTable.tsx';
import { LoadingCards } from './LoadingCards.tsx';
import { Overview } from './Overview.tsx';
import { Toolbar } from './Toolbar.tsx';
import { createArrange } from './fleet-list.ts';
import { readFleetSearch } from './fleet-search.ts';
import type { FleetSearch, View } from './fleet-search.ts';
import styles from './SystemPage.module.css';

const route = getRouteApi(paths.system);

function rememberedView(): View {
  return recall(REMEMBERED.view) === 'table' ? 'table' : 'cards';
}

export function SystemPage() {
  const { text, format } = useText();
  const { fleet: live, clock } = useConsole();
  // Once more: the router adds what the address held besides.
  const search: FleetSearch = readFleetSearch({ ...route.useSearch() });
  const navigate = useNavigate();
  const [arrange] = useState(createArrange);
  const [lastView, setLastView] = useState(rememberedView);
  const { fleet, stale, asOf } = useSignal(live.picture);
  useEffect(() => live.watch(), [live]);
  useHealthCheckOn(stale);

  const view = search.view ?? lastView;
  function change(next: Partial<FleetSearch>): void {
    if (next.view !== undefined) {
      remember(REMEMBERED.view, next.view);
      setLastView(next.view);
    }
    void navigate({ to: paths.system, search: { ...search, ...next }, replace: true, resetScroll: false });
  }

  const shown = fleet === undefined ? [] : arrange(fleet.clients, search, clock.wall());

  return (
    <div className={styles.page}>
      <div className={styles.top}>
        <PageTitle title={text.tabSystem} className={styles.title} />
        <AddHostLink />
      </div>
      {stale && (
        <Banner tone="bad" icon={IconCloudOff} live="polite">
          {asOf === undefined ? text.liveLost : text.liveLostSince(format.clockTime(asOf))}
        </Banner>
      )}
      <Overview
        counts={fleet?.counts}
        asOf={asOf}
        stale={stale}
        status={search.status}
        onStatus={(status) => change({ status })}
      />
      {fleet === undefined ? (
        <LoadingCards />
      ) : fleet.clients.size === 0 ? (
        <FirstClient />
      ) : (
        <>
          <Toolbar
            search={search}
            view={view}
            shown={shown.length}
            total={fleet.clients.size}
            onChange={change}
          />
          <div className={styles.list} data-stale={stale || undefined}>
            {shown.length === 0 ? (
              <EmptyState icon={IconFilterOff} title={text.nothingMatches}>
                <p>{text.nothingMatchesHelp}</p>
                <Button mt="md" variant="default" onClick={() => change({ q: undefined, status: undefined })}>
                  {text.clearFilter}
                </Button>
              </EmptyState>
            ) : view === 'table' ? (
              <FleetTable clients={shown} search={search} onSort={change} />
            ) : (
              <FleetCards clients={shown} />
            )}
          </div>
        </>
      )}
    </div>
  );
}
