import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

import { en } from './en.ts';
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

describe('dictionaries', () => {
  test('both have the same entries, none of them empty', () => {
    expect(Object.keys(en).toSorted()).toEqual(Object.keys(zh).toSorted());
    const empty = [...Object.entries(zh), ...Object.entries(en)].filter(([, value]) => value === '');
    expect(empty).toEqual([]);
  });

  test('an entry takes the same values in both', () => {
    expect(kinds(en)).toEqual(kinds(zh));
  });

  test('the English one holds no Chinese, apart from the name of the other language', () => {
    const chinese = Object.entries(en).filter(([, value]) => typeof value === 'string' && HAN.test(value));
    expect(chinese.map(([key]) => key)).toEqual(['otherLanguage']);
  });

  test('every entry is used', () => {
    const code = [...sources('.tsx'), ...sources('.ts')]
      .filter((path) => !/text\/(?:zh|en)\.ts$/.test(path))
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n');
    const unused = Object.keys(zh).filter((key) => !new RegExp(`\\btext\\.${key}\\b`).test(code));
    expect(unused).toEqual([]);
  });
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
