import { UnstyledButton } from '@mantine/core';
import { naturalDirection } from '@ops/protocol/http/clients.ts';
import type { ClientSort } from '@ops/protocol/http/clients.ts';
import { IconChevronDown, IconChevronUp } from '../../ui/icons.ts';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';

import type { Rows } from '../../live/window-live.ts';
import { useText } from '../../text/use-text.ts';
import { useRem } from '../../ui/rem.ts';
import { ClientRow } from './ClientRow.tsx';
import type { FleetSearch } from './fleet-search.ts';
import { createSlots, inSight } from './slots.ts';
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
  const rem = useRem();
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
    overscan: 3,
    scrollMargin: top,
  });
  const items = rows.getVirtualItems();
  const [slots] = useState(createSlots);
  const placed = slots.place(
    inSight(
      clients,
      items.map(({ index }) => index),
    ),
  );
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  useEffect(() => onShow(first, last), [onShow, first, last]);
  const sort = search.sort ?? 'name';
  const dir = search.dir ?? naturalDirection(sort);

  function press(key: ClientSort): void {
    if (key !== sort) return onSort({ sort: key, dir: undefined });
    const turned = dir === 'asc' ? 'desc' : 'asc';
    onSort({ dir: turned === naturalDirection(key) ? undefined : turned });
  }

  return (
    <div className={styles.frame}>
      {/* Not laid out as a table: then each line stands for itself. What it is for a screen reader is said all the same. */}
      <table
        role="table"
        className={styles.table}
        aria-rowcount={clients.count + 1}
        aria-label={text.clientList}
      >
        <thead role="rowgroup">
          <tr role="row" aria-rowindex={1}>
            {COLUMNS.map((column) => {
              const key = sortKeyOf(column);
              const sorted = key === sort;
              const direction = dir === 'asc' ? 'ascending' : 'descending';
              return (
                <th
                  key={column}
                  role="columnheader"
                  scope="col"
                  data-column={column}
                  aria-sort={sorted ? direction : undefined}
                >
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
        <tbody ref={body} role="rowgroup" style={{ height: rows.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const client = clients.at(index);
            const place = { rowIndex: index + 2, below: start - top };
            if (client) return <ClientRow key={placed.get(client.id)} client={client} {...place} />;
            return <Coming key={`coming ${index}`} {...place} />;
          })}
        </tbody>
      </table>
    </div>
  );
}

/** A line the server is being asked for. */
function Coming({ rowIndex, below }: { readonly rowIndex: number; readonly below: number }) {
  return (
    <tr role="row" aria-rowindex={rowIndex} aria-busy style={{ transform: `translateY(${below}px)` }}>
      <td role="cell" data-column="status" />
      <td role="cell" data-column="name">
        <span className={styles.coming} />
      </td>
    </tr>
  );
}
