import { Button, TextInput } from '@mantine/core';
import type { BatchSummary } from '@ops/protocol/http/batches.ts';
import { listBatchHosts } from '@ops/protocol/http/batches.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef, useState } from 'react';

import { useNow } from '../../browser/use-now.ts';
import { useSettled } from '../../browser/use-settled.ts';
import { shownState, tookMs } from '../../commands/command-state.ts';
import { StateLabel } from '../../commands/StateLabel.tsx';
import { tookWords } from '../../commands/took.ts';
import { useConsole } from '../../console.ts';
import { paths } from '../../paths.ts';
import { NONE } from '../../text/format.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import { IconSearch, IconX } from '../../ui/icons.ts';
import { Panel } from '../../ui/Panel.tsx';
import { rem } from '../../ui/rem.ts';
import { countNames } from './count-names.ts';
import type { BatchSearch } from './batch-search.ts';
import styles from './HostList.module.css';

/** In rem, as the style sheet has it. */
const ROW_HEIGHT = 2.5;
/** Hosts asked for at once. */
const PAGE = 200;
const TYPING_MS = 250;
const MAX_WORDS = 128;

type Change = (next: { [K in keyof BatchSearch]?: BatchSearch[K] | undefined }) => void;

/** Each host of the batch. Only the lines in sight are in the page, and only their pages are asked for. */
export function HostList({
  batch,
  search,
  onChange,
}: {
  readonly batch: BatchSummary;
  readonly search: BatchSearch;
  readonly onChange: Change;
}) {
  const { text, format } = useCommandText();
  const { api } = useConsole();
  const filter = {
    ...(search.state !== undefined && { status: search.state }),
    ...(search.group !== undefined && { group: search.group }),
    ...(search.q !== undefined && { search: search.q }),
  };
  const pageQuery = (page: number) => ({
    queryKey: ['batch', batch.id, 'hosts', filter, page],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      api.call(listBatchHosts, {
        params: { id: batch.id },
        query: { ...filter, offset: page * PAGE, limit: PAGE },
        signal,
      }),
    staleTime: Infinity,
  });
  // The first page also tells how many there are.
  const first = useQuery({ ...pageQuery(0), placeholderData: keepPreviousData });
  const total = first.data?.total ?? 0;

  const list = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    // What stands above grows and shrinks: groups come, a comparison is opened.
    const measure = (): void => {
      if (list.current !== null) setTop(list.current.getBoundingClientRect().top + window.scrollY);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    measure();
    return () => observer.disconnect();
  }, []);
  // oxlint-disable-next-line react/incompatible-library -- a warning for the React compiler, which is not in use
  const rows = useWindowVirtualizer({
    count: total,
    estimateSize: () => rem(ROW_HEIGHT),
    overscan: 10,
    scrollMargin: top,
  });
  const items = rows.getVirtualItems();
  const pages = [...new Set(items.map((item) => Math.floor(item.index / PAGE)))].filter((page) => page > 0);
  const others = useQueries({ queries: pages.map((page) => pageQuery(page)) });
  const now = useNow(batch.state !== 'finished');

  function hostAt(index: number): CommandSummary | undefined {
    const page = Math.floor(index / PAGE);
    const data = page === 0 ? first.data : others[pages.indexOf(page)]?.data;
    return data?.hosts[index % PAGE];
  }

  return (
    <Panel title={text.hosts} aside={text.hostsOf(format.number(total))} flush>
      <div className={styles.filters} role="search" aria-label={text.filterHosts}>
        <Words value={search.q ?? ''} onChange={(q) => onChange({ q: q === '' ? undefined : q })} />
        {search.state !== undefined && (
          <Chip name={countNames(text)[search.state]} onClear={() => onChange({ state: undefined })} />
        )}
        {search.group !== undefined && (
          <Chip name={text.inGroup} onClear={() => onChange({ group: undefined })} />
        )}
      </div>
      {first.data !== undefined && total === 0 && <p className={styles.none}>{text.nothingFound}</p>}
      <div
        ref={list}
        className={styles.list}
        role="table"
        aria-label={text.hosts}
        aria-rowcount={total}
        style={{ height: rows.getTotalSize() }}
      >
        {items.map((item) => {
          const host = hostAt(item.index);
          return (
            <div
              key={item.key}
              role="row"
              aria-rowindex={item.index + 1}
              className={styles.row}
              style={{ transform: `translateY(${item.start - top}px)` }}
            >
              {host !== undefined && <HostCells host={host} now={now} />}
            </div>
          );
        })}
      </div>
    </Panel>
  );
}

function HostCells({ host, now }: { readonly host: CommandSummary; readonly now: number }) {
  const { text, format } = useCommandText();
  const took = tookMs(host, now);
  return (
    <>
      <span role="cell" className={styles.state}>
        <StateLabel state={shownState(host, now)} />
      </span>
      <span role="rowheader" className={styles.host}>
        <Link to={paths.run} params={{ id: host.id }} title={host.hostname}>
          {host.hostname}
        </Link>
      </span>
      <span role="cell" className={styles.exit}>
        {host.exit_code === null ? (host.signal ?? NONE) : `${text.exitCode} ${host.exit_code}`}
      </span>
      <span role="cell" className={styles.took}>
        {took === undefined ? NONE : tookWords(took, text, format)}
      </span>
      <span role="cell" className={styles.error} title={host.error ?? undefined}>
        {host.error ?? format.bytes(host.stdout_bytes + host.stderr_bytes)}
      </span>
    </>
  );
}

function Chip({ name, onClear }: { readonly name: string; readonly onClear: () => void }) {
  const { text } = useCommandText();
  return (
    <Button
      size="xs"
      variant="light"
      rightSection={<IconX size={13} aria-hidden />}
      aria-label={`${name} · ${text.clearFilter}`}
      onClick={onClear}
    >
      {name}
    </Button>
  );
}

function Words({ value, onChange }: { readonly value: string; readonly onChange: (q: string) => void }) {
  const { text } = useCommandText();
  const [typed, setTyped] = useState(value);
  const settled = useSettled(typed, TYPING_MS);
  const told = useRef(value);
  useLayoutEffect(() => {
    if (settled === told.current) return;
    told.current = settled;
    onChange(settled);
  }, [settled, onChange]);
  return (
    <TextInput
      size="xs"
      type="search"
      className={styles.words}
      aria-label={text.filterHosts}
      placeholder={text.filterHosts}
      maxLength={MAX_WORDS}
      autoComplete="off"
      spellCheck={false}
      leftSection={<IconSearch size={15} stroke={1.7} />}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
    />
  );
}
