/**
 * Patterns of arguments in the configuration: a safe part of regular expressions, matched without backtracking.
 *
 *   atom        a letter or digit, one of `_ / : = @ , % -` , `\d` `\w` `\.` `\+` `\-`, `.`, or a class `[A-Za-z0-9_.-]`
 *   quantifier  `?` `*` `+` `{n}` `{n,}` `{n,m}` behind an atom
 *
 * There are no groups, alternatives, look-around or references: `enum` and several rules say the same. A pattern is
 * always matched against the whole argument; `^` and `$` at its ends are allowed and change nothing. Every state is
 * followed at once, so the work is the length of the argument times the length of the pattern, whatever both are.
 */
import { ALPHABET } from './tokenize.ts';

export const MAX_PATTERN_LENGTH = 128;
/** Atoms after `{n,m}` is written out. */
export const MAX_PATTERN_STEPS = 256;

interface Step {
  /** By character code. */
  readonly accepts: readonly boolean[];
  /** It may be passed over. */
  readonly skip: boolean;
  /** It may be taken again. */
  readonly again: boolean;
}

export interface Pattern {
  /** Whether the whole text matches. */
  test(text: string): boolean;
}

/** Its message ends the sentence "the pattern …". */
export class BadPattern extends Error {
  override readonly name = 'BadPattern';
}

const CHARACTERS = ALPHABET.split('').filter((character) => character !== ' ');
const DIGITS = '0123456789';
const WORD = CHARACTERS.filter((character) => /\w/.test(character)).join('');

const setOf = (characters: Iterable<string>): readonly boolean[] => {
  const wanted = new Set(characters);
  return Array.from({ length: 128 }, (_, code) => wanted.has(String.fromCharCode(code)));
};

/** @throws BadPattern */
export function compilePattern(source: string): Pattern {
  if (source.length > MAX_PATTERN_LENGTH)
    throw new BadPattern(`is longer than ${MAX_PATTERN_LENGTH} characters`);
  const steps = readSteps(source.replace(/^\^/, '').replace(/(?<!\\)\$$/, ''));
  if (steps.length === 0) throw new BadPattern('is empty');
  return { test: (text) => run(steps, text) };
}

function readSteps(source: string): readonly Step[] {
  const steps: Step[] = [];
  let at = 0;
  while (at < source.length) {
    const atom = readAtom(source, at);
    const { min, max, next } = readQuantifier(source, atom.next);
    at = next;
    const { accepts } = atom;
    for (let count = 0; count < min; count++) {
      steps.push({ accepts, skip: false, again: max === Infinity && count === min - 1 });
    }
    if (max === Infinity && min === 0) steps.push({ accepts, skip: true, again: true });
    const optional = max === Infinity ? 0 : max - min;
    for (let count = 0; count < optional; count++) steps.push({ accepts, skip: true, again: false });
    if (steps.length > MAX_PATTERN_STEPS)
      throw new BadPattern(`stands for more than ${MAX_PATTERN_STEPS} characters`);
  }
  return steps;
}

interface Atom {
  readonly accepts: readonly boolean[];
  readonly next: number;
}

function readAtom(source: string, at: number): Atom {
  const character = source[at]!;
  if (character === '[') return readClass(source, at);
  if (character === '.') return { accepts: setOf(CHARACTERS), next: at + 1 };
  if (character === '\\') return { accepts: setOf(escaped(source, at)), next: at + 2 };
  if ('()|'.includes(character)) {
    throw new BadPattern(
      `holds ${character}: groups and alternatives are not accepted, list the choices as enum`,
    );
  }
  if ('?*+{'.includes(character))
    throw new BadPattern(`has a quantifier ${character} with nothing before it`);
  if (!CHARACTERS.includes(character)) {
    throw new BadPattern(`holds ${JSON.stringify(character)}, which no command may hold`);
  }
  return { accepts: setOf(character), next: at + 1 };
}

function escaped(source: string, at: number): string {
  const character = source[at + 1];
  if (character === 'd') return DIGITS;
  if (character === 'w') return WORD;
  if (character === undefined || /[A-Za-z0-9]/.test(character) || !CHARACTERS.includes(character)) {
    throw new BadPattern(`holds \\${character ?? ''}; after a backslash stand d, w or a sign such as . + -`);
  }
  return character;
}

function readClass(source: string, open: number): Atom {
  let at = open + 1;
  const negated = source[at] === '^';
  if (negated) at++;
  const members = new Set<string>();
  while (at < source.length && source[at] !== ']') {
    const first = readMember(source, at);
    at = first.next;
    const isRange = source[at] === '-' && at + 1 < source.length && source[at + 1] !== ']';
    if (!isRange) {
      for (const one of first.characters) members.add(one);
      continue;
    }
    const last = readMember(source, at + 1);
    at = last.next;
    const [low, high] = [first.characters, last.characters];
    if (low.length !== 1 || high.length !== 1 || low > high)
      throw new BadPattern('has a class with a range that runs backwards');
    for (const one of CHARACTERS) if (one >= low && one <= high) members.add(one);
  }
  if (at >= source.length) throw new BadPattern('has a class without its ]');
  if (members.size === 0) throw new BadPattern('has an empty class');
  const accepts = negated ? CHARACTERS.filter((one) => !members.has(one)) : members;
  return { accepts: setOf(accepts), next: at + 1 };
}

function readMember(source: string, at: number): { readonly characters: string; readonly next: number } {
  const character = source[at]!;
  if (character === '\\') return { characters: escaped(source, at), next: at + 2 };
  if (!CHARACTERS.includes(character))
    throw new BadPattern(`has a class with ${JSON.stringify(character)}, which no command may hold`);
  return { characters: character, next: at + 1 };
}

function readQuantifier(
  source: string,
  at: number,
): { readonly min: number; readonly max: number; readonly next: number } {
  const simple = { '?': [0, 1], '*': [0, Infinity], '+': [1, Infinity] } as const;
  const sign = source[at];
  let bounds: readonly [number, number] = [1, 1];
  let next = at;
  if (sign === '?' || sign === '*' || sign === '+') {
    bounds = simple[sign];
    next = at + 1;
  } else if (sign === '{') {
    const close = source.indexOf('}', at);
    const match = /^(\d{1,3})(,?)(\d{0,3})$/.exec(close < 0 ? '' : source.slice(at + 1, close));
    if (!match) throw new BadPattern('has braces that are no {n}, {n,} or {n,m}');
    const min = Number(match[1]);
    bounds = [min, match[2] === '' ? min : match[3] === '' ? Infinity : Number(match[3])];
    next = close + 1;
    if (bounds[0] > bounds[1]) throw new BadPattern('has braces whose first number is the larger one');
  }
  if (next > at && '?*+{'.includes(source[next] ?? ' '))
    throw new BadPattern('has two quantifiers after each other');
  return { min: bounds[0], max: bounds[1], next };
}

/** Follows every state at once. `ready[i]`: step i may be taken next; `ready[steps.length]`: it is over. */
function run(steps: readonly Step[], text: string): boolean {
  const end = steps.length;
  let ready = new Uint8Array(end + 1);
  ready[0] = 1;
  passOver(steps, ready);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const after = new Uint8Array(end + 1);
    let any = false;
    for (let index = 0; index < end; index++) {
      const step = steps[index]!;
      if (ready[index] !== 1 || !step.accepts[code]) continue;
      any = true;
      after[index + 1] = 1;
      if (step.again) after[index] = 1;
    }
    if (!any) return false;
    passOver(steps, after);
    ready = after;
  }
  return ready[end] === 1;
}

function passOver(steps: readonly Step[], ready: Uint8Array): void {
  for (const [index, step] of steps.entries()) if (ready[index] === 1 && step.skip) ready[index + 1] = 1;
}
