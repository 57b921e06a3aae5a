import { Button } from '@mantine/core';
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';

import { useCommandText } from '../text/use-command-text.ts';
import { IconArrowBarToDown } from '../ui/icons.ts';
import { useRem } from '../ui/rem.ts';
import { OutputRow } from './OutputRow.tsx';
import type { Match, Transcript } from './transcript.ts';
import { useRows } from './use-rows.ts';
import styles from './Output.module.css';

/** In rem, as the style sheet has it. */
const ROW_HEIGHT = 1.25;
/** Padding at the left and the right together. */
const MARGINS = 1.75;
/** Lines that are not wrapped are cut here all the same: nobody scrolls sideways for a megabyte. */
const MAX_COLUMNS = 1000;
const MIN_COLUMNS = 20;
const MEASURED = 50;

export interface Chosen {
  readonly match: Match;
  /** Grows each time the reader asks to be taken there. */
  readonly asked: number;
}

/** The text of one stream, as a terminal would show it. Only what is in sight is in the page. */
export function OutputView({
  transcript,
  version,
  wrap,
  live,
  label,
  matches,
  chosen,
}: {
  readonly transcript: Transcript;
  /** Of its content. */
  readonly version: number;
  readonly wrap: boolean;
  /** More may come: start at the end and follow. */
  readonly live: boolean;
  readonly label: string;
  readonly matches: readonly Match[];
  readonly chosen: Chosen | undefined;
}) {
  const { text, format } = useCommandText();
  const [faceWidth, setFaceWidth] = useState(0);
  const ruler = useCallback((element: HTMLSpanElement | null) => {
    if (element !== null) setFaceWidth(element.getBoundingClientRect().width / MEASURED);
  }, []);
  const rem = useRem();
  const rowHeight = rem(ROW_HEIGHT);
  const { boxRef, onScroll, height, top, first, end, following, follow, scrollTo } = useRows(
    (width) => {
      const fitting = faceWidth > 0 ? Math.floor((width - rem(MARGINS)) / faceWidth) : MAX_COLUMNS;
      transcript.setColumns(wrap ? Math.min(MAX_COLUMNS, Math.max(MIN_COLUMNS, fitting)) : MAX_COLUMNS);
      return transcript.rowCount();
    },
    rowHeight,
    live,
  );

  const byLine = useMemo(() => {
    const found = new Map<number, (Match & { chosen: boolean })[]>();
    for (const match of matches) {
      const entry = { ...match, chosen: match === chosen?.match };
      const known = found.get(match.line);
      if (known === undefined) found.set(match.line, [entry]);
      else known.push(entry);
    }
    return found;
  }, [matches, chosen]);

  const asked = useRef(0);
  useLayoutEffect(() => {
    if (chosen === undefined || chosen.asked === asked.current) return;
    asked.current = chosen.asked;
    scrollTo(transcript.rowAt(chosen.match.line, chosen.match.from));
  }, [chosen, transcript, scrollTo]);

  const shown = [];
  for (let index = first; index < end; index++) {
    const row = transcript.row(index);
    if (row === undefined) continue;
    shown.push(
      row.kind === 'gap' ? (
        <div key={index} className={styles.gap}>
          {text.outputGap(format.bytes(row.bytes))}
        </div>
      ) : (
        <OutputRow key={index} row={row} matches={byLine.get(row.line)} />
      ),
    );
  }

  return (
    <div className={styles.frame} data-version={version}>
      <div
        ref={boxRef}
        className={styles.box}
        onScroll={onScroll}
        role="region"
        aria-label={label}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by keys
        tabIndex={0}
        data-wrap={wrap || undefined}
      >
        <span ref={ruler} className={styles.ruler} aria-hidden>
          {'0'.repeat(MEASURED)}
        </span>
        <div className={styles.all} style={{ height: height }}>
          <div className={styles.shown} style={{ transform: `translateY(${top}px)` }}>
            {shown}
          </div>
        </div>
      </div>
      {live && !following && (
        <Button
          size="xs"
          className={styles.follow}
          leftSection={<IconArrowBarToDown size={15} aria-hidden />}
          onClick={follow}
        >
          {text.follow}
        </Button>
      )}
    </div>
  );
}
