/**
 * What a line of output looks like. A terminal would do what the bytes say; here they may choose a colour, bold and
 * underline, and everything else that is not plain to see (control characters, other escape sequences, characters that
 * turn or hide text) is shown as it would be written: `\x07`, `\x1b[2J`, `\u202e`. Pure.
 */
const HUES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;
type Hue = (typeof HUES)[number];

/** How characters are drawn from here on. */
export interface Pen {
  readonly fg?: Hue | undefined;
  readonly bg?: Hue | undefined;
  readonly bold?: boolean | undefined;
  readonly underline?: boolean | undefined;
}
export const PLAIN: Pen = {};

/** Characters of the shown text drawn alike, up to `to`. */
export interface Run {
  readonly to: number;
  readonly pen: Pen;
  /** Stands for a character that is not shown itself. */
  readonly escape: boolean;
}

export interface ShownLine {
  readonly text: string;
  readonly runs: readonly Run[];
  /** For the line that follows. */
  readonly pen: Pen;
}

const TAB = 8;
/** Longer ones are no colours. */
const MAX_SGR = 64;
const SGR = new RegExp(String.raw`\u001b\[([0-9;:]{0,${MAX_SGR}})m`, 'y');

/** Controls, C1, what hides or turns text, and halves of characters. */
const NOT_PLAIN =
  // oxlint-disable-next-line no-control-regex no-misleading-character-class -- they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\u{e0000}-\u{e0fff}]/gu;

/** True for most lines: nothing in them has to be looked at. */
function isPlain(line: string): boolean {
  return /^[ -~]*$/.test(line);
}

function written(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
}

/** The nearest of the eight. */
function hueOfRgb(red: number, green: number, blue: number): Hue {
  const most = Math.max(red, green, blue);
  const bit = (value: number): number => Number(value > 60 && value * 2 > most);
  return HUES[bit(red) + 2 * bit(green) + 4 * bit(blue)] ?? 'white';
}

function hueOfIndex(index: number): Hue {
  if (index < 16) return HUES[index % 8] ?? 'white';
  if (index >= 232) return index < 240 ? 'black' : 'white';
  const cube = index - 16;
  const [red = 0, green = 0, blue = 0] = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(
    (step) => (step === 0 ? 0 : 55 + 40 * step),
  );
  return hueOfRgb(red, green, blue);
}

/** The colour that `38` or `48` introduces at `at`, and how many numbers it took. */
function extended(numbers: readonly number[], at: number): { hue: Hue; took: number } | undefined {
  const [kind, a, b, c] = numbers.slice(at + 1, at + 5);
  if (kind === 5 && a !== undefined && a < 256) return { hue: hueOfIndex(a), took: 2 };
  if (kind === 2 && a !== undefined && b !== undefined && c !== undefined)
    return { hue: hueOfRgb(a, b, c), took: 4 };
  return undefined;
}

/** Attributes without an effect here, and none that matters: faint, italic and their ends. */
const PASSED_OVER: ReadonlySet<number> = new Set([2, 3, 23]);

/** The pen after a sequence; undefined when something in it is not allowed (hidden, blinking, …). */
export function applySgr(pen: Pen, parameters: string): Pen | undefined {
  const numbers = parameters.split(/[;:]/).map((number) => (number === '' ? 0 : Number(number)));
  let next: Pen = pen;
  for (let at = 0; at < numbers.length; at++) {
    const n = numbers[at] ?? 0;
    if (n === 0) next = PLAIN;
    else if (n === 1) next = { ...next, bold: true };
    else if (n === 22) next = { ...next, bold: undefined };
    else if (n === 4) next = { ...next, underline: true };
    else if (n === 24) next = { ...next, underline: undefined };
    else if (n === 39) next = { ...next, fg: undefined };
    else if (n === 49) next = { ...next, bg: undefined };
    else if ((n >= 30 && n <= 37) || (n >= 90 && n <= 97)) next = { ...next, fg: HUES[n % 10] };
    else if ((n >= 40 && n <= 47) || (n >= 100 && n <= 107)) next = { ...next, bg: HUES[n % 10] };
    else if (n === 38 || n === 48) {
      const colour = extended(numbers, at);
      if (colour === undefined) return undefined;
      next = n === 38 ? { ...next, fg: colour.hue } : { ...next, bg: colour.hue };
      at += colour.took;
    } else if (!PASSED_OVER.has(n)) return undefined;
  }
  return next;
}

/** One line, without its line end, drawn with the pen the line before left. */
export function showLine(line: string, start: Pen): ShownLine {
  if (isPlain(line)) {
    return {
      text: line,
      runs: line === '' ? [] : [{ to: line.length, pen: start, escape: false }],
      pen: start,
    };
  }
  let text = '';
  let pen = start;
  const runs: Run[] = [];
  const add = (piece: string, escape: boolean): void => {
    if (piece === '') return;
    text += piece;
    const last = runs.at(-1);
    if (last !== undefined && last.pen === pen && last.escape === escape)
      runs[runs.length - 1] = { ...last, to: text.length };
    else runs.push({ to: text.length, pen, escape });
  };
  let done = 0;
  for (const { 0: character, index } of line.matchAll(NOT_PLAIN)) {
    if (index < done) continue;
    add(line.slice(done, index), false);
    done = index + character.length;
    if (character === '\t') {
      add(' '.repeat(TAB - (text.length % TAB)), false);
      continue;
    }
    if (character === '\u001b') {
      SGR.lastIndex = index;
      const sequence = SGR.exec(line);
      const next = sequence === null ? undefined : applySgr(pen, sequence[1] ?? '');
      if (sequence !== null && next !== undefined) {
        pen = next;
        done = index + sequence[0].length;
        continue;
      }
    }
    add(written(character), true);
  }
  add(line.slice(done), false);
  return { text, runs, pen };
}
