import { Skeleton } from '@mantine/core';
import { useId, useState } from 'react';

import { useText } from '../../text/use-text.ts';
import { Sparkline } from '../../ui/Sparkline.tsx';
import { nearest } from '../../ui/sparkline-path.ts';
import type { Point } from '../../ui/sparkline-path.ts';
import { ceilingOf } from './history.ts';
import type { History } from './use-client.ts';
import styles from './ReadingTile.module.css';

interface Line {
  readonly name: string;
  readonly points: readonly Point[];
}

const TONES = ['first', 'second'] as const;

export function ReadingTile({
  name,
  value,
  detail,
  history,
  lines,
  ceiling,
  least = 0,
  words,
}: {
  readonly name: string;
  readonly value: string;
  readonly detail: string;
  readonly history: History | undefined;
  /** One, or two: the second is drawn quieter. */
  readonly lines: readonly Line[];
  /** The upper edge; the highest value when absent. */
  readonly ceiling?: number;
  readonly least?: number;
  readonly words: (value: number | undefined) => string;
}) {
  const { text, format } = useText();
  const heading = useId();
  const [pointed, setPointed] = useState<number>();
  const max =
    ceiling ??
    ceilingOf(
      lines.map((line) => line.points),
      least,
    );
  const empty = lines.every((line) => line.points.length === 0);

  function summary(line: Line): string {
    const values = line.points.map((point) => point.value);
    return text.sparkline(
      line.name,
      words(Math.min(...values)),
      words(Math.max(...values)),
      words(values.at(-1)),
    );
  }

  return (
    <section className={styles.tile} aria-labelledby={heading}>
      <h2 id={heading}>{name}</h2>
      <p className={styles.value}>{value}</p>
      <p className={styles.detail} title={detail}>
        {detail}
      </p>
      <div className={styles.chart}>
        {history === undefined ? (
          <Skeleton height="3rem" />
        ) : empty ? (
          <p className={styles.empty}>{text.noHistory}</p>
        ) : (
          <Sparkline
            series={lines.map((line, index) => ({ points: line.points, tone: TONES[index] ?? 'second' }))}
            from={history.from}
            to={history.to}
            gapMs={history.gapMs}
            max={max}
            label={lines
              .filter((line) => line.points.length > 0)
              .map(summary)
              .join('; ')}
            onPoint={setPointed}
          />
        )}
      </div>
      <p className={styles.axis} aria-hidden>
        {history === undefined ? (
          '\u00a0'
        ) : pointed === undefined ? (
          <>
            <span>{format.minute(history.from)}</span>
            <span>{empty ? '' : text.upTo(words(max))}</span>
            <span>{format.minute(history.to)}</span>
          </>
        ) : (
          <span className={styles.pointed}>
            {format.minute(pointed)}
            {lines.map((line) => (
              <b key={line.name}>
                {lines.length > 1 && `${line.name} `}
                {words(nearest(line.points, pointed, history.gapMs)?.value)}
              </b>
            ))}
          </span>
        )}
      </p>
    </section>
  );
}
