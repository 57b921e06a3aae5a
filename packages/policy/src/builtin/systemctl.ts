/** `systemctl`: looks, changes nothing. Its first operand is the verb. */
import type { Fault, Part } from '../grammar.ts';
import { commaList, matching, wholeNumber } from '../values.ts';
import type { Builtin, Settled } from './builtin.ts';

export const VERBS = [
  'status',
  'is-active',
  'is-enabled',
  'is-failed',
  'list-units',
  'list-unit-files',
  'list-timers',
  'list-sockets',
] as const;

const MAX_UNITS = 10;
const words = commaList(
  matching('WORD', /^[a-z][a-z-]{0,31}$/, { zh: '小写单词', en: 'a lower-case word' }),
  16,
);
const unit = matching('UNIT', /^[A-Za-z0-9_][A-Za-z0-9:_.@-]{0,254}$/, {
  zh: '单元名，例如 nginx.service',
  en: 'the name of a unit such as nginx.service',
});

export const systemctl: Builtin = {
  name: 'systemctl',
  grammar: {
    flags: 'la',
    withValue: { n: wholeNumber(0, 200) },
    long: ['--no-pager', '--full', '--plain', '--all', '--no-legend', '--failed'],
    longWithValue: { '--type': words, '--state': words },
    operands: { max: MAX_UNITS + 1, value: unit },
  },
  refused: {
    zh: '-H -M --root --image，cat show show-environment edit link，以及一切会改变状态的动词',
    en: '`-H -M --root --image`, `cat show show-environment edit link`, every verb that changes something',
  },
  changed: { zh: '总是带上 --no-pager', en: '`--no-pager` is always added' },
  settle,
};

function settle(parts: readonly Part[]): Settled | { readonly fault: Fault } {
  const verb = parts.find((part) => part.kind === 'operand')?.text;
  if (verb === undefined || !VERBS.some((known) => known === verb)) return { fault: badVerb(verb) };
  const paged = parts.some((part) => part.text === '--no-pager');
  return { args: [...(paged ? [] : ['--no-pager']), ...parts.flatMap((part) => part.tokens)] };
}

function badVerb(verb: string | undefined): Fault {
  const advice = { zh: `可用：${VERBS.join('、')}`, en: `it may be ${VERBS.join(', ')}` };
  return verb === undefined
    ? { token: 'systemctl', problem: { zh: '缺少动词', en: 'lacks a verb' }, advice }
    : {
        token: verb,
        problem: { zh: '不是允许的 systemctl 动词', en: 'is no allowed verb of systemctl' },
        advice,
      };
}
