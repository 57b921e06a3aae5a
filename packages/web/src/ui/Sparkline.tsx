import { useState } from 'react';
import type { PointerEvent } from 'react';

import { linePath, nearest } from './sparkline-path.ts';
import type { Point } from './sparkline-path.ts';
import styles from './Sparkline.module.css';

export interface Series {
  readonly points: readonly Point[];
  readonly tone: 'first' | 'second';
}

const WIDTH = 240;
const HEIGHT = 48;

/**
 * A small picture of the last hour. Gaps stay gaps. `label` says it in words; what lies under the pointer is told
 * to `onPoint` as a moment.
 */
export function Sparkline({
  series,
  from,
  to,
  max,
  gapMs,
  label,
  onPoint,
}: {
  readonly series: readonly Series[];
  /** Milliseconds since 1970, left and right edge. */
  readonly from: number;
  readonly to: number;
  /** Value of the upper edge. */
  readonly max: number;
  /** Points further apart than this are not joined. */
  readonly gapMs: number;
  readonly label: string;
  readonly onPoint?: (at: number | undefined) => void;
}) {
  const [marked, setMarked] = useState<number>();
  const frame = { from, to, max, width: WIDTH, height: HEIGHT, gapMs };

  function mark(event: PointerEvent<SVGSVGElement>): void {
    const box = event.currentTarget.getBoundingClientRect();
    const at = from + ((event.clientX - box.left) / box.width) * (to - from);
    const point = nearest(series[0]?.points ?? [], at, gapMs);
    setMarked(point?.at);
    onPoint?.(point?.at);
  }
  function unmark(): void {
    setMarked(undefined);
    onPoint?.(undefined);
  }

  return (
    <svg
      className={styles.sparkline}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      onPointerMove={mark}
      onPointerLeave={unmark}
    >
      <line className={styles.base} x1={0} x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
      {series.map(({ points, tone }) => {
        const { line, area } = linePath(points, frame);
        return (
          <g key={tone} data-tone={tone} className={styles.series}>
            <path className={styles.area} d={area} />
            <path className={styles.line} d={line} />
          </g>
        );
      })}
      {marked !== undefined && (
        <line
          className={styles.mark}
          x1={((marked - from) / (to - from)) * WIDTH}
          x2={((marked - from) / (to - from)) * WIDTH}
          y1={0}
          y2={HEIGHT}
        />
      )}
    </svg>
  );
}
