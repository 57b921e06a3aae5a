/** `date`: shows the time and cannot set it. Bare digits would, so an operand begins with `+`. */
import { matching, oneOf } from '../values.ts';
import type { Builtin } from './builtin.ts';

const PRECISIONS = ['date', 'hours', 'minutes', 'seconds', 'ns'];

/** Wide fields are refused: `%5000000s` writes five megabytes. Each `%` begins one alternative only, so it is linear. */
const format = matching('+FORMAT', /^\+(?:[A-Za-z0-9_.,:/@=+-]|%[-_0]?\d{0,2}[A-Za-z%]){1,127}$/, {
  zh: '+ 开头、至多 128 个字符的格式，例如 +%F_%T',
  en: 'a format that begins with +, of at most 128 characters, such as +%F_%T',
});

export const date: Builtin = {
  name: 'date',
  grammar: {
    flags: 'uR',
    words: ['-I', ...PRECISIONS.map((precision) => `-I${precision}`)],
    long: ['--utc', '--iso-8601'],
    longWithValue: {
      '--iso-8601': oneOf(...PRECISIONS),
      '--rfc-3339': oneOf('date', 'seconds', 'ns'),
    },
    operands: { max: 1, value: { ...format, accepts: (text) => text.length <= 128 && format.accepts(text) } },
  },
  refused: {
    zh: '-s、--set 和纯数字（设置时钟），-f（显示文件内容），-r -d，过宽的字段（%5000000s）',
    en: '`-s --set` and bare digits (they set the clock), `-f` (prints files), `-r -d`, wide fields (`%5000000s`)',
  },
};
