import { memo } from 'react';
import type { ReactNode } from 'react';

import type { Match, Row } from './transcript.ts';
import styles from './Output.module.css';

interface RowMatch extends Match {
  readonly chosen: boolean;
}

/** One row: its text cut where its looks change or a match begins or ends. */
export const OutputRow = memo(function OutputRow({
  row,
  matches,
}: {
  readonly row: Row;
  readonly matches: readonly RowMatch[] | undefined;
}) {
  const end = row.from + row.text.length;
  const cuts = new Set<number>([row.from, end]);
  for (const { to } of row.runs) if (to > row.from && to < end) cuts.add(to);
  for (const match of matches ?? []) {
    for (const place of [match.from, match.to]) if (place > row.from && place < end) cuts.add(place);
  }
  const places = [...cuts].toSorted((a, b) => a - b);
  const pieces: ReactNode[] = [];
  for (let index = 0; index + 1 < places.length; index++) {
    const from = places[index] ?? 0;
    const to = places[index + 1] ?? 0;
    const text = row.text.slice(from - row.from, to - row.from);
    const run = row.runs.find((each) => each.to > from);
    const match = matches?.find((each) => each.from <= from && each.to >= to);
    const { pen } = run ?? {};
    const face = (
      <span
        key={from}
        data-fg={pen?.fg}
        data-bg={pen?.bg}
        data-bold={pen?.bold || undefined}
        data-underline={pen?.underline || undefined}
        data-escape={run?.escape || undefined}
      >
        {text}
      </span>
    );
    pieces.push(
      match === undefined ? (
        face
      ) : (
        <mark key={from} data-chosen={match.chosen || undefined}>
          {face}
        </mark>
      ),
    );
  }
  return <div className={styles.row}>{pieces}</div>;
});
