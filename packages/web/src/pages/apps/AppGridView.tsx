import type { ClientApps } from '@ops/protocol/http/apps.ts';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { VirtualItem } from '@tanstack/react-virtual';
import { useRef, useState } from 'react';

import { useAppText } from '../../text/use-app-text.ts';
import { useRem } from '../../ui/rem.ts';
import { AppDialog } from './AppDialog.tsx';
import { cellOf } from './app-grid.ts';
import type { AppGrid } from './app-grid.ts';
import type { AppsView } from './apps-view.ts';
import styles from './AppGridView.module.css';
import { ColumnHead, GridCell, HostHead } from './GridCells.tsx';

/** In rem, as the style sheet has them. */
const ROW_HEIGHT = 3.5;
const COLUMN_WIDTH = 10;
const HOST_WIDTH = 13;

/** Room for the lines or columns that are out of sight before and behind those that are drawn. */
function around(items: readonly VirtualItem[], size: number): readonly [number, number] {
  const [first, last] = [items[0], items.at(-1)];
  return first === undefined || last === undefined ? [0, 0] : [first.start, size - last.end];
}

/** Hosts by applications. Only what is in sight is in the page, whatever the number of either. */
export function AppGridView({ grid, view }: { readonly grid: AppGrid; readonly view: AppsView }) {
  const { text } = useAppText();
  const box = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState<string>();
  const getScrollElement = (): HTMLDivElement | null => box.current;
  const rem = useRem();
  const [rowHeight, columnWidth] = [rem(ROW_HEIGHT), rem(COLUMN_WIDTH)];
  // oxlint-disable-next-line react/incompatible-library -- a warning for the React compiler, which is not in use
  const rows = useVirtualizer({
    count: grid.rows.length,
    getScrollElement,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  const columns = useVirtualizer({
    count: grid.columns.length,
    horizontal: true,
    getScrollElement,
    estimateSize: () => columnWidth,
    overscan: 4,
  });
  const rowItems = rows.getVirtualItems();
  const columnItems = columns.getVirtualItems();
  const [above, below] = around(rowItems, rows.getTotalSize());
  const [before, behind] = around(columnItems, columns.getTotalSize());
  const drawn = columnItems.flatMap((item) => grid.columns[item.index] ?? []);
  /** With the host, and what fills the line. */
  const span = drawn.length + 2 + (before > 0 ? 1 : 0) + (behind > 0 ? 1 : 0);

  const openedAt = opened === undefined ? undefined : placeOf(opened, grid);
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by keys */}
      <div ref={box} className={styles.box} role="region" tabIndex={0} aria-label={text.gridOf}>
        <table
          className={styles.grid}
          aria-label={text.gridOf}
          aria-rowcount={grid.rows.length + 1}
          aria-colcount={grid.columns.length + 1}
          style={{ width: `${HOST_WIDTH + COLUMN_WIDTH * grid.columns.length}rem` }}
        >
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col" className={styles.corner} aria-colindex={1}>
                {text.hostname}
              </th>
              {before > 0 && <Space width={before} />}
              {columnItems.map((item) => {
                const column = grid.columns[item.index];
                return (
                  column && (
                    <ColumnHead key={column.name} column={column} index={item.index + 2} view={view} />
                  )
                );
              })}
              {behind > 0 && <Space width={behind} />}
              <td aria-hidden className={styles.filler} />
            </tr>
          </thead>
          <tbody>
            {above > 0 && <Gap height={above} span={span} />}
            {rowItems.map((item) => {
              const host = grid.rows[item.index];
              return (
                host && (
                  <tr key={host.client_id} aria-rowindex={item.index + 2}>
                    <HostHead host={host} view={view} />
                    {before > 0 && <Space width={before} />}
                    {columnItems.map((column) => {
                      const name = grid.columns[column.index]?.name ?? '';
                      return (
                        <GridCell
                          key={name}
                          host={host}
                          name={name}
                          index={column.index + 2}
                          view={view}
                          onOpen={setOpened}
                        />
                      );
                    })}
                    {behind > 0 && <Space width={behind} />}
                    <td aria-hidden className={styles.filler} />
                  </tr>
                )
              );
            })}
            {below > 0 && <Gap height={below} span={span} />}
          </tbody>
        </table>
      </div>
      {opened !== undefined && openedAt !== undefined && (
        <AppDialog
          {...openedAt}
          drift={view.drift.get(opened)}
          running={view.actions.get(opened)}
          hindrance={view.hindrance}
          onClose={() => setOpened(undefined)}
        />
      )}
    </>
  );
}

function placeOf(key: string, grid: AppGrid) {
  const host: ClientApps | undefined = grid.rows.find((row) => key.startsWith(`${row.client_id} `));
  const app = host && cellOf(host, key.slice(host.client_id.length + 1));
  return app && { app, host };
}

/** Stands for columns that are out of sight. */
function Space({ width }: { readonly width: number }) {
  return <td aria-hidden className={styles.space} style={{ width }} />;
}

/** Stands for lines that are out of sight. */
function Gap({ height, span }: { readonly height: number; readonly span: number }) {
  return (
    <tr aria-hidden>
      <td colSpan={span} className={styles.space} style={{ height }} />
    </tr>
  );
}
