import { UnstyledButton } from '@mantine/core';
import { naturalDirection } from '@ops/protocol/http/clients.ts';
import type { ClientSort } from '@ops/protocol/http/clients.ts';
import { IconChevronDown, IconChevronUp } from '../../ui/icons.ts';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';

import type { Rows } from '../../live/window-live.ts';
import { useText } from '../../text/use-text.ts';
import { rem } from '../../ui/rem.ts';
import { ClientRow } from './ClientRow.tsx';
import type { FleetSearch } from './fleet-search.ts';
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

function sortKeyOf(column: Column): ClientSort | undefined {
  return column === 'addresses' || column === 'network' || column === 'labels' ? undefined : column;
}

/** One line a host; only the lines in sight are in the page. */
export function FleetTable({
  clients,
  search,
  onSort,
  onShow,
}: {
  readonly clients: Rows;
  readonly search: FleetSearch;
  readonly onSort: (next: Partial<FleetSearch>) => void;
  /** These rows are in sight. */
  readonly onShow: (first: number, last: number) => void;
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

  // Asking for the size of a letter ten thousand times is slow.
  const rowHeight = rem(ROW_HEIGHT);

  // oxlint-disable-next-line react/incompatible-library -- a warning for the React compiler, which is not in use
  const rows = useWindowVirtualizer({
    count: clients.count,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: top,
  });
  const items = rows.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  useEffect(() => onShow(first, last), [onShow, first, last]);
  const above = (items[0]?.start ?? top) - top;
  const below = rows.getTotalSize() - ((items.at(-1)?.end ?? top) - top);
  const sort = search.sort ?? 'name';
  const dir = search.dir ?? naturalDirection(sort);

  function press(key: ClientSort): void {
    if (key !== sort) return onSort({ sort: key, dir: undefined });
    const turned = dir === 'asc' ? 'desc' : 'asc';
    onSort({ dir: turned === naturalDirection(key) ? undefined : turned });
  }

  return (
    <div className={styles.frame}>
      <table className={styles.table} aria-rowcount={clients.count + 1} aria-label={text.clientList}>
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
            const client = clients.at(item.index);
            if (client) return <ClientRow key={client.id} client={client} index={item.index + 2} />;
            return <Coming key={item.index} index={item.index + 2} />;
          })}
          {below > 0 && <Space height={below} />}
        </tbody>
      </table>
    </div>
  );
}

/** A line the server is being asked for. */
function Coming({ index }: { readonly index: number }) {
  return (
    <tr aria-rowindex={index} aria-busy>
      <td />
      <td>
        <span className={styles.coming} />
      </td>
    </tr>
  );
}

/** Stands for the lines that are out of sight. It spans nothing: on a phone there are fewer columns, and it would make more. */
function Space({ height }: { readonly height: number }) {
  return (
    <tr aria-hidden className={styles.space}>
      <td style={{ height }} />
    </tr>
  );
}
