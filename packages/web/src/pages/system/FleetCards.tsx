import { useElementSize } from '@mantine/hooks';
import type { ClientSummary } from '@ops/protocol/http/clients.ts';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef, useState } from 'react';

import { useText } from '../../text/use-text.ts';
import { rem } from '../../ui/rem.ts';
import { ClientCard } from './ClientCard.tsx';
import styles from './FleetCards.module.css';

/** In rem, as the style sheet has them. */
const CARD_HEIGHT = 16.5;
const GAP = 0.75;
const MIN_WIDTH = 18.5;

/** As many cards beside each other as there is room for; only those in sight are in the page. */
export function FleetCards({ clients }: { readonly clients: readonly ClientSummary[] }) {
  const { text } = useText();
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
    count: Math.ceil(clients.length / columns),
    estimateSize: () => rowHeight,
    overscan: 3,
    scrollMargin: top,
  });

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
        rows.getVirtualItems().flatMap((row) =>
          clients.slice(row.index * columns, (row.index + 1) * columns).map((client, column) => (
            <li
              key={client.id}
              className={styles.cell}
              aria-setsize={clients.length}
              aria-posinset={row.index * columns + column + 1}
              style={{
                width: `calc((100% - ${(columns - 1) * GAP}rem) / ${columns})`,
                left: `calc((100% + ${GAP}rem) / ${columns} * ${column})`,
                transform: `translateY(${row.start - top}px)`,
              }}
            >
              <ClientCard client={client} />
            </li>
          )),
        )}
    </ul>
  );
}
