import { memo } from 'react';

import { useHostText } from '../../../text/use-host-text.ts';
import { CHART_KINDS, valueOf, wordsOf } from './chart-kinds.ts';
import { isHole } from './rows.ts';
import type { Row } from './rows.ts';
import { momentWords, rowWords } from './times.ts';
import styles from './Charts.module.css';

const COLUMNS = CHART_KINDS.flatMap(({ unit, lines }) => lines.map((line) => ({ unit, line })));

/** What the charts show, in figures: averages, newest first. Missing times are said, not left out. */
export const SamplesTable = memo(function SamplesTable({
  rows,
  stepMs,
}: {
  readonly rows: readonly Row[];
  readonly stepMs: number;
}) {
  const { text, format } = useHostText();
  const averages = rows.filter(({ from, to }) => from !== to).toReversed();
  return (
    <>
      <p className={styles.note}>{text.averagesOf(format.duration(stepMs))}</p>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, also by keyboard */}
      <section className={styles.scroll} tabIndex={0} aria-label={text.charts}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{text.time}</th>
              {COLUMNS.map(({ line }) => (
                <th key={line.name(text)} scope="col">
                  {line.name(text)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {averages.map((row) =>
              isHole(row) ? (
                <tr key={row.at} data-hole>
                  <td colSpan={COLUMNS.length + 1}>
                    {text.noDataSpan(momentWords(row.from, format), momentWords(row.to, format))}
                  </td>
                </tr>
              ) : (
                <tr key={row.from}>
                  <th scope="row">{rowWords(row, text, format)}</th>
                  {COLUMNS.map(({ unit, line }) => (
                    <td key={line.name(text)}>{wordsOf(unit, format)(valueOf(line, row))}</td>
                  ))}
                </tr>
              ),
            )}
          </tbody>
        </table>
      </section>
    </>
  );
});
