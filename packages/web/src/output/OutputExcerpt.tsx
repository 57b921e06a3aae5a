import { useMemo } from 'react';

import { OutputRow } from './OutputRow.tsx';
import { createTranscript } from './transcript.ts';
import styles from './Output.module.css';

const MAX_ROWS = 10;
const COLUMNS = 300;

/** The beginning of some output, shown as all output is. */
export function OutputExcerpt({ text, whole }: { readonly text: string; readonly whole: number }) {
  const rows = useMemo(() => {
    const transcript = createTranscript(COLUMNS);
    transcript.append(text);
    const count = Math.min(MAX_ROWS, transcript.rowCount());
    return {
      shown: Array.from({ length: count }, (_none, index) => transcript.row(index)),
      more: transcript.rowCount() > count || whole > new TextEncoder().encode(text).length,
    };
  }, [text, whole]);
  return (
    <div className={styles.excerpt} data-more={rows.more || undefined}>
      {rows.shown.map((row, index) =>
        row?.kind === 'text' ? <OutputRow key={index} row={row} matches={undefined} /> : null,
      )}
    </div>
  );
}
