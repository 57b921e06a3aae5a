/** The heat map as lines of as many cells as there is room for, and the way from one cell to another. Pure. */
import type { MapCell } from '../../../live/map-live.ts';

export type MapLine =
  | { readonly kind: 'head'; readonly group: string | null; readonly cells: readonly MapCell[] }
  | { readonly kind: 'cells'; readonly cells: readonly MapCell[] };

const byValue = new Intl.Collator('en', { numeric: true });

/** @param isGrouped without it all hosts stand together, without a head */
export function mapLines(cells: readonly MapCell[], columns: number, isGrouped: boolean): readonly MapLine[] {
  const groups = new Map<string | null, MapCell[]>();
  for (const cell of cells) {
    const value = isGrouped ? cell.group : null;
    const there = groups.get(value);
    if (there) there.push(cell);
    else groups.set(value, [cell]);
  }
  const lines: MapLine[] = [];
  const ordered = [...groups].toSorted(([a], [b]) => {
    // Those without the label come last.
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return byValue.compare(a, b);
  });
  for (const [group, members] of ordered) {
    if (isGrouped) lines.push({ kind: 'head', group, cells: members });
    for (let at = 0; at < members.length; at += columns)
      lines.push({ kind: 'cells', cells: members.slice(at, at + columns) });
  }
  return lines;
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

export function placeOf(lines: readonly MapLine[], id: string | undefined): Place | undefined {
  if (id === undefined) return undefined;
  for (const [line, { kind, cells }] of lines.entries()) {
    if (kind !== 'cells') continue;
    const column = cells.findIndex((cell) => cell.id === id);
    if (column >= 0) return { line, column };
  }
  return undefined;
}

export function cellAt(lines: readonly MapLine[], { line, column }: Place): MapCell | undefined {
  const there = lines[line];
  return there?.kind === 'cells' ? there.cells[column] : undefined;
}

/** The nearest line of cells from `line` on, in a direction. */
function lineFrom(lines: readonly MapLine[], line: number, step: 1 | -1): number | undefined {
  for (let at = line; at >= 0 && at < lines.length; at += step) if (lines[at]?.kind === 'cells') return at;
  return undefined;
}

function width(lines: readonly MapLine[], line: number): number {
  return lines[line]?.cells.length ?? 0;
}

/** Where a key leads; undefined when it leads nowhere. `page` is how many lines are in sight. */
export function placeAfter(
  lines: readonly MapLine[],
  from: Place,
  key: string,
  page: number,
): Place | undefined {
  const { line, column } = from;
  const last = lines.length - 1;
  const vertical = (start: number, step: 1 | -1): Place | undefined => {
    const to = lineFrom(lines, Math.min(last, Math.max(0, start)), step) ?? lineFrom(lines, line, step);
    return to === undefined ? undefined : { line: to, column: Math.min(column, width(lines, to) - 1) };
  };
  switch (key) {
    case 'ArrowRight': {
      if (column + 1 < width(lines, line)) return { line, column: column + 1 };
      const to = lineFrom(lines, line + 1, 1);
      return to === undefined ? undefined : { line: to, column: 0 };
    }
    case 'ArrowLeft': {
      if (column > 0) return { line, column: column - 1 };
      const to = lineFrom(lines, line - 1, -1);
      return to === undefined ? undefined : { line: to, column: width(lines, to) - 1 };
    }
    case 'ArrowDown':
      return line === last ? undefined : vertical(line + 1, 1);
    case 'ArrowUp':
      return vertical(line - 1, -1);
    case 'PageDown':
      return vertical(line + page, 1);
    case 'PageUp':
      return vertical(line - page, -1);
    case 'Home':
      return { line, column: 0 };
    case 'End':
      return { line, column: width(lines, line) - 1 };
    default:
      return undefined;
  }
}
