import type { MapShade } from '@ops/protocol/http/events.ts';
import { memo } from 'react';
import type { CSSProperties } from 'react';

import { useConsole } from '../../../console.ts';
import type { MapCell } from '../../../live/map-live.ts';
import { useOverviewText } from '../../../text/use-overview-text.ts';
import { severity } from '../../../ui/readings.ts';
import { cellWords } from './cell-words.ts';
import styles from './MapView.module.css';

interface MapRowProps {
  readonly cells: readonly MapCell[];
  readonly index: number;
  readonly shade: MapShade | undefined;
  /** The one cell that Tab leads to, when it is in this row. */
  readonly active: string | undefined;
}

/** Only rows with a cell that changed are drawn again: each of them is kept as the same object until it does. */
function isSame(a: MapRowProps, b: MapRowProps): boolean {
  return (
    a.index === b.index &&
    a.shade === b.shade &&
    a.active === b.active &&
    a.cells.length === b.cells.length &&
    a.cells.every((cell, at) => cell === b.cells[at])
  );
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- React's type knows no custom properties
const filled = (share: number) => ({ '--share': `${share}%` }) as CSSProperties;

export const MapRow = memo(function MapRow({ cells, index, shade, active }: MapRowProps) {
  const { text, format } = useOverviewText();
  const { serverClock } = useConsole();
  const now = serverClock.now();
  return (
    <div className={styles.row} role="row" aria-rowindex={index}>
      {cells.map((cell, at) => {
        const words = cellWords(cell, shade, text, format, now);
        return (
          <span
            key={cell.id}
            className={styles.cell}
            role="gridcell"
            aria-colindex={at + 1}
            aria-label={words}
            title={words}
            tabIndex={cell.id === active ? 0 : -1}
            data-id={cell.id}
            data-state={cell.state}
            {...(shade !== undefined &&
              cell.state !== 'offline' && {
                'data-severity': cell.share === undefined ? 'none' : severity(shade, cell.share),
                style: filled(cell.share ?? 0),
              })}
          />
        );
      })}
    </div>
  );
}, isSame);
