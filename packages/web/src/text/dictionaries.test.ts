import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

import { enApps } from './en-apps.ts';
import { enCommands } from './en-commands.ts';
import { enPolling } from './en-polling.ts';
import { enRollouts } from './en-rollouts.ts';
import { en } from './en.ts';
import { zhApps } from './zh-apps.ts';
import { zhCommands } from './zh-commands.ts';
import { zhPolling } from './zh-polling.ts';
import { zhRollouts } from './zh-rollouts.ts';
import { zh } from './zh.ts';

const SOURCES = join(import.meta.dirname, '..');

function sources(ending: string): string[] {
  return readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.includes('.test.'))
    .map((name) => join(SOURCES, name));
}

/** Comments hold words for the next reader, not for the screen. */
function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

const HAN = /\p{Script=Han}|[，。：；？！（）]/u;
/** Words between tags: `>Sign in<`. Types (`Map<string>`) and comparisons have no `<` or `{` right behind the word. */
const JSX_TEXT = />\s*([A-Za-z][A-Za-z ,.'!?-]{2,})\s*<\//g;
/** Words in attributes that people read or hear. */
const JSX_ATTRIBUTE = /\s(?:title|alt|placeholder|label|aria-label|aria-description)="([^"]+)"/g;

function literals(code: string): string[] {
  const plain = withoutComments(code);
  return [...plain.matchAll(JSX_TEXT), ...plain.matchAll(JSX_ATTRIBUTE)].map((match) => match[1] ?? '');
}

function kinds(dictionary: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(dictionary)
    .map(([key, value]) => `${key}: ${typeof value}`)
    .toSorted();
}

/** Files of the console that hold the dictionaries themselves. */
const DICTIONARY = /text\/(?:zh|en)(?:-apps|-commands|-polling|-rollouts)?\.ts$/;

describe.each([
  ['of every page', zh, en, ['otherLanguage']],
  ['of commands', zhCommands, enCommands, []],
  ['of applications', zhApps, enApps, []],
  ['of polling', zhPolling, enPolling, []],
  ['of rollouts', zhRollouts, enRollouts, []],
] as const)('dictionaries %s', (_name, chinese, english, notTranslated) => {
  const inChinese: Readonly<Record<string, unknown>> = chinese;
  const inEnglish: Readonly<Record<string, unknown>> = english;

  test('both have the same entries, none of them empty', () => {
    expect(Object.keys(inEnglish).toSorted()).toEqual(Object.keys(inChinese).toSorted());
    const all = [...Object.entries(inChinese), ...Object.entries(inEnglish)];
    expect(all.filter(([, value]) => value === '')).toEqual([]);
  });

  test('an entry takes the same values in both', () => {
    expect(kinds(inEnglish)).toEqual(kinds(inChinese));
  });

  test('the English one holds no Chinese, apart from the name of the other language', () => {
    const left = Object.entries(inEnglish).filter(
      ([, value]) => typeof value === 'string' && HAN.test(value),
    );
    expect(left.map(([key]) => key)).toEqual(notTranslated);
  });

  test('every entry is used', () => {
    const code = [...sources('.tsx'), ...sources('.ts')]
      .filter((path) => !DICTIONARY.test(path))
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n');
    const unused = Object.keys(inChinese).filter((key) => !new RegExp(`\\btext\\.${key}\\b`).test(code));
    expect(unused).toEqual([]);
  });
});

test.each([
  ['commands', zhCommands],
  ['applications', zhApps],
  ['polling', zhPolling],
  ['rollouts', zhRollouts],
])('the words of %s do not stand for others', (_name, words) => {
  expect(Object.keys(words).filter((key) => key in zh)).toEqual([]);
});

describe('no words outside the dictionaries', () => {
  test.each(sources('.tsx').map((path) => [relative(SOURCES, path), path] as const))('%s', (_name, path) => {
    const code = readFileSync(path, 'utf8');
    expect(withoutComments(code)).not.toMatch(HAN);
    expect(literals(code)).toEqual([]);
  });

  test('the check finds words between tags and in attributes', () => {
    expect(literals('<p>Sign in</p>')).toEqual(['Sign in']);
    expect(literals('<a title="Close">{text.x}</a>')).toEqual(['Close']);
    expect(literals('const a: Map<string> = b; // <p>Sign in</p>')).toEqual([]);
  });
});
