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
  ['dim', 'offSoft'],
  ['onFill', 'accentFill'],
  ['onFill', 'accentFillHover'],
  ['onFill', 'badFill'],
  ['onFill', 'badFillHover'],
];
const GRAPHIC_PAIRS: readonly (readonly [Tone, Tone])[] = [
  ['lineStrong', 'surface'],
  ['meter', 'surface'],
  ['meterBad', 'surface'],
];

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
