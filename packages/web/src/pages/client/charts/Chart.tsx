import { Skeleton } from '@mantine/core';
import type { ClientView } from '@ops/protocol/http/clients.ts';
import { useId } from 'react';

import { useHostText } from '../../../text/use-host-text.ts';
import { peakOf, wordsOf } from './chart-kinds.ts';
import type { ChartKind } from './chart-kinds.ts';
import { Drawing } from './Drawing.tsx';
import { isHole, readingOf, indexAt } from './rows.ts';
import type { Row } from './rows.ts';
import { rowWords } from './times.ts';
import type { TimeControl } from './use-time-control.ts';
import styles from './Charts.module.css';

/** One reading: what it is now or under the cursor, and its lines over time. */
export function Chart({
  kind,
  client,
  rows,
  stepMs,
  control,
  group,
  past,
  trouble,
}: {
  readonly kind: ChartKind;
  readonly client: ClientView;
  /** Undefined until they arrived. */
  readonly rows: readonly Row[] | undefined;
  readonly stepMs: number;
  readonly control: TimeControl;
  readonly group: string;
  readonly past: boolean;
  /** Why there are no lines. */
  readonly trouble: string | undefined;
}) {
  const { text, format } = useHostText();
  const heading = useId();
  const { pointed } = control;
  const words = wordsOf(kind.unit, format);
  const at = pointed === undefined || rows === undefined ? undefined : indexAt(rows, pointed);
  const underCursor = at === undefined ? undefined : rows?.[at];
  const values = underCursor?.values ?? readingOf(client.system_info);
  const peaks = kind.lines
    .map((line) => peakOf(line, underCursor))
    .filter((peak) => peak !== undefined)
    .map((peak) => text.peak(words(peak)));
  const empty = rows?.every(isHole) ?? false;
  return (
    <section className={styles.chart} aria-labelledby={heading} data-chart={kind.id}>
      <header className={styles.head}>
        <h3 id={heading}>{kind.title(text)}</h3>
        <p className={styles.moment}>{underCursor && rowWords(underCursor, text, format)}</p>
      </header>
      <p className={styles.values}>
        {kind.lines.map((line, index) => (
          <span key={line.name(text)} className={styles.value}>
            {kind.lines.length > 1 && (
              <span className={styles.line}>
                <span className={styles.stroke} data-line={index} aria-hidden />
                {line.name(text)}
              </span>
            )}
            {words(line.read(values, values))}
          </span>
        ))}
      </p>
      <p className={styles.detail}>
        {underCursor === undefined ? kind.detail(client, text, format) : peaks.join(' · ')}
      </p>
      {trouble !== undefined ? (
        <p className={styles.empty}>{trouble}</p>
      ) : rows === undefined ? (
        <div className={styles.plot}>
          <Skeleton height="100%" />
        </div>
      ) : empty ? (
        <p className={styles.empty}>{text.noDataInTime}</p>
      ) : (
        <Drawing kind={kind} rows={rows} stepMs={stepMs} control={control} group={group} past={past} />
      )}
    </section>
  );
}
