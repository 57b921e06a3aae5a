import { useElementSize } from '@mantine/hooks';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';

import type { Rows } from '../../live/window-live.ts';
import { useText } from '../../text/use-text.ts';
import { useRem } from '../../ui/rem.ts';
import { ClientCard } from './ClientCard.tsx';
import { createSlots, inSight } from './slots.ts';
import styles from './FleetCards.module.css';

/** In rem, as the style sheet has them. */
const CARD_HEIGHT = 16.5;
const GAP = 0.75;
const MIN_WIDTH = 18.5;

/** As many cards beside each other as there is room for; only those in sight are in the page. */
export function FleetCards({
  clients,
  onShow,
}: {
  readonly clients: Rows;
  /** These are in sight. */
  readonly onShow: (first: number, last: number) => void;
}) {
  const { text } = useText();
  const rem = useRem();
  const { ref: sizeRef, width } = useElementSize<HTMLUListElement>();
  const list = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  const columns = Math.max(1, Math.floor((width + rem(GAP)) / rem(MIN_WIDTH + GAP)));
  const rowHeight = rem(CARD_HEIGHT + GAP);

  useLayoutEffect(() => {
    if (list.current !== null) setTop(list.current.getBoundingClientRect().top + window.scrollY);
  }, [width]);

  // oxlint-disable-next-line react/incompatible-library -- a warning for the React compiler, which is not in use
  const rows = useWindowVirtualizer({
    count: Math.ceil(clients.count / columns),
    estimateSize: () => rowHeight,
    overscan: 1,
    scrollMargin: top,
  });

  const items = rows.getVirtualItems();
  const first = (items[0]?.index ?? 0) * columns;
  const last = Math.min(clients.count, ((items.at(-1)?.index ?? 0) + 1) * columns) - 1;
  useEffect(() => {
    if (width > 0) onShow(first, Math.max(first, last));
  }, [onShow, first, last, width]);
  const places = items.flatMap((row) =>
    Array.from({ length: Math.min(columns, clients.count - row.index * columns) }, (_, column) => ({
      index: row.index * columns + column,
      column,
      top: row.start - top,
    })),
  );

  const [slots] = useState(createSlots);
  const placed = slots.place(
    inSight(
      clients,
      places.map(({ index }) => index),
    ),
  );

  return (
    <ul
      ref={(element) => {
        list.current = element;
        sizeRef(element);
      }}
      className={styles.cards}
      aria-label={text.clientList}
      style={{ height: rows.getTotalSize() }}
    >
      {width > 0 &&
        places.map(({ index, column, top: below }) => {
          const client = clients.at(index);
          return (
            <li
              key={client ? placed.get(client.id) : `coming ${index}`}
              className={styles.cell}
              aria-setsize={clients.count}
              aria-posinset={index + 1}
              style={{
                width: `calc((100% - ${(columns - 1) * GAP}rem) / ${columns})`,
                left: `calc((100% + ${GAP}rem) / ${columns} * ${column})`,
                transform: `translateY(${below}px)`,
              }}
            >
              {client ? <ClientCard client={client} /> : <div className={styles.coming} aria-busy />}
            </li>
          );
        })}
    </ul>
  );
}
