import { Button, NativeSelect } from '@mantine/core';
import { getClient } from '@ops/protocol/http/clients.ts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';

import { CommandTable } from '../../commands/CommandTable.tsx';
import type { Entry } from '../../commands/CommandTable.tsx';
import { useBatchHistory, useCommandHistory } from '../../commands/use-history.ts';
import { useConsole } from '../../console.ts';
import { paths } from '../../paths.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import { BackLink } from '../../ui/BackLink.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Failed } from '../../ui/Failed.tsx';
import { IconChevronDown, IconFilterOff, IconHistory, IconUserCircle, IconX } from '../../ui/icons.ts';
import { LoadingBlocks, Page } from '../../ui/Page.tsx';
import { PageTitle } from '../../ui/PageTitle.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { historyQuery, readHistorySearch, MAX_USER, MAX_WORDS, STATE_FILTERS } from './history-search.ts';
import type { HistorySearch } from './history-search.ts';
import styles from './HistoryPage.module.css';

const route = getRouteApi(paths.history);
const PAGE = 50;

/** Everything that was run, as far as it is kept. */
export function HistoryPage() {
  const { text } = useCommandText();
  // Once more: the router adds what the address held besides.
  const search: HistorySearch = readHistorySearch({ ...route.useSearch() });
  const navigate = useNavigate();

  function change(next: Partial<Record<keyof HistorySearch, string | undefined>>): void {
    void navigate({
      to: paths.history,
      search: { ...search, ...next },
      replace: true,
      resetScroll: false,
    });
  }

  return (
    <>
      <BackLink to={paths.commands}>{text.tabCommands}</BackLink>
      <Page>
        <header className={styles.head}>
          <PageTitle title={text.history} />
          <Segments
            label={text.history}
            value={search.tab ?? 'commands'}
            options={[
              { value: 'commands', name: text.historyCommands },
              { value: 'batches', name: text.historyBatches },
            ]}
            onChange={(tab) => change({ tab: tab === 'commands' ? undefined : tab })}
          />
        </header>
        {search.tab === 'batches' ? <Batches /> : <Commands search={search} onChange={change} />}
      </Page>
    </>
  );
}

type Change = (next: Partial<Record<keyof HistorySearch, string | undefined>>) => void;

function Commands({ search, onChange }: { readonly search: HistorySearch; readonly onChange: Change }) {
  const { page, error, loadingMore, loadMore, ask } = useCommandHistory({
    limit: PAGE,
    ...historyQuery(search),
  });
  const filtered = Object.keys(search).some((name) => name !== 'tab');
  return (
    <>
      <Filters search={search} onChange={onChange} />
      <Entries
        entries={page?.items.map((command) => ({ kind: 'command', command }))}
        error={error}
        onRetry={ask}
        more={page !== undefined && page.next !== null}
        loadingMore={loadingMore}
        onMore={loadMore}
        onClear={
          filtered
            ? () => onChange({ q: undefined, state: undefined, host: undefined, user: undefined })
            : undefined
        }
      />
    </>
  );
}

function Batches() {
  const { page, error, loadingMore, loadMore, ask } = useBatchHistory(PAGE);
  return (
    <Entries
      entries={page?.items.map((batch) => ({ kind: 'batch', batch }))}
      error={error}
      onRetry={ask}
      more={page !== undefined && page.next !== null}
      loadingMore={loadingMore}
      onMore={loadMore}
      onClear={undefined}
      batches
    />
  );
}

function Entries({
  entries,
  error,
  onRetry,
  more,
  loadingMore,
  onMore,
  onClear,
  batches = false,
}: {
  readonly entries: readonly Entry[] | undefined;
  readonly error: ReturnType<typeof useBatchHistory>['error'];
  readonly onRetry: () => void;
  readonly more: boolean;
  readonly loadingMore: boolean;
  readonly onMore: () => void;
  /** Undefined: nothing is filtered. */
  readonly onClear: (() => void) | undefined;
  readonly batches?: boolean;
}) {
  const { text } = useCommandText();
  if (entries === undefined) {
    return error === undefined ? (
      <LoadingBlocks blocks={['20rem']} />
    ) : (
      <Failed title={text.historyFailed} error={error} onRetry={onRetry} />
    );
  }
  if (entries.length === 0) {
    return onClear === undefined ? (
      <EmptyState icon={IconHistory} title={batches ? text.noBatchesYet : text.noHistoryYet} />
    ) : (
      <EmptyState icon={IconFilterOff} title={text.nothingFound}>
        <Button mt="md" variant="default" onClick={onClear}>
          {text.clearFilter}
        </Button>
      </EmptyState>
    );
  }
  return (
    <>
      <div className={styles.frame}>
        <CommandTable entries={entries} name={batches ? text.historyBatches : text.historyCommands} />
      </div>
      <div className={styles.more}>
        {more ? (
          <Button variant="default" loading={loadingMore} onClick={onMore}>
            {text.loadMore}
          </Button>
        ) : (
          <span>{text.thatIsAll}</span>
        )}
      </div>
    </>
  );
}

function Filters({ search, onChange }: { readonly search: HistorySearch; readonly onChange: Change }) {
  const { text } = useCommandText();
  const names = {
    active: text.filterActive,
    Completed: text.filterCompleted,
    Timeout: text.filterTimeout,
    Failed: text.filterFailed,
    Cancelled: text.filterCancelled,
  };
  return (
    <div className={styles.filters} role="search" aria-label={text.history}>
      <SearchField
        className={styles.words}
        label={text.filterSearch}
        maxLength={MAX_WORDS}
        value={search.q ?? ''}
        ofPage
        onChange={(q) => onChange({ q })}
      />
      <NativeSelect
        aria-label={text.filterState}
        rightSection={<IconChevronDown size={15} stroke={1.8} aria-hidden />}
        value={search.state ?? ''}
        onChange={(event) => onChange({ state: event.currentTarget.value })}
        data={[
          { value: '', label: text.anyState },
          ...STATE_FILTERS.map((value) => ({ value, label: names[value] })),
        ]}
      />
      <SearchField
        className={styles.user}
        label={text.filterUser}
        maxLength={MAX_USER}
        icon={IconUserCircle}
        value={search.user ?? ''}
        onChange={(user) => onChange({ user })}
      />
      {search.host === undefined ? (
        <label className={styles.members}>
          <input
            type="checkbox"
            checked={search.members === 'yes'}
            onChange={(event) => onChange({ members: event.currentTarget.checked ? 'yes' : undefined })}
          />
          {text.filterMembers}
        </label>
      ) : (
        <HostChip id={search.host} onClear={() => onChange({ host: undefined })} />
      )}
    </div>
  );
}

/** The one host whose commands are listed. */
function HostChip({ id, onClear }: { readonly id: string; readonly onClear: () => void }) {
  const { text } = useCommandText();
  const { api } = useConsole();
  const { data } = useQuery({
    queryKey: ['client', id],
    queryFn: ({ signal }) => api.call(getClient, { params: { id }, signal }),
  });
  return (
    <Button
      variant="default"
      size="sm"
      rightSection={<IconX size={14} aria-hidden />}
      aria-label={`${text.filterHost} · ${text.clearFilter}`}
      onClick={onClear}
    >
      {data?.system_info.hostname ?? id.slice(0, 8)}
    </Button>
  );
}
