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
import { PagedTable } from '../../ui/PagedTable.tsx';
import { countNames } from './count-names.ts';
import { MAX_WORDS } from './batch-search.ts';
import type { BatchSearch } from './batch-search.ts';
import styles from './HostList.module.css';

type Change = (next: { [K in keyof BatchSearch]?: BatchSearch[K] | undefined }) => void;

/** Each host of the batch. */
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
  const now = useNow(batch.state !== 'finished');
  return (
    <PagedTable<CommandSummary>
      className={styles.hosts}
      name={text.hosts}
      aside={(total) => text.hostsOf(format.number(total))}
      find={{
        label: text.filterHosts,
        words: search.q,
        maxLength: MAX_WORDS,
        onChange: (q) => onChange({ q }),
      }}
      filters={
        <>
          {search.state !== undefined && (
            <Chip name={countNames(text)[search.state]} onClear={() => onChange({ state: undefined })} />
          )}
          {search.group !== undefined && (
            <Chip name={text.inGroup} onClear={() => onChange({ group: undefined })} />
          )}
        </>
      }
      none={text.nothingFound}
      queryKey={['batch', batch.id, 'hosts', filter]}
      fetchPage={async (range, signal) => {
        const answer = await api.call(listBatchHosts, {
          params: { id: batch.id },
          query: { ...filter, ...range },
          signal,
        });
        return { entries: answer.hosts, total: answer.total };
      }}
      rowHeight={2.5}
      columns={[
        { key: 'state', render: (host) => <StateLabel state={shownState(host, now)} /> },
        {
          key: 'host',
          head: true,
          render: (host) => (
            <Link to={paths.run} params={{ id: host.id }} title={host.hostname}>
              {host.hostname}
            </Link>
          ),
        },
        {
          key: 'exit',
          className: styles.note,
          render: (host) =>
            host.exit_code === null ? (host.signal ?? NONE) : `${text.exitCode} ${host.exit_code}`,
        },
        {
          key: 'took',
          optional: true,
          className: styles.note,
          render: (host) => {
            const took = tookMs(host, now);
            return took === undefined ? NONE : tookWords(took, text, format);
          },
        },
        {
          key: 'error',
          optional: true,
          className: styles.note,
          render: (host) => host.error ?? format.bytes(host.stdout_bytes + host.stderr_bytes),
          hint: (host) => host.error ?? undefined,
        },
      ]}
    />
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
