import { VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import type { AlignedData } from 'uplot';

import { useHostText } from '../../../text/use-host-text.ts';
import type { HostText } from '../../../text/use-host-text.ts';
import { peakOf, valueOf, wordsOf } from './chart-kinds.ts';
import type { ChartKind } from './chart-kinds.ts';
import { keyMeans, stepTo } from './keys.ts';
import type { Look, Plot } from './plot.ts';
import { indexAt, isHole } from './rows.ts';
import type { Row } from './rows.ts';
import { scaleOf } from './scale.ts';
import { rowWords, timeLabels } from './times.ts';
import type { TimeControl } from './use-time-control.ts';
import styles from './Charts.module.css';

type Value = number | undefined;

/** Of `100%`, `12.50` and `512 KiB/s`, in pixels. */
const AXIS_WIDTHS = { percent: 44, load: 48, rate: 68 } as const;

/** The code that draws: a part of the program of its own, loaded with the first chart. */
export function useDrawing() {
  return useQuery({
    queryKey: ['drawing'],
    queryFn: () => import('./plot.ts'),
    staleTime: Infinity,
    gcTime: Infinity,
  });
}

function columnsOf(kind: ChartKind, rows: readonly Row[], withPeaks: boolean): Value[][] {
  return [
    ...kind.lines.map((line) => rows.map((row) => valueOf(line, row))),
    ...(withPeaks ? kind.lines.map((line) => rows.map((row) => peakOf(line, row))) : []),
  ];
}

function highestOf(columns: readonly (readonly Value[])[]): Value {
  let highest: Value;
  for (const column of columns)
    for (const value of column) if (value !== undefined && !(value < (highest ?? 0))) highest = value;
  return highest;
}

function summaryOf(
  name: string,
  column: readonly Value[],
  words: (value: Value) => string,
  text: HostText,
): string | undefined {
  const values = column.filter((value) => value !== undefined);
  if (values.length === 0) return undefined;
  const lowest = values.reduce((least, value) => Math.min(least, value));
  const highest = values.reduce((most, value) => Math.max(most, value));
  return text.chartSummary(name, words(lowest), words(highest), words(values.at(-1)));
}

/** The lines of a chart. A slider to whoever cannot see them: its value is the moment of the cursor. */
export function Drawing({
  kind,
  rows,
  stepMs,
  control,
  group,
  past,
}: {
  readonly kind: ChartKind;
  /** Some of them with readings. */
  readonly rows: readonly Row[];
  readonly stepMs: number;
  readonly control: TimeControl;
  /** Charts of one group have one cursor. */
  readonly group: string;
  /** Readings of another moment than now. */
  readonly past: boolean;
}) {
  const { text, format } = useHostText();
  const summary = useId();
  const place = useRef<HTMLDivElement>(null);
  const [plot, setPlot] = useState<Plot>();
  const drawing = useDrawing().data;
  const withPeaks = stepMs > 60_000;
  const { window, pointed } = control;
  const words = wordsOf(kind.unit, format);

  const look = useMemo((): Look => {
    const columns = columnsOf(kind, rows, withPeaks);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the first column is the time
    const data = [
      rows.map(({ at }) => at),
      ...columns.map((column) => column.map((value) => value ?? null)),
    ] as AlignedData;
    return {
      window,
      past,
      scale: scaleOf(kind.unit, highestOf(columns)),
      data,
      words: wordsOf(kind.unit, format),
      times: (at, step) => timeLabels(at, step, format),
    };
  }, [kind, rows, withPeaks, window, past, format]);

  // What a plot of an earlier drawing asks is answered from this one.
  const latest = useRef({ look, rows, control });
  useLayoutEffect(() => {
    latest.current = { look, rows, control };
  });

  useLayoutEffect(() => {
    const { current } = place;
    if (drawing === undefined || current === null) return undefined;
    const made = drawing.createPlot(
      current,
      { lines: kind.lines.length, withPeaks, axisWidth: AXIS_WIDTHS[kind.unit], group },
      latest.current.look,
      {
        onPoint: (index) =>
          latest.current.control.point(index === undefined ? undefined : latest.current.rows[index]?.at),
        onSelect: (chosen) => latest.current.control.show(chosen),
        onReset: () => latest.current.control.reset(),
      },
    );
    const fit = (): void => made.resize(current.clientWidth, current.clientHeight);
    fit();
    const observer = new ResizeObserver(fit);
    observer.observe(current);
    setPlot(made);
    return () => {
      observer.disconnect();
      made.destroy();
      setPlot(undefined);
    };
  }, [drawing, kind, withPeaks, group]);

  useEffect(() => plot?.update(look), [plot, look]);

  const index = pointed === undefined ? undefined : indexAt(rows, pointed);
  // Where the cursor may stand: at readings, and not at the ones beyond the edges.
  const stops = rows.flatMap((each, stop) =>
    isHole(each) || each.at < window.from || each.at > window.to ? [] : [stop],
  );
  const [first, last] = [stops[0], stops.at(-1)];
  const at = index ?? last ?? 0;
  const row = rows[at];

  function press(event: KeyboardEvent): void {
    const move = keyMeans(event);
    if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    switch (move.kind) {
      case 'step':
        plot?.point(index === undefined ? last : stepTo(stops, at, move.by));
        break;
      case 'end':
        plot?.point(move.which === 'last' ? last : first);
        break;
      case 'zoom':
        control.zoom(move.factor, index === undefined ? undefined : pointed);
        break;
      case 'move':
        control.move(move.share);
        break;
      case 'reset':
        plot?.point(undefined);
        if (control.isZoomed) control.reset();
        break;
    }
  }

  return (
    <>
      <VisuallyHidden id={summary}>
        {kind.lines
          .map((line) =>
            summaryOf(
              line.name(text),
              rows.map((each) => valueOf(line, each)),
              words,
              text,
            ),
          )
          .filter(Boolean)
          .join('; ')}
      </VisuallyHidden>
      <div
        ref={place}
        className={styles.plot}
        role="slider"
        tabIndex={0}
        aria-label={text.chartCursor(kind.title(text))}
        aria-describedby={summary}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, rows.length - 1)}
        aria-valuenow={at}
        aria-valuetext={
          row &&
          text.valueAt(
            rowWords(row, text, format),
            kind.lines.map((line) => text.lineValue(line.name(text), words(valueOf(line, row)))).join(', '),
          )
        }
        onKeyDown={press}
        onBlur={() => plot?.point(undefined)}
      />
    </>
  );
}
