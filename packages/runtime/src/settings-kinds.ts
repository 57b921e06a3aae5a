/**
 * The kinds of values a setting can have. A kind reads text (variables, options) and TOML values, says in words what
 * it accepts, and writes a value back as TOML. A value is refused by throwing `Refused`, whose text continues the
 * sentence `KEY from ORIGIN: "VALUE" …` and never repeats the value.
 */
import { isAbsolute, resolve } from 'node:path';

import type { Text } from './language.ts';
import { quote } from './settings-error.ts';

export class Refused extends Error {
  /** The entry of a list at fault; not shown for secrets. */
  readonly entry: string | undefined;

  constructor(problem: string, entry?: string) {
    super(problem);
    this.name = 'Refused';
    this.entry = entry;
  }
}

export interface Kind<T> {
  readonly accepts: Text;
  /** How a help text shows a value of it: NUMBER. */
  readonly placeholder: string;
  /** An option of it may stand without a value, which means true. */
  readonly flag?: true;
  /** @param cwd what relative paths are relative to. @throws Refused */
  fromText(text: string, cwd: string): T;
  /** Integers come as bigint, so that 3.0 is told from 3. @throws Refused */
  fromToml(value: unknown, cwd: string): T;
  toToml(value: T): string;
}

export function tomlTypeName(value: unknown): string {
  if (typeof value === 'bigint') return 'an integer';
  if (typeof value === 'number')
    return Number.isFinite(value) ? 'a number with a fraction' : 'not a finite number';
  if (typeof value === 'string') return 'a string';
  if (typeof value === 'boolean') return 'a boolean';
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Date) return 'a date';
  return 'a table';
}

function notEmpty(text: string): void {
  if (text === '') throw new Refused('is empty');
}

function wrongType(value: unknown): never {
  throw new Refused(`is ${tomlTypeName(value)}`);
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

function within(value: number, { min, max }: Bounds): number {
  if (!Number.isFinite(value)) throw new Refused('is not a finite number');
  if (value < min) throw new Refused(`is below ${min}`);
  if (value > max) throw new Refused(`is above ${max}`);
  return value;
}

export function integer(bounds: Bounds): Kind<number> {
  return {
    accepts: {
      en: `a whole number from ${bounds.min} to ${bounds.max}`,
      zh: `${bounds.min} 到 ${bounds.max} 的整数`,
    },
    placeholder: 'NUMBER',
    fromText(text) {
      notEmpty(text);
      if (!/^[+-]?\d+$/.test(text)) throw new Refused('is not a whole number');
      return within(Number(text), bounds);
    },
    fromToml(value) {
      return typeof value === 'bigint' ? within(Number(value), bounds) : wrongType(value);
    },
    toToml: String,
  };
}

export function number(bounds: Bounds): Kind<number> {
  return {
    accepts: {
      en: `a number from ${bounds.min} to ${bounds.max}`,
      zh: `${bounds.min} 到 ${bounds.max} 的数`,
    },
    placeholder: 'NUMBER',
    fromText(text) {
      notEmpty(text);
      if (!/^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text)) throw new Refused('is not a number');
      return within(Number(text), bounds);
    },
    fromToml(value) {
      return typeof value === 'bigint' || typeof value === 'number'
        ? within(Number(value), bounds)
        : wrongType(value);
    },
    toToml: String,
  };
}

const BOOLEAN_WORDS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
]);

export const isBooleanWord = (text: string): boolean => BOOLEAN_WORDS.has(text.toLowerCase());

export function boolean(): Kind<boolean> {
  return {
    accepts: { en: 'true or false', zh: 'true 或 false' },
    placeholder: 'true|false',
    flag: true,
    fromText(text) {
      notEmpty(text);
      const value = BOOLEAN_WORDS.get(text.toLowerCase());
      if (value === undefined) throw new Refused('is neither true nor false');
      return value;
    },
    fromToml: (value) => (typeof value === 'boolean' ? value : wrongType(value)),
    toToml: String,
  };
}

export interface LineOptions {
  readonly accepts: Text;
  readonly placeholder?: string;
  /** Characters, as `String.length` counts. */
  readonly min?: number;
  readonly max: number;
  /** Anchored, linear-time expression, or a function for what no expression says. */
  readonly pattern?: RegExp | ((text: string) => boolean);
}

/** One line of text: control characters are refused whatever the pattern says. */
export function line(options: LineOptions): Kind<string> {
  const { min = 1, max, pattern } = options;
  const check = (value: string): string => {
    notEmpty(value);
    // oxlint-disable-next-line no-control-regex -- finding them is the point
    if (/[\u0000-\u001f\u007f]/.test(value))
      throw new Refused('holds a line break or another control character');
    if (value.length < min) throw new Refused(`is shorter than ${min} characters`);
    if (value.length > max) throw new Refused(`is longer than ${max} characters`);
    if (pattern && !(pattern instanceof RegExp ? pattern.test(value) : pattern(value))) {
      throw new Refused('is not accepted');
    }
    return value;
  };
  return {
    accepts: options.accepts,
    placeholder: options.placeholder ?? 'TEXT',
    fromText: check,
    fromToml: (value) => check(typeof value === 'string' ? value : wrongType(value)),
    toToml: (value) => JSON.stringify(value),
  };
}

export function choice<const V extends string>(values: readonly V[]): Kind<V> {
  const check = (asked: string): V => {
    notEmpty(asked);
    const value = values.find((known) => known === asked);
    if (value === undefined) throw new Refused('is none of the choices');
    return value;
  };
  return {
    accepts: { en: `one of ${values.join(', ')}`, zh: values.join('、') + ' 之一' },
    placeholder: values.join('|'),
    fromText: check,
    fromToml: (value) => check(typeof value === 'string' ? value : wrongType(value)),
    toToml: (value) => JSON.stringify(value),
  };
}

/** Linux's PATH_MAX. */
const MAX_PATH = 4096;

export interface PathOptions {
  /** Only with this may a relative path be refused; otherwise it is relative to the working directory. */
  readonly absolute?: true;
  /** What the absolute path must look like. */
  readonly pattern?: RegExp;
  readonly max?: number;
  readonly accepts?: Text;
}

/** A file or directory. The value is absolute and has no slash at its end. */
export function path(options: PathOptions = {}): Kind<string> {
  const { absolute, pattern, max = MAX_PATH } = options;
  const one = line({
    max,
    placeholder: 'PATH',
    accepts:
      options.accepts ??
      (absolute
        ? { en: 'an absolute path', zh: '绝对路径' }
        : { en: 'a path; relative ones to the working directory', zh: '路径；相对路径以工作目录为准' }),
    pattern: (value) => !absolute || isAbsolute(value),
  });
  const whole = (value: string, cwd: string): string => {
    const found = resolve(cwd, value);
    if (pattern && !pattern.test(found)) throw new Refused('is not accepted');
    return found;
  };
  return {
    ...one,
    fromText: (value, cwd) => whole(one.fromText(value, cwd), cwd),
    fromToml: (value, cwd) => whole(one.fromToml(value, cwd), cwd),
  };
}

/** Several values, each once. In TOML an array; in a variable or option, separated. Empty text is the empty list. */
export function list(
  item: Kind<string>,
  options: { readonly separator: ':' | ','; readonly max: number },
): Kind<readonly string[]> {
  const { separator, max } = options;
  const gather = <Entry>(entries: readonly Entry[], read: (entry: Entry) => string): readonly string[] => {
    if (entries.length > max) throw new Refused(`has more than ${max} entries`);
    const values: string[] = [];
    for (const [index, entry] of entries.entries()) {
      const shown = typeof entry === 'string' ? entry : `entry ${index + 1}`;
      let value: string;
      try {
        value = read(entry);
      } catch (cause) {
        if (cause instanceof Refused) throw new Refused(cause.message, shown);
        throw cause;
      }
      if (values.includes(value)) throw new Refused('is listed twice', shown);
      values.push(value);
    }
    return values;
  };
  return {
    accepts: {
      en: `up to ${max} of: ${item.accepts.en} ("${separator}" between them in a variable or option)`,
      zh: `至多 ${max} 项：${item.accepts.zh}（环境变量和命令行中以“${separator}”分隔）`,
    },
    placeholder: `${item.placeholder}${separator}…`,
    fromText: (all, cwd) =>
      all.trim() === '' ? [] : gather(all.split(separator), (one) => item.fromText(one.trim(), cwd)),
    fromToml: (value, cwd) =>
      Array.isArray(value) ? gather<unknown>(value, (one) => item.fromToml(one, cwd)) : wrongType(value),
    toToml: (values) => `[${values.map((value) => item.toToml(value)).join(', ')}]`,
  };
}

export interface LabelOptions {
  readonly key: RegExp;
  readonly value: RegExp;
  readonly max: number;
}

/** Keys and values: `env=prod,role=web`, in TOML a table of strings. */
export function labels(options: LabelOptions): Kind<Readonly<Record<string, string>>> {
  const gather = (pairs: readonly (readonly [string, unknown])[]): Readonly<Record<string, string>> => {
    if (pairs.length > options.max) throw new Refused(`has more than ${options.max} labels`);
    const values = new Map<string, string>();
    for (const [key, value] of pairs) {
      if (typeof value !== 'string') throw new Refused(`is ${tomlTypeName(value)}, not a string`, key);
      if (!options.key.test(key)) throw new Refused('is no label name', key);
      if (!options.value.test(value))
        throw new Refused(`has a value that is no label value: ${quote(value)}`, key);
      if (values.has(key)) throw new Refused('is given twice', key);
      values.set(key, value);
    }
    return Object.fromEntries(values);
  };
  return {
    accepts: {
      en: `up to ${options.max} of name=value ("," between them; in TOML a table of strings), letters, digits and "-_." in both, up to 63 characters`,
      zh: `至多 ${options.max} 个 name=value（以“,”分隔；TOML 中为字符串表），由字母、数字和“-_.”组成，各不超过 63 个字符`,
    },
    placeholder: 'NAME=VALUE,…',
    fromText(all) {
      if (all.trim() === '') return {};
      return gather(
        all.split(',').map((pair) => {
          const at = pair.indexOf('=');
          if (at < 0) throw new Refused('has no "="', pair);
          return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
        }),
      );
    },
    fromToml: (value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
        ? gather(Object.entries(value))
        : wrongType(value),
    toToml: (values) => {
      const pairs = Object.entries(values).map(
        ([key, value]) => `${JSON.stringify(key)} = ${JSON.stringify(value)}`,
      );
      return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
    },
  };
}
