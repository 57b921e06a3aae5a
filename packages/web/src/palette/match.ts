/** How well words fit a thing that has a name and is known by other texts. Pure. */

/** Where letters of the name were found, for the eye: begin and end (excluded). */
type Range = readonly [number, number];

export interface Match {
  /** 0 (just so) to 100 (the very name). */
  readonly score: number;
  readonly ranges: readonly Range[];
}

const SCORES = { whole: 100, start: 80, wordStart: 65, part: 50, elsewhere: 30, scattered: 15 } as const;
/** Of equal names the shorter is meant, and where they are equally long the one with more in it is not. */
const LENGTH_COST = 1 / 256;
/** One letter scattered is in every name. */
const MIN_SCATTERED = 2;

/** Words as they are compared: without case, and full-width letters of an input method as the plain ones. */
function folded(text: string): string {
  const plain = text.normalize('NFKC').toLowerCase();
  return plain.length === text.length ? plain : text.toLowerCase();
}

export function wordsIn(text: string): readonly string[] {
  return folded(text.trim())
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** Between letters of Latin, digits and anything else; each Chinese character is a word of its own. */
function beginsWord(text: string, at: number): boolean {
  return (
    at === 0 ||
    !/[\p{Script=Latin}\d]/u.test(text[at - 1] ?? '') ||
    !/[\p{Script=Latin}\d]/u.test(text[at] ?? '')
  );
}

function partOf(word: string, name: string): { readonly score: number; readonly range: Range } | undefined {
  let best: { readonly score: number; readonly range: Range } | undefined;
  for (let at = name.indexOf(word); at >= 0; at = name.indexOf(word, at + 1)) {
    const range = [at, at + word.length] as const;
    if (at === 0) return { score: word.length === name.length ? SCORES.whole : SCORES.start, range };
    if (beginsWord(name, at)) return { score: SCORES.wordStart, range };
    best ??= { score: SCORES.part, range };
  }
  return best;
}

/** The letters one after the other, the first at the beginning of a word: `whi` in `web-host-1`. */
function scatteredIn(word: string, name: string): readonly Range[] | undefined {
  if (word.length < MIN_SCATTERED) return undefined;
  for (let start = name.indexOf(word[0]!); start >= 0; start = name.indexOf(word[0]!, start + 1)) {
    if (!beginsWord(name, start)) continue;
    const ranges: Range[] = [];
    let from = start;
    for (const letter of word) {
      const at = name.indexOf(letter, from);
      if (at < 0) return undefined;
      ranges.push([at, at + 1]);
      from = at + 1;
    }
    return ranges;
  }
  return undefined;
}

function joined(ranges: readonly Range[]): readonly Range[] {
  const out: [number, number][] = [];
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = out.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else out.push([from, to]);
  }
  return out;
}

/**
 * @param words as `wordsIn` gives them; with none everything fits
 * @returns undefined when one of them is nowhere
 */
export function matchWords(
  words: readonly string[],
  name: string,
  others: readonly string[] = [],
): Match | undefined {
  const text = folded(name);
  const ranges: Range[] = [];
  let sum = 0;
  for (const word of words) {
    const part = partOf(word, text);
    if (part !== undefined) {
      sum += part.score;
      ranges.push(part.range);
      continue;
    }
    if (others.some((other) => folded(other).includes(word))) {
      sum += SCORES.elsewhere;
      continue;
    }
    const scattered = scatteredIn(word, text);
    if (scattered === undefined) return undefined;
    sum += SCORES.scattered;
    ranges.push(...scattered);
  }
  const score = words.length === 0 ? 0 : sum / words.length;
  return { score: Math.max(0, score - name.length * LENGTH_COST), ranges: joined(ranges) };
}
