import { useElementSize } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, SyntheticEvent } from 'react';

import type { MapCell, MapPicture } from '../../../live/map-live.ts';
import { paths } from '../../../paths.ts';
import { useOverviewText } from '../../../text/use-overview-text.ts';
import { useRem } from '../../../ui/rem.ts';
import { cellAt, mapLines, placeAfter, placeOf } from './map-lines.ts';
import type { MapLine } from './map-lines.ts';
import { MapRow } from './MapRow.tsx';
import styles from './MapView.module.css';

/** In rem, as the style sheet has them. */
const CELL = 1.125;
const PHONE_CELL = 1.625;
const PHONE_WIDTH = 40;
const GAP = 0.1875;
const HEAD = 2.25;

function idUnder(event: SyntheticEvent): string | undefined {
  return event.target instanceof HTMLElement ? event.target.dataset['id'] : undefined;
}

/** Every host a cell. One of them is reached by Tab, the others from there by arrows; only rows in sight are in the page. */
export function MapGrid({
  cells,
  picture,
  onPoint,
}: {
  readonly cells: readonly MapCell[];
  readonly picture: MapPicture;
  /** The host a pointer or the focus is on. */
  readonly onPoint: (id: string | undefined) => void;
}) {
  const { text } = useOverviewText();
  const rem = useRem();
  const navigate = useNavigate();
  const { ref: sizeRef, width } = useElementSize<HTMLDivElement>();
  const grid = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [chosen, setChosen] = useState<string>();
  /** Its row may have to come into sight before it can be focused. */
  const focusing = useRef<string>(undefined);
  const cellSize = width < rem(PHONE_WIDTH) ? PHONE_CELL : CELL;
  const columns = Math.max(1, Math.floor((width + rem(GAP)) / rem(cellSize + GAP)));
  const isGrouped = picture.group !== undefined;
  const lines = useMemo(() => mapLines(cells, columns, isGrouped), [cells, columns, isGrouped]);

  useLayoutEffect(() => {
    if (grid.current !== null) setTop(grid.current.getBoundingClientRect().top + window.scrollY);
  }, [width]);

  const [headHeight, rowHeight] = [rem(HEAD), rem(cellSize + GAP)];

  // oxlint-disable-next-line react/incompatible-library -- a warning for the React compiler, which is not in use
  const rows = useWindowVirtualizer({
    count: width > 0 ? lines.length : 0,
    estimateSize: (index) => (lines[index]?.kind === 'head' ? headHeight : rowHeight),
    overscan: 6,
    scrollMargin: top,
  });
  // Sizes are of the lines there were.
  useLayoutEffect(() => rows.measure(), [rows, lines, cellSize]);

  const items = rows.getVirtualItems();
  const inSight = items.flatMap(({ index }) => {
    const line = lines[index];
    return line?.kind === 'cells' ? [line] : [];
  });
  const isInSight = inSight.some((line) => line.cells.some(({ id }) => id === chosen));
  const active = isInSight ? chosen : inSight[0]?.cells[0]?.id;

  useLayoutEffect(() => {
    if (focusing.current === undefined) return;
    const cell = grid.current?.querySelector<HTMLElement>(`[data-id="${focusing.current}"]`);
    if (!cell) return;
    focusing.current = undefined;
    cell.focus({ preventScroll: true });
  });

  function open(id: string | undefined): void {
    if (id !== undefined) void navigate({ to: paths.client, params: { id } });
  }

  function onKey(event: KeyboardEvent): void {
    const id = idUnder(event);
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      return open(id);
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const from = placeOf(lines, id);
    const to = from && placeAfter(lines, from, event.key, Math.max(1, inSight.length - 2));
    const next = to && cellAt(lines, to);
    if (!next) return;
    event.preventDefault();
    focusing.current = next.id;
    setChosen(next.id);
    rows.scrollToIndex(to.line, { align: 'auto' });
  }

  return (
    <div
      ref={(element) => {
        grid.current = element;
        sizeRef(element);
      }}
      className={styles.grid}
      role="grid"
      aria-label={text.map}
      aria-describedby="map-help"
      aria-rowcount={lines.length}
      aria-colcount={columns}
      data-large={cellSize === PHONE_CELL || undefined}
      style={{ height: rows.getTotalSize() }}
      onClick={(event) => open(idUnder(event))}
      onKeyDown={onKey}
      onPointerOver={(event) => onPoint(idUnder(event))}
      onPointerLeave={() => onPoint(undefined)}
      onFocus={(event) => {
        setChosen(idUnder(event));
        onPoint(idUnder(event));
      }}
    >
      {items.map(({ index, start }) => {
        const line = lines[index];
        return (
          line && (
            <div
              key={index}
              className={styles.line}
              role="presentation"
              style={{ transform: `translateY(${start - top}px)` }}
            >
              {line.kind === 'head' ? (
                <Head line={line} index={index + 1} groupKey={picture.group ?? ''} columns={columns} />
              ) : (
                <MapRow
                  cells={line.cells}
                  index={index + 1}
                  shade={picture.shade}
                  active={line.cells.some(({ id }) => id === active) ? active : undefined}
                />
              )}
            </div>
          )
        );
      })}
    </div>
  );
}

function Head({
  line: { group, cells },
  index,
  groupKey,
  columns,
}: {
  readonly line: Extract<MapLine, { readonly kind: 'head' }>;
  readonly index: number;
  readonly groupKey: string;
  readonly columns: number;
}) {
  const { text, format } = useOverviewText();
  let late = 0;
  let offline = 0;
  for (const { state } of cells) {
    if (state === 'late') late++;
    if (state === 'offline') offline++;
  }
  const counts = [
    text.hostsCount(cells.length, format),
    ...(late > 0 ? [text.lateCount(late, format)] : []),
    ...(offline > 0 ? [text.offlineCount(offline, format)] : []),
  ];
  return (
    <div className={styles.head} role="row" aria-rowindex={index}>
      <span role="rowheader" aria-colindex={1} aria-colspan={columns}>
        <b>{group === null ? text.withoutLabel(groupKey) : `${groupKey}=${group}`}</b>{' '}
        <span className={styles.counts}>{counts.join(' · ')}</span>
      </span>
    </div>
  );
}
