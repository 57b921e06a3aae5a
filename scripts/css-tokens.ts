/**
 * `node scripts/css-tokens.ts`: puts the tokens of packages/web/src/theme.ts where a style sheet of the console has a
 * distance, a size of type, a radius, a layer or a speed of its own; each becomes the nearest that there is. Colours and
 * shadows are not guessed: `strays` names them.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import { BREAKPOINTS, scales } from '../packages/web/src/theme.ts';

const ROOT = join(import.meta.dirname, '..');
const SOURCES = join(ROOT, 'packages/web/src');
const PX_PER_REM = 16;

type Group = 'space' | 'type' | 'radius' | 'layer' | 'motion';

/** Which scale a property takes its values from. */
const GROUPS: readonly (readonly [RegExp, Group])[] = [
  [/^(?:padding|margin|scroll-margin|scroll-padding)(?:-|$)|^(?:row-|column-)?gap$/, 'space'],
  [/^font-size$/, 'type'],
  [/^border(?:-\w+)*-radius$/, 'radius'],
  [/^z-index$/, 'layer'],
  [/^(?:transition|animation)(?:-duration)?$/, 'motion'],
];
/** A value of that group which a style sheet has of its own. */
const VALUES: Readonly<Record<Group, RegExp>> = {
  space: /(?<![\w.-])-?\d*\.?\d+(?:rem|px|em)\b/g,
  type: /(?<![\w.-])\d*\.?\d+(?:rem|px|em|%)/g,
  radius: /(?<![\w.-])\d*\.?\d+(?:rem|px|em|%)/g,
  layer: /(?<![\w.-])-?\d+\b/g,
  motion: /(?<![\w.-])\d*\.?\d+m?s\b/g,
};
/** A hair's breadth is no distance: it keeps two lines apart, or one of them on another. */
const HAIR = /^-?[12]px$/;
const DECLARATION = /(^|[;{\s])([a-z-]+)(\s*:\s*)([^;{}]+)(?=[;}])/g;
const COLOUR =
  /#[\da-f]{3,8}\b|\b(?:rgb|rgba|hsl|hsla|hwb|lab|lch|oklab|oklch)\(|\b(?:white|black|red|green|blue|gr[ae]y)\b/gi;

function withoutComments(css: string): string {
  return css.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '));
}

/** In pixels, milliseconds or as a plain number: what can be compared within a group. */
function sizeOf(value: string): number {
  const number = Number.parseFloat(value);
  if (/(?:rem|em)$/.test(value)) return number * PX_PER_REM;
  return /\ds$/.test(value) ? number * 1000 : number;
}

function unitOf(value: string): string {
  const unit = value.replace(/^-?[\d.]+/, '');
  // Lengths are compared with each other, wherever they are measured from.
  return unit === 'px' ? 'rem' : unit === 'ms' ? 's' : unit;
}

function nearest(group: Group, value: string): string | undefined {
  const size = Math.abs(sizeOf(value));
  let best: { readonly name: string; readonly away: number } | undefined;
  for (const [name, token] of Object.entries<string>(scales[group])) {
    if (unitOf(token) !== unitOf(value)) continue;
    const away = Math.abs(sizeOf(token) - size);
    if (best === undefined || away < best.away) best = { name, away };
  }
  if (best === undefined) return undefined;
  const variable = `var(--ops-${group}-${best.name})`;
  return value.startsWith('-') ? `calc(-1 * ${variable})` : variable;
}

function isFree(group: Group, value: string): boolean {
  return sizeOf(value) === 0 || (group === 'space' && HAIR.test(value));
}

/** The same style sheet with tokens for whatever has one. */
export function withTokens(css: string): string {
  return css.replace(DECLARATION, (whole, before: string, property: string, colon: string, value: string) => {
    const group = GROUPS.find(([pattern]) => pattern.test(property))?.[1];
    if (group === undefined) return whole;
    const next = value.replace(VALUES[group], (own) =>
      isFree(group, own) ? own : (nearest(group, own) ?? own),
    );
    return `${before}${property}${colon}${next}`;
  });
}

export interface Stray {
  readonly line: number;
  readonly text: string;
}

/** What a style sheet has of its own where it should have a token. */
export function strays(css: string): readonly Stray[] {
  const plain = withoutComments(css);
  const found: Stray[] = [];
  const add = (at: number, text: string): void => {
    found.push({ line: plain.slice(0, at).split('\n').length, text });
  };
  for (const match of plain.matchAll(DECLARATION)) {
    const [, before = '', property = '', colon = '', value = ''] = match;
    const at = match.index + before.length;
    const own = value.replace(/var\([^)]*\)/g, '');
    for (const [colour] of own.matchAll(COLOUR)) add(at, `${property}: ${colour}`);
    const group = GROUPS.find(([pattern]) => pattern.test(property))?.[1];
    if (group === undefined) continue;
    for (const [size] of own.matchAll(VALUES[group])) {
      if (!isFree(group, size)) add(at + property.length + colon.length, `${property}: ${size}`);
    }
  }
  const widths = new Set<string>(Object.values(BREAKPOINTS));
  for (const match of plain.matchAll(/\((max|min)-width:\s*([\d.]+)em\)/g)) {
    const [text, side, width = ''] = match;
    // The other side begins where this one ends.
    const known = side === 'max' ? width : String(Number((Number(width) - 0.01).toFixed(2)));
    if (!widths.has(`${known}em`)) add(match.index, text);
  }
  return found;
}

/** Every style sheet of the console, by its path from there. */
export function styleSheets(): readonly { readonly path: string; readonly css: string }[] {
  return readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.css'))
    .toSorted()
    .map((path) => ({ path, css: readFileSync(join(SOURCES, path), 'utf8') }));
}

if (import.meta.main) {
  for (const { path, css } of styleSheets()) {
    const next = withTokens(css);
    if (next !== css) writeFileSync(join(SOURCES, path), next);
    for (const { line, text } of strays(next)) {
      console.log(`${relative(ROOT, join(SOURCES, path))}:${line} ${text}`);
    }
  }
}
