/** `node e2e/design-pictures.ts`: draws the tokens of the console for docs/design.md, in both schemes. */
import { join } from 'node:path';

import { chromium } from '@playwright/test';

import { dark, light, scales } from '../packages/web/src/theme.ts';
import type { Palette } from '../packages/web/src/theme.ts';
import config from '../playwright.config.ts';

const OUT = join(import.meta.dirname, '../docs/pictures');
const WIDTH = 1120;

/** Tones that lie on others, with the grounds they are read on. */
const TEXTS = ['text', 'dim', 'accent', 'ok', 'warn', 'bad', 'off', 'magenta', 'cyan'] as const;
const GROUNDS = ['ground', 'surface', 'sunken', 'hover', 'raised'] as const;
const TINTS = [
  ['ok', 'okSoft'],
  ['warn', 'warnSoft'],
  ['bad', 'badSoft'],
  ['off', 'offSoft'],
  ['accent', 'accentSoft'],
  ['onFill', 'accentFill'],
  ['onFill', 'badFill'],
] as const;
const DRAWN = ['line', 'lineStrong', 'track', 'meter', 'meterWarn', 'meterBad'] as const;

function cell(style: string, words: string): string {
  return `<div class="cell" style="${style}">${words}</div>`;
}

function row(title: string, cells: readonly string[]): string {
  return `<h2>${title}</h2><div class="row">${cells.join('')}</div>`;
}

function sheet(palette: Palette): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><style>
    body { margin: 0; padding: 24px; width: ${WIDTH - 48}px; background: ${palette.ground}; color: ${palette.text};
      font: 13px/1.45 "Noto Sans", "Liberation Sans", Arial, sans-serif; }
    h2 { margin: 20px 0 8px; font-size: 14px; } h2:first-child { margin-top: 0; }
    .row { display: flex; flex-wrap: wrap; align-items: flex-end; gap: 8px; }
    .cell { min-width: 84px; padding: 8px 10px; border: 1px solid ${palette.line}; border-radius: ${scales.radius.md}; }
    .bare { border: 0; padding: 0; min-width: 0; margin-right: 12px; color: ${palette.dim}; }
    .bare > i { display: block; margin-bottom: 4px; background: ${palette.accentFill}; }
  </style><body>
  ${row(
    'Text on grounds',
    GROUNDS.map((ground) =>
      cell(
        `background:${palette[ground]};width:190px`,
        `<b>${ground}</b> ${palette[ground]}<br>${TEXTS.map((tone) => `<span style="color:${palette[tone]}">${tone}</span>`).join(' ')}`,
      ),
    ),
  )}
  ${row(
    'Text on tints and fills',
    TINTS.map(([tone, ground]) =>
      cell(`background:${palette[ground]};color:${palette[tone]}`, `${tone}<br>on ${ground}`),
    ),
  )}
  ${row(
    'Lines and bars',
    DRAWN.map((tone) => cell(`background:${palette.surface};border-bottom:6px solid ${palette[tone]}`, tone)),
  )}
  ${row(
    'Type',
    Object.entries(scales.type).map(([name, size]) =>
      cell(`border:0;padding:0;margin-right:12px;font-size:${size}`, `${name} ${size}`),
    ),
  )}
  ${row(
    'Space',
    Object.entries(scales.space).map(
      ([name, size]) => `<div class="bare"><i style="width:${size};height:${size}"></i>${name}</div>`,
    ),
  )}
  ${row(
    'Radius',
    Object.entries(scales.radius).map(([name, size]) =>
      cell(
        `background:${palette.surface};border-color:${palette.lineStrong};border-radius:${size}`,
        `${name} ${size}`,
      ),
    ),
  )}
  ${row('Shadow', [
    cell(`background:${palette.surface};box-shadow:${palette.shadow}`, 'shadow'),
    cell(`background:${palette.surface};box-shadow:${palette.shadowLarge};margin-left:20px`, 'shadow-large'),
  ])}
  </body></html>`;
}

const browser = await chromium.launch(config.projects?.[0]?.use?.launchOptions ?? {});
try {
  for (const [name, palette] of [
    ['light', light],
    ['dark', dark],
  ] as const) {
    const page = await browser.newPage({ viewport: { width: WIDTH, height: 600 } });
    await page.setContent(sheet(palette));
    await page.screenshot({ path: join(OUT, `design-${name}.png`), fullPage: true });
    await page.close();
  }
} finally {
  await browser.close();
}
