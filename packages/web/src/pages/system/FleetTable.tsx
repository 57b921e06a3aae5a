import { UnstyledButton } from '@mantine/core';
import type { ClientSummary } from '@ops/protocol/http/clients.ts';
import { IconChevronDown, IconChevronUp } from '../../ui/icons.ts';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef, useState } from 'react';

import { useText } from '../../text/use-text.ts';
import { rem } from '../../ui/rem.ts';
import { ClientRow } from './ClientRow.tsx';
import { naturalDirection } from './fleet-search.ts';
import type { FleetSearch, SortKey } from './fleet-search.ts';
import { sortNames } from './sort-names.ts';
import styles from './FleetTable.module.css';

/** In rem, as the style sheet has it. */
const ROW_HEIGHT = 2.75;

/** Columns from left to right; those without a key cannot be sorted by. */
const COLUMNS = [
  'status',
  'name',
  'addresses',
  'cpu',
  'memory',
  'disk',
  'network',
  'labels',
  'seen',
] as const;
type Column = (typeof COLUMNS)[number];

function sortKeyOf(column: Column): SortKey | undefined {
  return column === 'addresses' || column === 'network' || column === 'labels' ? undefined : column;
}

/** One line a host; only the lines in sight are in the page. */
export function FleetTable({
  clients,
  search,
  onSort,
}: {
  readonly clients: readonly ClientSummary[];
  readonly search: FleetSearch;
  readonly onSort: (next: Partial<FleetSearch>) => void;
}) {
  const { text } = useText();
  const names: Record<Column, string> = {
    ...sortNames(text),
    addresses: text.addresses,
    network: text.network,
    labels: text.labels,
  };
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    if (body.current !== null) setTop(body.current.getBoundingClientRect().top + window.scrollY);
  }, []);

  // oxlint-disable-next-line react/incompatible-library -- a warning for the React compiler, which is not in use
  const rows = useWindowVirtualizer({
    count: clients.length,
    estimateSize: () => rem(ROW_HEIGHT),
    overscan: 12,
    scrollMargin: top,
  });
  const items = rows.getVirtualItems();
  const above = (items[0]?.start ?? top) - top;
  const below = rows.getTotalSize() - ((items.at(-1)?.end ?? top) - top);
  const sort = search.sort ?? 'name';
  const dir = search.dir ?? naturalDirection(sort);

  function press(key: SortKey): void {
    if (key !== sort) return onSort({ sort: key, dir: undefined });
    const turned = dir === 'asc' ? 'desc' : 'asc';
    onSort({ dir: turned === naturalDirection(key) ? undefined : turned });
  }

  return (
    <div className={styles.frame}>
      <table className={styles.table} aria-rowcount={clients.length + 1} aria-label={text.clientList}>
        <thead>
          <tr aria-rowindex={1}>
            {COLUMNS.map((column) => {
              const key = sortKeyOf(column);
              const sorted = key === sort;
              const direction = dir === 'asc' ? 'ascending' : 'descending';
              return (
                <th key={column} scope="col" data-column={column} aria-sort={sorted ? direction : undefined}>
                  {key === undefined ? (
                    names[column]
                  ) : (
                    <UnstyledButton className={styles.sort} onClick={() => press(key)}>
                      {names[column]}
                      <span className={styles.arrow} data-shown={sorted || undefined} aria-hidden>
                        {dir === 'asc' ? <IconChevronUp size={14} /> : <IconChevronDown size={14} />}
                      </span>
                    </UnstyledButton>
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody ref={body}>
          {above > 0 && <Space height={above} />}
          {items.map((item) => {
            const client = clients[item.index];
            return client && <ClientRow key={client.id} client={client} index={item.index + 2} />;
          })}
          {below > 0 && <Space height={below} />}
        </tbody>
      </table>
    </div>
  );
}

/** Stands for the lines that are out of sight. */
function Space({ height }: { readonly height: number }) {
  return (
    <tr aria-hidden className={styles.space}>
      <td colSpan={COLUMNS.length} style={{ height }} />
    </tr>
  );
}
