/**
 * One chart drawn by uPlot. Everything it shows is asked for when it is drawn (`Look`), colours from the style sheet
 * included: theme, language and data change under it without it being made anew.
 *
 * Its cursor is shared with all plots of the same `group`. A drag marks a time, which is told and not yet zoomed into:
 * whoever owns the window hands it back with the next `look`.
 */
import uPlot from 'uplot';

import type { TimeWindow } from '../host-search.ts';
import { linesOf } from './scale.ts';
import type { Scale } from './scale.ts';
// oxlint-disable-next-line import/no-unassigned-import -- a style sheet has nothing to give
import './uplot.css';

/** What a chart shows now. */
export interface Look {
  readonly window: TimeWindow;
  /** Of another moment than now: the style sheet has other colours for it. */
  readonly past: boolean;
  readonly scale: Scale;
  /** Milliseconds since 1970, then the lines, then the highest of each line; null is a hole. */
  readonly data: uPlot.AlignedData;
  readonly words: (value: number) => string;
  /** Labels under the times of a chart; `stepMs` is from one to the next. */
  readonly times: (at: readonly number[], stepMs: number) => string[];
}

export interface PlotHandlers {
  /** The cursor is at this row of the data; undefined: it left. */
  readonly onPoint: (index: number | undefined) => void;
  readonly onSelect: (window: TimeWindow) => void;
  readonly onReset: () => void;
}

export interface Plot {
  readonly update: (look: Look) => void;
  readonly resize: (width: number, height: number) => void;
  /** Puts the shared cursor to a row, or away. */
  readonly point: (index: number | undefined) => void;
  readonly destroy: () => void;
}

/** Shorter drags are clicks, in pixels. */
const MIN_DRAG = 6;
const AXIS_HEIGHT = 28;
/** Room for half of the highest label. */
const TOP = 8;
const RIGHT = 10;
const FAR_AWAY = { left: -10, top: -10 };

/** Each line is told from the other by its stroke, not by colour alone. */
const STROKES = [
  { ink: '--ops-meter', dash: [], fill: true },
  { ink: '--ops-cyan', dash: [5, 3], fill: false },
] as const;
/** Of what lies under a line and of what is up to its peaks, in the hexadecimal of CSS. */
const AREA = '1c';
const PEAKS = '33';

function ink(plot: uPlot, name: string): string {
  return getComputedStyle(plot.root).getPropertyValue(name).trim();
}

/** Rows that have a hole on both sides: as a line they would not be seen. */
function alone(values: uPlot.AlignedData[number]): number[] {
  const isThere = (at: number): boolean => values[at] !== null && values[at] !== undefined;
  return Array.from(values, (_, at) => at).filter(
    (at) => isThere(at) && !isThere(at - 1) && !isThere(at + 1),
  );
}

export interface PlotShape {
  /** One or two. */
  readonly lines: number;
  readonly withPeaks: boolean;
  /** Room for the widest label at the side, in pixels. */
  readonly axisWidth: number;
  /** Plots of one group have one cursor. */
  readonly group: string;
}

function optionsOf({ lines, withPeaks, axisWidth, group }: PlotShape, look: () => Look): uPlot.Options {
  const strokes = STROKES.slice(0, lines);
  const font = `11px ${getComputedStyle(document.body).fontFamily}`;
  const points: uPlot.Series.Points = {
    show: false,
    size: 5,
    filter: (plot, line) => alone(plot.data[line] ?? []),
  };
  return {
    ms: 1,
    width: 300,
    height: 150,
    padding: [TOP, RIGHT, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      sync: {
        key: group,
        setSeries: false,
        scales: ['x', null],
        // Where a drag begins it ends: the others are told when the window is another.
        filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' },
      },
      drag: { x: true, y: false, setScale: false, dist: MIN_DRAG },
      points: {
        // None for the lines of peaks.
        size: (_plot, line) => (line > lines ? 0 : 8),
        width: (_plot, line) => (line > lines ? 0 : 2),
        stroke: (plot, line) => ink(plot, STROKES[line - 1]?.ink ?? '--ops-dim'),
        fill: (plot) => ink(plot, '--ops-surface'),
      },
    },
    scales: {
      x: { time: true, range: () => [look().window.from, look().window.to] },
      y: { range: () => [0, look().scale.top] },
    },
    axes: [
      {
        font,
        size: AXIS_HEIGHT,
        gap: 7,
        space: 76,
        stroke: (plot) => ink(plot, '--ops-dim'),
        grid: { stroke: (plot) => ink(plot, '--ops-line'), width: 1 },
        ticks: { show: false },
        values: (_plot, splits, _axis, _space, step) => look().times(splits, step),
      },
      {
        font,
        size: axisWidth,
        gap: 6,
        stroke: (plot) => ink(plot, '--ops-dim'),
        grid: { stroke: (plot) => ink(plot, '--ops-line'), width: 1 },
        ticks: { show: false },
        splits: () => linesOf(look().scale),
        values: (_plot, splits) => splits.map((value) => look().words(value)),
      },
    ],
    series: [
      {},
      ...strokes.map(({ ink: name, dash, fill }) => ({
        width: 1.5,
        dash: [...dash],
        stroke: (plot: uPlot) => ink(plot, name),
        ...(fill && { fill: (plot: uPlot) => `${ink(plot, name)}${AREA}` }),
        points,
        spanGaps: false,
      })),
      ...(withPeaks ? strokes : []).map(({ ink: name }) => ({
        width: 1,
        stroke: (plot: uPlot) => `${ink(plot, name)}${PEAKS}`,
        points: { show: false },
        spanGaps: false,
      })),
    ],
    bands: withPeaks
      ? strokes.map(({ ink: name }, line) => ({
          series: [lines + line + 1, line + 1],
          fill: (plot: uPlot) => `${ink(plot, name)}${PEAKS}`,
        }))
      : [],
  };
}

/** Puts a chart into `place`. `first` is what it shows until `update`. */
export function createPlot(place: HTMLElement, shape: PlotShape, first: Look, handlers: PlotHandlers): Plot {
  let look = first;
  const options = optionsOf(shape, () => look);
  const plot = new uPlot(
    {
      ...options,
      cursor: {
        ...options.cursor,
        bind: {
          dblclick: () => () => {
            handlers.onReset();
            return null;
          },
        },
      },
      hooks: {
        setCursor: [({ cursor }) => handlers.onPoint(cursor.idx ?? undefined)],
        setSelect: [
          (from) => {
            const { left, width } = from.select;
            if (width < MIN_DRAG) return;
            handlers.onSelect({ from: from.posToVal(left, 'x'), to: from.posToVal(left + width, 'x') });
            from.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
      },
    },
    first.data,
    place,
  );
  // uPlot takes a third argument its types do not know: whether the plots of the group are told.
  const setCursor: (at: { left: number; top: number }, fire: boolean, tell: boolean) => void =
    plot.setCursor.bind(plot);
  // A finger that goes sideways is a cursor; one that goes up or down scrolls the page.
  const follow = (event: PointerEvent): void => {
    if (event.pointerType !== 'touch') return;
    const box = plot.over.getBoundingClientRect();
    setCursor({ left: event.clientX - box.left, top: event.clientY - box.top }, true, true);
  };
  plot.over.addEventListener('pointermove', follow);
  // The colours of the style sheet changed.
  const scheme = new MutationObserver(() => plot.redraw(false, true));
  scheme.observe(document.documentElement, { attributeFilter: ['data-mantine-color-scheme'] });
  let isGone = false;
  return {
    update(next) {
      // What is shown next may have other lines than what was.
      if (isGone) return;
      look = next;
      plot.setData(next.data);
    },
    resize: (width, height) => plot.setSize({ width, height }),
    point(index) {
      const at = index === undefined ? undefined : plot.data[0][index];
      setCursor(at === undefined ? FAR_AWAY : { left: plot.valToPos(at, 'x'), top: 0 }, true, true);
    },
    destroy() {
      isGone = true;
      scheme.disconnect();
      plot.destroy();
    },
  };
}
