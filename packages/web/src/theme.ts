/**
 * The design tokens, and how Mantine takes them. Every colour, distance, size of type, radius, shadow, layer and speed
 * of the console is one of these: style sheets use `var(--ops-NAME)`, and css-tokens.test.ts holds them to it.
 * theme.test.ts holds each pair of text and ground to WCAG AA in both schemes. docs/design.md shows all of it.
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
  /** Over the page while a question has to be answered. */
  readonly backdrop: string;
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
  backdrop: 'rgb(8 11 16 / 50%)',
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
  backdrop: 'rgb(8 11 16 / 50%)',
};

/** What looks alike in both schemes. A name is `--ops-GROUP-NAME`. */
export const scales = {
  /** Distances, by what they are in pixels when the type is not enlarged. */
  space: {
    '2': '0.125rem',
    '4': '0.25rem',
    '6': '0.375rem',
    '8': '0.5rem',
    '10': '0.625rem',
    '12': '0.75rem',
    '14': '0.875rem',
    '16': '1rem',
    '20': '1.25rem',
    '24': '1.5rem',
    '32': '2rem',
    '40': '2.5rem',
    '48': '3rem',
    '56': '3.5rem',
  },
  /** Sizes of type. `code` stands within a line of another size. */
  type: {
    small: '0.75rem',
    note: '0.8125rem',
    body: '0.875rem',
    lead: '1rem',
    title: '1.25rem',
    figure: '1.5rem',
    code: '0.9286em',
  },
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', pill: '1rem', round: '50%' },
  /** What lies over what. `inner` is within a part that keeps its layers to itself. */
  layer: {
    'inner-1': '1',
    'inner-2': '2',
    'inner-3': '3',
    bar: '20',
    banner: '90',
    frame: '100',
    notice: '250',
    menu: '300',
    skip: '1000',
  },
  /** How long something takes to change: what is pointed at, what appears, what goes round. `none`: for who asks so. */
  motion: { none: '1ms', quick: '0.12s', slow: '0.3s', turn: '1s' },
  /** The room a finger needs, the height of the header, the widest page, the widest column of words. */
  size: { touch: '2.75rem', header: '56px', page: '108rem', words: '34rem' },
  /** All there is on paper. */
  print: { paper: 'white', ink: 'black' },
} as const;

/** Where pages change their layout, as media queries have them; variables cannot stand there. */
export const BREAKPOINTS = {
  /** A phone: one column, tabs below the page, controls for a finger. */
  phone: '47.99em',
  /** Between a phone and a tablet: wide tables leave out what can be missed. */
  small: '54em',
  /** A tablet, or half a desk: what stands side by side comes one below the other. */
  half: '62em',
  /** A tablet lying down: a column at the side goes below. */
  tablet: '76em',
  /** A small desk. */
  desk: '88em',
} as const;

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
  fontSizes: {
    xs: scales.type.small,
    sm: scales.type.note,
    md: scales.type.body,
    lg: scales.type.lead,
    xl: scales.type.title,
  },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.4' },
  spacing: {
    xs: scales.space['8'],
    sm: scales.space['12'],
    md: scales.space['16'],
    lg: scales.space['24'],
    xl: scales.space['32'],
  },
  radius: {
    xs: scales.radius.xs,
    sm: scales.radius.sm,
    md: scales.radius.md,
    lg: scales.radius.lg,
    xl: scales.radius.pill,
  },
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

function scaleVariables(): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [group, scale] of Object.entries(scales))
    for (const [name, value] of Object.entries<string>(scale)) own[`--ops-${group}-${name}`] = value;
  return own;
}

export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: { '--ops-font-latin': SANS_LATIN, ...scaleVariables() },
  light: schemeVariables(light),
  dark: schemeVariables(dark),
});
