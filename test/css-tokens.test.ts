import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { dark, light, scales } from '../packages/web/src/theme.ts';
import { strays, styleSheets, withTokens } from '../scripts/css-tokens.ts';

const SOURCES = join(import.meta.dirname, '../packages/web/src');
/** What is painted before the tokens are there. */
const FIRST_PAINT = [`background: ${dark.ground}`, `background: ${light.ground}`];

describe('style sheets take what they can from the tokens (`node scripts/css-tokens.ts` puts them there)', () => {
  test.each(styleSheets().map(({ path, css }) => [path, css] as const))('%s', (path, css) => {
    const found = strays(css).filter(
      ({ text }) => !(path === 'global.css' && FIRST_PAINT.some((first) => text === first)),
    );
    expect(found.map(({ line, text }) => `${path}:${line} ${text}`)).toEqual([]);
  });

  test('no variable that is not there is asked for', () => {
    const known = new Set<string>();
    for (const [group, scale] of Object.entries(scales))
      for (const name of Object.keys(scale)) known.add(`--ops-${group}-${name}`);
    for (const name of Object.keys(light))
      known.add(`--ops-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    known.add('--ops-font-latin');
    const asked = styleSheets().flatMap(({ path, css }) =>
      [...css.matchAll(/var\((--ops-[\w-]+)/g)].map(([, name = '']) => ({ path, name })),
    );
    expect(asked.length).toBeGreaterThan(500);
    expect(asked.filter(({ name }) => !known.has(name))).toEqual([]);
  });

  test('the first paint is the ground of the page', () => {
    const css = styleSheets().find(({ path }) => path === 'global.css')?.css ?? '';
    for (const first of FIRST_PAINT) expect(css).toContain(first);
  });
});

test('no colour stands in a component', () => {
  const found = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.tsx'))
    .flatMap((name) => {
      const code = readFileSync(join(SOURCES, name), 'utf8');
      return [...code.matchAll(/['"`](?:#[\da-f]{3,8}|(?:rgb|hsl|oklch)a?\([^'"`]*)['"`]/gi)].map(
        ([colour]) => `${name} ${colour}`,
      );
    });
  expect(found).toEqual([]);
});

describe('the check', () => {
  test.each([
    ['.a { color: #fff; }', ['color: #fff']],
    ['.a { background: rgb(0 0 0 / 5%) }', ['background: rgb(']],
    ['.a { border: 1px solid red; }', ['border: red']],
    ['.a { padding: 0 0.7rem; }', ['padding: 0.7rem']],
    ['.a { margin: -3px auto 0; }', ['margin: -3px']],
    ['.a { font-size: 15px; }', ['font-size: 15px']],
    ['.a { border-top-left-radius: 4px; }', ['border-top-left-radius: 4px']],
    ['.a { z-index: 7; }', ['z-index: 7']],
    ['.a { transition: color 0.2s; }', ['transition: 0.2s']],
    ['@media (max-width: 50em) { .a { color: inherit; } }', ['(max-width: 50em)']],
  ])('finds %s', (css, found) => {
    expect(strays(css).map(({ text }) => text)).toEqual(found);
  });

  test.each([
    '.a { padding: 0 var(--ops-space-8) 1px; width: 13rem; color: var(--ops-red-line); }',
    '/* color: #fff; padding: 3px; */ .a { color: transparent; }',
    '.a { margin: 0 auto; border-radius: inherit; }',
    '@media (max-width: 47.99em) { .a { gap: calc(-1 * var(--ops-space-4)); } }',
    '@media (min-width: 62.01em) { .a { gap: 0; } }',
  ])('has nothing against %s', (css) => {
    expect(strays(css)).toEqual([]);
  });

  test('puts the nearest token, and no more than that', () => {
    const css =
      '.a { padding: 0 0.7rem; margin: -0.5rem 0; font-size: 13px; width: 13rem; transition: opacity 100ms ease; }';
    expect(withTokens(css)).toBe(
      '.a { padding: 0 var(--ops-space-12); margin: calc(-1 * var(--ops-space-8)) 0; font-size: var(--ops-type-note); width: 13rem; transition: opacity var(--ops-motion-quick) ease; }',
    );
    expect(withTokens(withTokens(css))).toBe(withTokens(css));
  });
});
