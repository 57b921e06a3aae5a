/**
 * The text of one stream as rows of equal height: what has to be drawn is found without touching the rest, so a
 * million lines and a line of a million characters cost the same as a screenful. Lines are cut into rows of at most
 * `columns`; text is added at the end only.
 */
import { PLAIN, showLine } from './ansi.ts';
import type { Pen, Run, ShownLine } from './ansi.ts';
import { rowStarts } from './columns.ts';

export interface Row {
  readonly kind: 'text';
  /** Counts from 0. */
  readonly line: number;
  /** Where the row begins in the shown text of its line. */
  readonly from: number;
  readonly text: string;
  /** Of the whole line. */
  readonly runs: readonly Run[];
}

/** Stands where output was left out. */
interface GapRow {
  readonly kind: 'gap';
  readonly bytes: number;
}

export interface Match {
  readonly line: number;
  readonly from: number;
  readonly to: number;
}

interface Found {
  readonly matches: readonly Match[];
  /** There are more than are listed. */
  readonly more: boolean;
}

/** So many are found; a search for `e` in a megabyte finds no end. */
export const MAX_MATCHES = 5000;
/** Lines whose looks are remembered: a few screens. */
const REMEMBERED_LINES = 512;

export interface Transcript {
  readonly rowCount: () => number;
  readonly append: (text: string) => void;
  /** What follows comes after bytes that were not kept. */
  readonly appendGap: (bytes: number) => void;
  readonly row: (index: number) => Row | GapRow | undefined;
  /** The row that shows a place of a line. */
  readonly rowAt: (line: number, position: number) => number;
  readonly setColumns: (columns: number) => void;
  /** Regardless of case; within lines. */
  readonly find: (words: string) => Found;
  /** Everything as it is shown, for the clipboard. @param gapWords what stands for bytes left out */
  readonly shown: (gapWords: (bytes: number) => string) => string;
}

export function createTranscript(firstColumns: number): Transcript {
  let columns = firstColumns;
  /** Without line ends; the last one is open. */
  const lines: string[] = [];
  const pens: Pen[] = [];
  /** The first row of each line, and behind them the number of all rows. */
  const firstRows: number[] = [0];
  const gaps = new Map<number, number>();
  const looks = new Map<number, ShownLine & { readonly starts: readonly number[] }>();

  function look(line: number): ShownLine & { readonly starts: readonly number[] } {
    const known = looks.get(line);
    if (known !== undefined) return known;
    const raw = lines[line] ?? '';
    const shown = showLine(raw.endsWith('\r') ? raw.slice(0, -1) : raw, pens[line] ?? PLAIN);
    const found = { ...shown, starts: rowStarts(shown.text, columns) };
    if (looks.size >= REMEMBERED_LINES) looks.clear();
    looks.set(line, found);
    return found;
  }

  /** Sets what follows from the text of a line. */
  function settle(line: number): void {
    looks.delete(line);
    const { starts, pen } = look(line);
    pens[line + 1] = pen;
    firstRows[line + 1] = (firstRows[line] ?? 0) + starts.length;
  }

  function lineOf(row: number): number {
    let low = 0;
    let high = lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((firstRows[middle] ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Added, but nobody has looked since: a line that grows by single characters is cut into rows once a look. */
  let waiting = '';

  function takeIn(): void {
    if (waiting === '') return;
    const parts = waiting.split('\n');
    waiting = '';
    const open = lines.length - 1;
    const joins = open >= 0 && !gaps.has(open);
    parts.forEach((part, index) => {
      if (index === 0 && joins) {
        lines[open] = `${lines[open] ?? ''}${part}`;
        settle(open);
      } else {
        lines.push(part);
        settle(lines.length - 1);
      }
    });
  }

  return {
    // A line end at the very end begins no row of its own.
    rowCount() {
      takeIn();
      const all = firstRows[lines.length] ?? 0;
      return lines.at(-1) === '' && !gaps.has(lines.length - 1) ? all - 1 : all;
    },
    append(text) {
      waiting += text;
    },
    appendGap(bytes) {
      takeIn();
      if (lines.at(-1) === '') lines.pop();
      gaps.set(lines.length, bytes);
      lines.push('');
      settle(lines.length - 1);
    },
    row(index) {
      takeIn();
      const line = lineOf(index);
      const gap = gaps.get(line);
      if (gap !== undefined) return { kind: 'gap', bytes: gap };
      const { text, runs, starts } = look(line);
      const nth = index - (firstRows[line] ?? 0);
      const from = starts[nth];
      if (from === undefined || line >= lines.length) return undefined;
      return { kind: 'text', line, from, text: text.slice(from, starts[nth + 1]), runs };
    },
    rowAt(line, position) {
      const { starts } = look(line);
      const nth = starts.findLastIndex((start) => start <= position);
      return (firstRows[line] ?? 0) + Math.max(0, nth);
    },
    setColumns(next) {
      takeIn();
      if (next === columns) return;
      columns = next;
      looks.clear();
      for (let line = 0; line < lines.length; line++) settle(line);
    },
    find(words) {
      takeIn();
      const matches: Match[] = [];
      const wanted = words.toLowerCase();
      if (wanted === '') return { matches, more: false };
      for (let line = 0; line < lines.length; line++) {
        const text = lowered(look(line).text);
        for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
          if (matches.length === MAX_MATCHES) return { matches, more: true };
          matches.push({ line, from: at, to: at + wanted.length });
        }
      }
      return { matches, more: false };
    },
    shown(gapWords) {
      takeIn();
      const out = lines.map((_raw, line) => {
        const gap = gaps.get(line);
        return gap === undefined ? look(line).text : gapWords(gap);
      });
      return out.join('\n');
    },
  };
}

/** In small letters, of the same length: some letters of other scripts would become two. */
function lowered(text: string): string {
  const small = text.toLowerCase();
  return small.length === text.length ? small : text;
}
