/** What an option or operand may be: each a positive description that also tells people what is accepted. */
import type { Sentence } from './sentence.ts';

export interface Value {
  /** After "accepted: ", and in the documentation. */
  readonly what: Sentence;
  /** For a line of usage: `N`, `PATH`. */
  readonly name: string;
  accepts(text: string): boolean;
}

/** @param pattern anchored and without nested quantifiers: linear */
export function matching(name: string, pattern: RegExp, what: Sentence): Value {
  return { name, what, accepts: (text) => pattern.test(text) };
}

export function oneOf(...choices: readonly string[]): Value {
  const known = new Set(choices);
  return {
    name: choices.length > 4 ? 'WORD' : choices.join('|'),
    what: { zh: `${choices.join('、')} 之一`, en: `one of ${choices.join(', ')}` },
    accepts: (text) => known.has(text),
  };
}

/** A whole number without leading zeros. */
export function wholeNumber(min: number, max: number): Value {
  return {
    name: 'N',
    what: { zh: `${min} 到 ${max} 的整数`, en: `a whole number from ${min} to ${max}` },
    accepts: (text) => /^(?:0|[1-9]\d{0,8})$/.test(text) && Number(text) >= min && Number(text) <= max,
  };
}

/** Items between commas. */
export function commaList(item: Value, max: number): Value {
  return {
    name: `${item.name},…`,
    what: {
      zh: `以逗号分隔的至多 ${max} 项：${item.what.zh}`,
      en: `up to ${max} between commas: ${item.what.en}`,
    },
    accepts(text) {
      const items = text.split(',');
      return items.length <= max && items.every((one) => item.accepts(one));
    },
  };
}

/** A pid: 4194304 is the largest the kernel gives out. */
export const PID = wholeNumber(1, 4_194_304);

export const USER = matching('USER', /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$/, {
  zh: '用户名或用户编号',
  en: 'the name or number of a user',
});

/** GNU: 1K, 1M, KB, KiB, 512. */
export const BLOCK_SIZE = matching('SIZE', /^(?:[1-9]\d{0,5}(?:[KMGTPE](?:i?B)?)?|[KMGTPE](?:i?B)?)$/, {
  zh: '大小，例如 1M、K、MB',
  en: 'a size such as 1M, K or MB',
});

/** Parts of a path, without the empty ones and `.`. */
const parts = (path: string): readonly string[] =>
  path.split('/').filter((part) => part !== '' && part !== '.');

/**
 * A path without `..`. Commands run in `/`, so a relative path is one from there.
 * @param except first parts that are refused: `proc` for everything beneath /proc
 */
export function plainPath(except: readonly string[] = []): Value {
  const roots = except.map((part) => `/${part}`).join(' ');
  return {
    name: 'PATH',
    what: {
      zh: `不含 .. 的路径${except.length > 0 ? `，不在 ${roots} 之下` : ''}`,
      en: `a path without ..${except.length > 0 ? `, not beneath ${roots}` : ''}`,
    },
    accepts(path) {
      const [first, ...rest] = parts(path);
      return first === undefined || (!except.includes(first) && first !== '..' && !rest.includes('..'));
    },
  };
}
