/** `netstat`; where it is not installed the host runs `ss`, which by itself is not allowed: `-D` writes files, `-K` kills sockets. */
import type { Part } from '../grammar.ts';
import type { Builtin, Settled } from './builtin.ts';

const LETTER_OF: Readonly<Record<string, string>> = {
  '--tcp': 't',
  '--udp': 'u',
  '--raw': 'w',
  '--unix': 'x',
  '--listening': 'l',
  '--all': 'a',
  '--numeric': 'n',
  '--programs': 'p',
  '--extend': 'e',
  '--wide': 'W',
  '--route': 'r',
  '--statistics': 's',
  '--interfaces': 'i',
  '--timers': 'o',
  '--groups': 'g',
  '--verbose': 'v',
};

/** Letters that mean the same to `ss`. */
const SAME = 'tuxlanpeo46';
/** What `ss` knows nothing of: routes, interfaces, groups, statistics, raw sockets. */
const ELSE = 'rigsw';

export const netstat: Builtin = {
  name: 'netstat',
  grammar: { flags: 'tuwxlanpeWrsiogv46', long: Object.keys(LETTER_OF) },
  refused: {
    zh: '-c -M，以及 ss 本身（-D 写文件，-K 断开连接）',
    en: '`-c -M`, and `ss` itself (`-D` writes files, `-K` kills sockets)',
  },
  changed: {
    zh: `未安装时以同样的字母（${SAME}）执行 ss；路由、接口和统计没有对应`,
    en: `where it is not installed \`ss\` runs with the same letters out of \`${SAME}\`; there is nothing like it for routes, interfaces and statistics`,
  },
  settle: (parts) =>
    ({ args: parts.flatMap((part) => part.tokens), otherwise: socketStatistics(parts) }) satisfies Settled,
};

function socketStatistics(parts: readonly Part[]): readonly string[] | undefined {
  const letters = new Set(
    parts.flatMap((part) => (part.kind === 'long' ? LETTER_OF[part.text]! : part.text.split(''))),
  );
  if (ELSE.split('').some((letter) => letters.has(letter))) return undefined;
  const same = SAME.split('')
    .filter((letter) => letters.has(letter))
    .join('');
  return same === '' ? ['ss'] : ['ss', `-${same}`];
}
