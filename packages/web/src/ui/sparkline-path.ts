/** The geometry of a sparkline. Pure. */
export interface Point {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly value: number;
}

export interface Frame {
  readonly from: number;
  readonly to: number;
  readonly max: number;
  readonly width: number;
  readonly height: number;
  /** Points further apart than this are not joined. */
  readonly gapMs: number;
}

/** Room for half the stroke, so that the highest point is not cut. */
const MARGIN = 1.5;

/** Runs of neighbouring points within the frame; a hole ends a run. */
export function runs(points: readonly Point[], { from, to, gapMs }: Frame): Point[][] {
  const out: Point[][] = [];
  let before: Point | undefined;
  for (const point of points) {
    if (point.at < from || point.at > to) continue;
    const last = out.at(-1);
    if (last !== undefined && before !== undefined && point.at - before.at <= gapMs) last.push(point);
    else out.push([point]);
    before = point;
  }
  return out;
}

/** SVG path data of the line and of the area under it. */
export function linePath(
  points: readonly Point[],
  frame: Frame,
): { readonly line: string; readonly area: string } {
  const { from, to, max, width, height } = frame;
  const x = (at: number): string => (((at - from) / (to - from)) * width).toFixed(1);
  const y = (value: number): string => {
    const share = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
    return (height - MARGIN - share * (height - 2 * MARGIN)).toFixed(1);
  };
  let line = '';
  let area = '';
  for (const run of runs(points, frame)) {
    const first = run[0];
    const last = run.at(-1);
    if (first === undefined || last === undefined) continue;
    const steps = run.map((point) => `${x(point.at)} ${y(point.value)}`);
    // A point alone is a short dash, or it would not be seen.
    line += run.length === 1 ? `M${steps[0]}h1` : `M${steps.join('L')}`;
    if (run.length > 1) area += `M${x(first.at)} ${height}L${steps.join('L')}L${x(last.at)} ${height}Z`;
  }
  return { line, area };
}

/** The point closest to a moment, if one is within reach. */
export function nearest(points: readonly Point[], at: number, reachMs: number): Point | undefined {
  let best: Point | undefined;
  for (const point of points) {
    if (best === undefined || Math.abs(point.at - at) < Math.abs(best.at - at)) best = point;
  }
  return best !== undefined && Math.abs(best.at - at) <= reachMs ? best : undefined;
}
