import { Button } from '@mantine/core';
import type { BatchSummary } from '@ops/protocol/http/batches.ts';
import { listBatchHosts } from '@ops/protocol/http/batches.ts';
import type { CommandSummary } from '@ops/protocol/http/commands.ts';
import { Link } from '@tanstack/react-router';

import { useNow } from '../../browser/use-now.ts';
import { shownState, tookMs } from '../../commands/command-state.ts';
import { StateLabel } from '../../commands/StateLabel.tsx';
import { tookWords } from '../../commands/took.ts';
import { useConsole } from '../../console.ts';
import { paths } from '../../paths.ts';
import { NONE } from '../../text/format.ts';
import { useCommandText } from '../../text/use-command-text.ts';
import { IconX } from '../../ui/icons.ts';
import { Panel } from '../../ui/Panel.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { usePagedRows } from '../../ui/use-paged-rows.ts';
import { countNames } from './count-names.ts';
import type { BatchSearch } from './batch-search.ts';
import styles from './HostList.module.css';

/** In rem, as the style sheet has it. */
const ROW_HEIGHT = 2.5;
/** Hosts asked for at once. */
const PAGE = 200;
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
  const { total, list, height, rows } = usePagedRows({
    queryKey: ['batch', batch.id, 'hosts', filter],
    page: PAGE,
    rowHeight: ROW_HEIGHT,
    async fetchPage(range, signal) {
      const answer = await api.call(listBatchHosts, {
        params: { id: batch.id },
        query: { ...filter, ...range },
        signal,
      });
      return { entries: answer.hosts, total: answer.total };
    },
  });
  const now = useNow(batch.state !== 'finished');

  return (
    <Panel title={text.hosts} aside={text.hostsOf(format.number(total ?? 0))} flush>
      <div className={styles.filters} role="search" aria-label={text.filterHosts}>
        <SearchField
          size="xs"
          className={styles.words}
          label={text.filterHosts}
          value={search.q ?? ''}
          maxLength={MAX_WORDS}
          ofPage
          onChange={(q) => onChange({ q: q || undefined })}
        />
        {search.state !== undefined && (
          <Chip name={countNames(text)[search.state]} onClear={() => onChange({ state: undefined })} />
        )}
        {search.group !== undefined && (
          <Chip name={text.inGroup} onClear={() => onChange({ group: undefined })} />
        )}
      </div>
      {total === 0 && <p className={styles.none}>{text.nothingFound}</p>}
      <div
        ref={list}
        className={styles.list}
        role="table"
        aria-label={text.hosts}
        aria-rowcount={total ?? -1}
        style={{ height }}
      >
        {rows.map(({ key, index, entry, offset }) => (
          <div
            key={key}
            role="row"
            aria-rowindex={index + 1}
            className={styles.row}
            style={{ transform: `translateY(${offset}px)` }}
          >
            {entry !== undefined && <HostCells host={entry} now={now} />}
          </div>
        ))}
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
