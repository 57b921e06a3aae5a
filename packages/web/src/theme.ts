/**
 * The design tokens, and how Mantine takes them. Every colour of the console is one of these: components use
 * `var(--ops-NAME)`. theme.test.ts holds each pair of text and ground to WCAG AA in both schemes.
 */
import { createTheme } from '@mantine/core';
import type { CSSVariablesResolver, MantineColorsTuple } from '@mantine/core';

export interface Palette {
  /** Page, then what lies on it, then what is set into that. */
  readonly ground: string;
  readonly surface: string;
  readonly sunken: string;
  readonly hover: string;
  /** What is chosen among what is set in. */
  readonly raised: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly text: string;
  readonly dim: string;
  /** The one accent: as text or line, as a filled area, as a tint. */
  readonly accent: string;
  readonly accentFill: string;
  readonly accentFillHover: string;
  readonly accentSoft: string;
  readonly onFill: string;
  /** Status: text, and the tint that lies under it. */
  readonly ok: string;
  readonly okSoft: string;
  readonly warn: string;
  readonly warnSoft: string;
  readonly bad: string;
  readonly badSoft: string;
  readonly badFill: string;
  readonly badFillHover: string;
  readonly off: string;
  readonly offSoft: string;
  /** Two more colours a command may choose for its output. */
  readonly magenta: string;
  readonly cyan: string;
  /** Bars and lines of readings, and the track under a bar. */
  readonly meter: string;
  readonly meterWarn: string;
  readonly meterBad: string;
  readonly track: string;
  readonly shadow: string;
  readonly shadowLarge: string;
}

export const light: Palette = {
  ground: '#f5f6f8',
  surface: '#ffffff',
  sunken: '#f7f8fa',
  hover: '#eff1f5',
  raised: '#ffffff',
  line: '#e4e7ec',
  lineStrong: '#868f9e',
  text: '#151a22',
  dim: '#566071',
  accent: '#2b4fc4',
  accentFill: '#3156d0',
  accentFillHover: '#2746b0',
  accentSoft: '#edf1fd',
  onFill: '#ffffff',
  ok: '#0f6b3c',
  okSoft: '#e4f5eb',
  warn: '#855100',
  warnSoft: '#fdf1d8',
  bad: '#b02a22',
  badSoft: '#fdecea',
  badFill: '#c2352c',
  badFillHover: '#a32820',
  off: '#566071',
  offSoft: '#edeff3',
  magenta: '#8f2c9c',
  cyan: '#0c6674',
  meter: '#5b79dc',
  meterWarn: '#d48a12',
  meterBad: '#d2483e',
  track: '#e9ecf1',
  shadow: '0 1px 2px rgb(16 24 40 / 5%)',
  shadowLarge: '0 8px 28px rgb(16 24 40 / 14%)',
};

export const dark: Palette = {
  ground: '#0d1015',
  surface: '#151a21',
  sunken: '#11151b',
  hover: '#1d232c',
  raised: '#2c3440',
  line: '#252c36',
  lineStrong: '#677285',
  text: '#e4e8ee',
  dim: '#9aa4b4',
  accent: '#9bb0ff',
  accentFill: '#3d60da',
  accentFillHover: '#4c6ee3',
  accentSoft: '#1b2442',
  onFill: '#ffffff',
  ok: '#6fd096',
  okSoft: '#12291d',
  warn: '#eab765',
  warnSoft: '#2e2411',
  bad: '#ff9c93',
  badSoft: '#351a19',
  badFill: '#c2352c',
  badFillHover: '#d0453c',
  off: '#9aa4b4',
  offSoft: '#1f252e',
  magenta: '#e29bea',
  cyan: '#6fcbd8',
  meter: '#6f8bee',
  meterWarn: '#d99a2f',
  meterBad: '#e0645a',
  track: '#262d38',
  shadow: '0 1px 2px rgb(0 0 0 / 40%)',
  shadowLarge: '0 10px 32px rgb(0 0 0 / 55%)',
};

/**
 * Text faces by system, Latin before Chinese, so that figures are drawn by the former. `system-ui` comes late: on
 * Linux it is whatever the desktop has, and its Latin seldom suits the Chinese beside it.
 */
const SANS =
  '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei UI", ' +
  '"Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", system-ui, sans-serif';
/** For a page in English: Chinese faces draw its quotes and dots as wide as a character. */
const SANS_LATIN =
  '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, "PingFang SC", ' +
  '"Microsoft YaHei", "Noto Sans CJK SC", system-ui, sans-serif';
const MONO =
  'ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "Liberation Mono", "Noto Sans Mono CJK SC", monospace';

/** Mantine wants ten shades of a colour. Ours come from the palettes through variables, so one stands for all. */
function shades(colour: string): MantineColorsTuple {
  return [colour, colour, colour, colour, colour, colour, colour, colour, colour, colour];
}

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: 6,
  colors: {
    accent: shades(light.accentFill),
    ok: shades(light.ok),
    warn: shades(light.warn),
    bad: shades(light.badFill),
    off: shades(light.off),
    gray: [
      '#f7f8fa',
      '#eff1f5',
      '#e4e7ec',
      '#d5dae2',
      '#c0c7d2',
      '#868f9e',
      '#6b7585',
      '#566071',
      '#2d3542',
      '#151a22',
    ],
    dark: [
      '#e4e8ee',
      '#b9c1cd',
      '#9aa4b4',
      '#677285',
      '#323a46',
      '#252c36',
      '#1a2028',
      '#151a21',
      '#11151b',
      '#0d1015',
    ],
  },
  fontFamily: SANS,
  fontFamilyMonospace: MONO,
  headings: { fontFamily: SANS, fontWeight: '600' },
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.4' },
  spacing: { xs: '0.5rem', sm: '0.75rem', md: '1rem', lg: '1.5rem', xl: '2rem' },
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', xl: '16px' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'sm' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'off', size: 'lg' } },
    TextInput: { defaultProps: { size: 'sm' } },
  },
});

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

interface Tint {
  readonly text: string;
  readonly fill: string;
  readonly fillHover: string;
  readonly soft: string;
}

/** What Mantine's variants of one colour use. Its own light and outline variants miss AA; these do not. */
function tintVariables(name: string, tint: Tint): Record<string, string> {
  const v = `--mantine-color-${name}`;
  return {
    [`${v}-text`]: tint.text,
    [`${v}-filled`]: tint.fill,
    [`${v}-filled-hover`]: tint.fillHover,
    [`${v}-light`]: tint.soft,
    [`${v}-light-hover`]: `color-mix(in srgb, ${tint.soft}, ${tint.text} 7%)`,
    [`${v}-light-color`]: tint.text,
    [`${v}-outline`]: tint.text,
    [`${v}-outline-hover`]: tint.soft,
  };
}

function schemeVariables(p: Palette): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries<string>({ ...p })) own[`--ops-${kebab(name)}`] = value;
  return {
    ...own,
    ...tintVariables('accent', {
      text: p.accent,
      fill: p.accentFill,
      fillHover: p.accentFillHover,
      soft: p.accentSoft,
    }),
    ...tintVariables('ok', { text: p.ok, fill: p.ok, fillHover: p.ok, soft: p.okSoft }),
    ...tintVariables('warn', { text: p.warn, fill: p.warn, fillHover: p.warn, soft: p.warnSoft }),
    ...tintVariables('bad', { text: p.bad, fill: p.badFill, fillHover: p.badFillHover, soft: p.badSoft }),
    ...tintVariables('off', { text: p.dim, fill: p.dim, fillHover: p.text, soft: p.offSoft }),
    '--mantine-color-body': p.ground,
    '--mantine-color-text': p.text,
    '--mantine-color-bright': p.text,
    '--mantine-color-dimmed': p.dim,
    '--mantine-color-placeholder': p.dim,
    '--mantine-color-anchor': p.accent,
    '--mantine-color-error': p.bad,
    '--mantine-color-default': p.surface,
    '--mantine-color-default-hover': p.hover,
    '--mantine-color-default-color': p.text,
    '--mantine-color-default-border': p.line,
    '--mantine-color-disabled': p.offSoft,
    '--mantine-color-disabled-color': p.dim,
    '--mantine-color-disabled-border': p.line,
  };
}

export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: { '--ops-font-latin': SANS_LATIN },
  light: schemeVariables(light),
  dark: schemeVariables(dark),
});
