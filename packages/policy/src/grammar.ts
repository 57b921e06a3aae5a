/**
 * The arguments a command may have, as data, and the one reader of it. Positive only: an option that is not listed does
 * not exist. Long options are whole words, never abbreviations; no operand starts with `-`.
 */
import type { Sentence } from './sentence.ts';
import type { Value } from './values.ts';

export interface Grammar {
  /** Letters that may stand in one cluster after a `-`. */
  readonly flags?: string;
  /** Letters with a value: `-n 1`, `-n1`, or at the end of a cluster, `-bn1`. */
  readonly withValue?: Readonly<Record<string, Value>>;
  /** The value of a letter is always a word of its own: no `-n1`. */
  readonly apart?: true;
  /** Whole words that are no cluster: `-Iseconds`. */
  readonly words?: readonly string[];
  /** Long options without a value. */
  readonly long?: readonly string[];
  /** Long options as `--name=value`. */
  readonly longWithValue?: Readonly<Record<string, Value>>;
  /** Which of those may also be `--name value`. */
  readonly spaced?: readonly string[];
  /** Clusters without `-`, as BSD had them. */
  readonly dashless?: { readonly flags: string; readonly withValue: Readonly<Record<string, Value>> };
  readonly operands?: { readonly max: number; readonly value: Value };
}

/** One option or operand, as it stood there. */
export interface Part {
  readonly kind: 'cluster' | 'dashless' | 'long' | 'word' | 'operand';
  /** Letters of a cluster without the one that has a value; otherwise the word, of a long option without its value. */
  readonly text: string;
  /** The letter of a cluster that has a value. */
  readonly letter?: string | undefined;
  readonly value?: string | undefined;
  /** The tokens it was made of. */
  readonly tokens: readonly string[];
}

export interface Fault {
  readonly token: string;
  readonly problem: Sentence;
  readonly advice: Sentence;
}

export type Reading = { readonly parts: readonly Part[] } | { readonly fault: Fault };

const none: Readonly<Record<string, Value>> = {};

function own(record: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

/** @param tokens after the name of the command */
export function readArguments(name: string, grammar: Grammar, tokens: readonly string[]): Reading {
  const parts: Part[] = [];
  let operands = 0;
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    const part = readPart(name, grammar, token, tokens[at + 1]);
    if ('fault' in part) return part;
    if (part.kind === 'operand' && ++operands > (grammar.operands?.max ?? 0)) {
      return { fault: tooManyOperands(name, grammar, token) };
    }
    if (part.tokens.length > 1) at++;
    parts.push(part);
  }
  return { parts };
}

function readPart(
  name: string,
  grammar: Grammar,
  token: string,
  next: string | undefined,
): Part | { readonly fault: Fault } {
  if (grammar.words?.includes(token)) return { kind: 'word', text: token, tokens: [token] };
  if (token.startsWith('--')) return readLong(name, grammar, token, next);
  if (token.startsWith('-')) {
    const { flags = '', withValue = none } = grammar;
    return readCluster(name, grammar, { kind: 'cluster', skip: 1, flags, withValue }, token, next);
  }
  if (grammar.dashless !== undefined) {
    return readCluster(name, grammar, { kind: 'dashless', skip: 0, ...grammar.dashless }, token, next);
  }
  const { operands } = grammar;
  if (operands === undefined) return { fault: tooManyOperands(name, grammar, token) };
  if (!operands.value.accepts(token)) return { fault: badValue(token, name, operands.value) };
  return { kind: 'operand', text: token, tokens: [token] };
}

function readLong(
  name: string,
  grammar: Grammar,
  token: string,
  next: string | undefined,
): Part | { readonly fault: Fault } {
  if (grammar.long?.includes(token)) return { kind: 'long', text: token, tokens: [token] };
  const equals = token.indexOf('=');
  const option = equals < 0 ? token : token.slice(0, equals);
  const value = own(grammar.longWithValue, option);
  if (value === undefined) return { fault: noOption(name, grammar, token) };
  if (equals >= 0) {
    const text = token.slice(equals + 1);
    if (!value.accepts(text)) return { fault: badValue(token, option, value) };
    return { kind: 'long', text: option, value: text, tokens: [token] };
  }
  if (!grammar.spaced?.includes(option) || next === undefined)
    return { fault: missingValue(token, `${option}=`, value) };
  if (!value.accepts(next)) return { fault: badValue(next, option, value) };
  return { kind: 'long', text: option, value: next, tokens: [token, next] };
}

interface Cluster {
  readonly kind: 'cluster' | 'dashless';
  /** 1: the letters begin after the `-`. */
  readonly skip: 0 | 1;
  readonly flags: string;
  readonly withValue: Readonly<Record<string, Value>>;
}

function readCluster(
  name: string,
  grammar: Grammar,
  { kind, skip, flags, withValue }: Cluster,
  token: string,
  next: string | undefined,
): Part | { readonly fault: Fault } {
  if (token.length === skip) return { fault: noOption(name, grammar, token) };
  for (let at = skip; at < token.length; at++) {
    const letter = token[at]!;
    const value = own(withValue, letter);
    if (value === undefined) {
      if (!flags.includes(letter)) return { fault: noOption(name, grammar, token, letter) };
      continue;
    }
    const text = token.slice(skip, at);
    const option = skip === 1 ? `-${letter}` : letter;
    const attached = token.slice(at + 1);
    if (attached !== '' && grammar.apart) return { fault: noOption(name, grammar, token, letter) };
    const given = attached === '' ? next : attached;
    if (given === undefined) return { fault: missingValue(token, `${option} `, value) };
    if (!value.accepts(given)) return { fault: badValue(attached === '' ? given : token, option, value) };
    return { kind, text, letter, value: given, tokens: attached === '' ? [token, given] : [token] };
  }
  return { kind, text: token.slice(skip), tokens: [token] };
}

/** What a command takes, on one line, for people. */
export function usage(grammar: Grammar): string {
  const {
    flags,
    withValue = none,
    words = [],
    long = [],
    longWithValue = none,
    dashless,
    operands,
  } = grammar;
  return [
    ...(dashless
      ? [dashless.flags, ...Object.entries(dashless.withValue).map(([l, v]) => `${l} ${v.name}`)]
      : []),
    ...(flags ? [`-${flags}`] : []),
    ...Object.entries(withValue).map(([letter, value]) => `-${letter} ${value.name}`),
    ...words,
    ...long,
    ...Object.entries(longWithValue).map(([option, value]) => `${option}=${value.name}`),
    ...(operands
      ? [operands.max === 1 ? operands.value.name : `${operands.value.name}… (≤ ${operands.max})`]
      : []),
  ].join(' ');
}

/** Longest part of a usage line a refusal shows. */
const MAX_USAGE = 320;

function accepted(name: string, grammar: Grammar): Sentence {
  const line = usage(grammar);
  if (line === '') return { zh: `${name} 不带参数`, en: `${name} takes no arguments` };
  const shown = line.length > MAX_USAGE ? `${line.slice(0, MAX_USAGE)} …` : line;
  return { zh: `${name} 可用：${shown}`, en: `${name} takes ${shown}` };
}

function noOption(name: string, grammar: Grammar, token: string, letter?: string): Fault {
  const blamed = letter !== undefined && token.length > 2 ? `（${letter}）` : '';
  const inEnglish = letter !== undefined && token.length > 2 ? ` (${letter})` : '';
  return {
    token,
    problem: {
      zh: `不是 ${name} 允许的参数${blamed}`,
      en: `is not among the allowed arguments of ${name}${inEnglish}`,
    },
    advice: accepted(name, grammar),
  };
}

function tooManyOperands(name: string, grammar: Grammar, token: string): Fault {
  const max = grammar.operands?.max ?? 0;
  return {
    token,
    problem:
      max === 0
        ? { zh: `不是 ${name} 允许的参数`, en: `is not among the allowed arguments of ${name}` }
        : { zh: `超出了 ${name} 的 ${max} 个对象`, en: `is more than the ${max} names ${name} takes` },
    advice: accepted(name, grammar),
  };
}

function badValue(token: string, option: string, value: Value): Fault {
  return {
    token,
    problem: { zh: `不能用于 ${option}`, en: `is not accepted for ${option}` },
    advice: { zh: `应为${value.what.zh}`, en: `it must be ${value.what.en}` },
  };
}

function missingValue(token: string, option: string, value: Value): Fault {
  return {
    token,
    problem: { zh: '缺少值', en: 'lacks a value' },
    advice: {
      zh: `请写成 ${option}${value.name}，${value.what.zh}`,
      en: `write ${option}${value.name}, ${value.what.en}`,
    },
  };
}
