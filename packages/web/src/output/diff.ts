/**
 * What differs between two texts, by lines: the shortest way from one to the other (Myers, 1986). Bounded: texts too
 * far apart are not compared, so that nothing a host sends can keep the browser busy. Pure.
 */
export interface DiffPart {
  readonly kind: 'same' | 'removed' | 'added';
  readonly lines: readonly string[];
}

/** More edits than this, and the texts have little in common. Time grows with the square of it. */
export const MAX_EDITS = 1000;
export const MAX_LINES = 20_000;

interface GrowingPart {
  readonly kind: DiffPart['kind'];
  readonly lines: string[];
}

/** Neighbours of one kind are one part. */
function push(parts: GrowingPart[], kind: DiffPart['kind'], lines: readonly string[]): void {
  if (lines.length === 0) return;
  const last = parts.at(-1);
  if (last?.kind !== kind) parts.push({ kind, lines: [...lines] });
  else for (const line of lines) last.lines.push(line);
}

/** The furthest reaching points of each number of edits; undefined when the end is not reached in time. */
function reach(a: readonly string[], b: readonly string[], maxEdits: number): Int32Array[] | undefined {
  const furthest = new Int32Array(2 * maxEdits + 3);
  const middle = maxEdits + 1;
  const trace: Int32Array[] = [];
  for (let edits = 0; edits <= maxEdits; edits++) {
    trace.push(furthest.slice(middle - edits - 1, middle + edits + 2));
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && furthest[middle + k - 1]! < furthest[middle + k + 1]!);
      let x = down ? furthest[middle + k + 1]! : furthest[middle + k - 1]! + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      furthest[middle + k] = x;
      if (x >= a.length && x - k >= b.length) return trace;
    }
  }
  return undefined;
}

/** Walks back along the furthest points, from the end of both texts to their beginning. */
function walk(a: readonly string[], b: readonly string[], trace: readonly Int32Array[]): DiffPart[] {
  const backwards: { kind: DiffPart['kind']; line: string }[] = [];
  let x = a.length;
  let y = b.length;
  for (let edits = trace.length - 1; edits >= 0; edits--) {
    const before = trace[edits]!;
    const at = (k: number): number => before[k + edits + 1]!;
    const k = x - y;
    const down = k === -edits || (k !== edits && at(k - 1) < at(k + 1));
    const fromK = down ? k + 1 : k - 1;
    const fromX = edits === 0 ? 0 : at(fromK);
    const fromY = edits === 0 ? 0 : fromX - fromK;
    while (x > fromX && y > fromY) {
      backwards.push({ kind: 'same', line: a[--x]! });
      y--;
    }
    if (edits === 0) break;
    if (down) backwards.push({ kind: 'added', line: b[--y]! });
    else backwards.push({ kind: 'removed', line: a[--x]! });
  }
  const parts: GrowingPart[] = [];
  for (const { kind, line } of backwards.toReversed()) push(parts, kind, [line]);
  return parts;
}

/** How to come from `before` to `after`; undefined when they are too long or too far apart. */
export function diffLines(
  before: readonly string[],
  after: readonly string[],
  maxEdits = MAX_EDITS,
): readonly DiffPart[] | undefined {
  if (before.length > MAX_LINES || after.length > MAX_LINES) return undefined;
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end++;
  const a = before.slice(start, before.length - end);
  const b = after.slice(start, after.length - end);
  const trace = reach(a, b, Math.min(maxEdits, a.length + b.length));
  if (trace === undefined) return undefined;
  const parts: GrowingPart[] = [];
  push(parts, 'same', before.slice(0, start));
  for (const { kind, lines } of walk(a, b, trace)) push(parts, kind, lines);
  push(parts, 'same', before.slice(before.length - end));
  return parts;
}

/** A row of what is shown: lines that differ with a few around them, and how many equal ones lie between. */
export type DiffRow =
  | { readonly kind: DiffPart['kind']; readonly line: string }
  | { readonly kind: 'skipped'; readonly count: number };

const AROUND = 3;

export function diffRows(parts: readonly DiffPart[]): readonly DiffRow[] {
  return parts.flatMap((part, index): DiffRow[] => {
    const rows = part.lines.map((line) => ({ kind: part.kind, line }));
    if (part.kind !== 'same') return rows;
    const head = index === 0 ? 0 : AROUND;
    const tail = index === parts.length - 1 ? 0 : AROUND;
    const count = rows.length - head - tail;
    if (count < 2) return rows;
    return [...rows.slice(0, head), { kind: 'skipped', count }, ...rows.slice(rows.length - tail)];
  });
}
