import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { dark, light } from './theme.ts';
import type { Palette } from './theme.ts';

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

type Tone = keyof Palette;
const GROUNDS: readonly Tone[] = ['ground', 'surface', 'sunken', 'hover', 'raised'];
const TEXT_PAIRS: readonly (readonly [Tone, Tone])[] = [
  ...(['text', 'dim', 'accent', 'ok', 'warn', 'bad', 'off', 'magenta', 'cyan'] as const).flatMap((tone) =>
    GROUNDS.map((ground) => [tone, ground] as const),
  ),
  ['accent', 'accentSoft'],
  ['text', 'accentSoft'],
  ['ok', 'okSoft'],
  ['warn', 'warnSoft'],
  ['text', 'warnSoft'],
  ['bad', 'badSoft'],
  ['text', 'badSoft'],
  ['off', 'offSoft'],
  ['text', 'offSoft'],
  ['text', 'okSoft'],
  ['surface', 'ok'],
  ...(['okSoft', 'warnSoft', 'badSoft', 'offSoft', 'accentSoft'] as const).map(
    (ground) => ['dim', ground] as const,
  ),
  ['onFill', 'accentFill'],
  ['onFill', 'accentFillHover'],
  ['onFill', 'badFill'],
  ['onFill', 'badFillHover'],
];
const GRAPHIC_PAIRS: readonly (readonly [Tone, Tone])[] = (
  ['lineStrong', 'meter', 'meterBad'] as const
).flatMap((tone) => (['surface', 'sunken', 'ground'] as const).map((ground) => [tone, ground] as const));

/** The name of a token as the palette has it. */
function token(name: string): string {
  return name.replace(/-([a-z])/g, (_dash, letter: string) => letter.toUpperCase());
}

/** What a rule of a style sheet writes on which ground, by its own words. */
function pairsOf(css: string): (readonly [string, string])[] {
  return [...css.matchAll(/\{([^{}]*)\}/g)].flatMap(([, rule = '']) => {
    const tone = /(?:^|[;\s])color: var\(--ops-([\w-]+)\)/.exec(rule)?.[1];
    const ground = /(?:^|[;\s])background(?:-color)?: var\(--ops-([\w-]+)\)/.exec(rule)?.[1];
    return tone === undefined || ground === undefined ? [] : [[token(tone), token(ground)] as const];
  });
}

test('every text that a style sheet puts on a ground is among the pairs', () => {
  const asked = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.css'))
    .flatMap((name) => pairsOf(readFileSync(join(import.meta.dirname, name), 'utf8')));
  expect(asked.length).toBeGreaterThan(20);
  const known = new Set(TEXT_PAIRS.map((pair) => pair.join(' on ')));
  expect(asked.map((pair) => pair.join(' on ')).filter((pair) => !known.has(pair))).toEqual([]);
});

describe.each([
  ['light', light],
  ['dark', dark],
] as const)('%s palette', (_name, palette) => {
  test.each(TEXT_PAIRS)('%s on %s reads at AA (4.5)', (tone, ground) => {
    expect(contrast(palette[tone], palette[ground])).toBeGreaterThanOrEqual(4.5);
  });

  test.each(GRAPHIC_PAIRS)('%s on %s is seen (3)', (tone, ground) => {
    expect(contrast(palette[tone], palette[ground])).toBeGreaterThanOrEqual(3);
  });
});
