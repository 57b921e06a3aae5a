/** `top`: in batch mode, a few rounds, half a minute at most. It reads no `toprc`: `HOME` does not exist. */
import type { Fault, Part } from '../grammar.ts';
import { commaList, matching, oneOf, PID, USER, wholeNumber } from '../values.ts';
import type { Builtin, Settled } from './builtin.ts';

const MAX_ROUNDS = 5;
/** Seconds between two rounds, when nothing is said: top's own. */
const DEFAULT_DELAY = 3;
/** Rounds times delay, in seconds. */
const MAX_SECONDS = 30;

const delay = matching('SECONDS', /^\d{1,2}(?:\.\d{1,2})?$/, {
  zh: '0.5 到 10 的秒数',
  en: 'seconds from 0.5 to 10',
});

export const top: Builtin = {
  name: 'top',
  grammar: {
    flags: 'bHciS1',
    withValue: {
      n: wholeNumber(1, MAX_ROUNDS),
      d: { ...delay, accepts: (text) => delay.accepts(text) && Number(text) >= 0.5 && Number(text) <= 10 },
      p: commaList(PID, 20),
      u: USER,
      U: USER,
      o: matching('±FIELD', /^[+-]?%?[A-Za-z][A-Za-z+]{0,15}$/, {
        zh: '可带 + 或 - 的列名，例如 %MEM',
        en: 'a field, with + or - before it or not, such as %MEM',
      }),
      w: wholeNumber(1, 512),
      E: oneOf('k', 'm', 'g', 't', 'p', 'e'),
      e: oneOf('k', 'm', 'g', 't', 'p'),
    },
  },
  refused: { zh: '一切会读取 toprc 的参数', en: 'anything that reads a `toprc`' },
  changed: {
    zh: `补上 -b，缺少时补上 -n 1；轮数×间隔 ≤ ${MAX_SECONDS} 秒`,
    en: `\`-b\` is added, and \`-n 1\` when missing; rounds times delay ≤ ${MAX_SECONDS} s`,
  },
  settle,
};

function settle(parts: readonly Part[]): Settled | { readonly fault: Fault } {
  for (const letter of ['n', 'd']) {
    const again = parts.filter((part) => part.letter === letter)[1];
    if (again !== undefined) return { fault: givenTwice(again.tokens[0]!, `-${letter}`) };
  }
  const value = (letter: string): string | undefined => parts.find((part) => part.letter === letter)?.value;
  const rounds = Number(value('n') ?? 1);
  const seconds = Number(value('d') ?? DEFAULT_DELAY);
  if (rounds * seconds > MAX_SECONDS) return { fault: tooLong(rounds, seconds) };
  return {
    args: [
      ...(parts.some((part) => part.text.includes('b')) ? [] : ['-b']),
      ...(value('n') === undefined ? ['-n', '1'] : []),
      ...parts.flatMap((part) => part.tokens),
    ],
  };
}

function givenTwice(token: string, option: string): Fault {
  return {
    token,
    problem: { zh: `重复给出了 ${option}`, en: `gives ${option} a second time` },
    advice: { zh: '请只写一次', en: 'give it once' },
  };
}

function tooLong(rounds: number, seconds: number): Fault {
  return {
    token: '',
    problem: {
      zh: `要运行 ${rounds} 轮、每轮 ${seconds} 秒，超过 ${MAX_SECONDS} 秒`,
      en: `would run ${rounds} rounds of ${seconds} s, more than ${MAX_SECONDS} s`,
    },
    advice: { zh: '请减小 -n 或 -d', en: 'lower -n or -d' },
  };
}
