/**
 * Which new passwords are good enough: long, and not what everybody tries first. No rules of composition. What is
 * predictable in a password (a word of the list, a run of keys, a repetition, a year, the user's name) counts as one
 * character; what is left must still be worth something.
 */
import { MAX_PASSWORD, MIN_PASSWORD } from '@ops/protocol/http/auth.ts';

import { COMMON_PASSWORDS, COMMON_PIECES, RUNS } from './common-passwords.ts';

export const PASSWORD_FAULTS = ['too_short', 'too_long', 'too_common', 'unchanged'] as const;
export type PasswordFault = (typeof PASSWORD_FAULTS)[number];

/** Unpredictable characters a password needs at least, each predictable piece counted as one. */
const MIN_UNPREDICTABLE = 6;
/** Shorter runs and repetitions are chance. */
const MIN_RUN = 3;

const STANDS_FOR: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '@': 'a',
  $: 's',
  '!': 'i',
};

const runsBothWays = RUNS.flatMap((run) => [run, run.split('').toReversed().join('')]);

function asLetters(text: string): string {
  return text.replaceAll(/[013-578@$!]/g, (character) => STANDS_FOR[character] ?? character);
}

/** Letters alone, without the digits and signs that people put behind a word. */
function bareLetters(text: string): string {
  return asLetters(text.replace(/[^\p{L}]+$/u, '')).replaceAll(/[^\p{L}]/gu, '');
}

function lengthOfRun(text: string, at: number): number {
  let longest = 0;
  for (const run of runsBothWays) {
    for (let start = run.indexOf(text[at]!); start >= 0; start = run.indexOf(text[at]!, start + 1)) {
      let length = 1;
      while (at + length < text.length && run[start + length] === text[at + length]) length++;
      longest = Math.max(longest, length);
    }
  }
  return longest >= MIN_RUN ? longest : 0;
}

/** Length of what begins at `at` and repeats the `period` characters before it. */
function lengthOfRepetition(text: string, at: number): number {
  let longest = 0;
  for (let period = 1; period <= at; period++) {
    let length = 0;
    while (at + length < text.length && text[at + length] === text[at + length - period]) length++;
    longest = Math.max(longest, length);
  }
  return longest >= MIN_RUN ? longest : 0;
}

function lengthOfWord(letters: string, at: number, names: readonly string[]): number {
  const lengths = [...names, ...COMMON_PIECES].map((word) =>
    letters.startsWith(word, at) ? word.length : 0,
  );
  return Math.max(...lengths);
}

function lengthOfYear(text: string, at: number): number {
  return /^(?:19|20)\d\d/.test(text.slice(at, at + 4)) ? 4 : 0;
}

/** Characters of a password, each predictable piece counted as one. */
function unpredictable(text: string, names: readonly string[]): number {
  const letters = asLetters(text);
  let count = 0;
  let at = 0;
  while (at < text.length) {
    const piece = Math.max(
      lengthOfWord(letters, at, names),
      lengthOfWord(text, at, names),
      lengthOfRun(text, at),
      lengthOfRepetition(text, at),
      lengthOfYear(text, at),
    );
    at += Math.max(piece, 1);
    count++;
  }
  return count;
}

/**
 * @param username counts as a predictable word
 * @returns what is wrong with a new password, undefined when it is good enough
 */
export function passwordFault(password: string, username: string): PasswordFault | undefined {
  const characters = Array.from(password).length;
  if (characters < MIN_PASSWORD) return 'too_short';
  if (characters > MAX_PASSWORD) return 'too_long';
  const plain = password.normalize('NFKC').toLowerCase();
  const name = username.toLowerCase();
  if (COMMON_PASSWORDS.has(plain) || COMMON_PASSWORDS.has(bareLetters(plain))) return 'too_common';
  return unpredictable(plain, name.length >= MIN_RUN ? [name] : []) < MIN_UNPREDICTABLE
    ? 'too_common'
    : undefined;
}
