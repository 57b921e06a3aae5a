/**
 * `ps`. Its BSD option `e` prints environments, the client's own secret among them, and procps reads all words again as
 * BSD options when it cannot read them as UNIX ones: `-uxe` prints them where no user is called `xe`. So a value is a word
 * of its own, and `-e` runs as its twin `-A`, which BSD does not know.
 */
import type { Part } from '../grammar.ts';
import { commaList, matching, PID, USER, wholeNumber } from '../values.ts';
import type { Builtin, Settled } from './builtin.ts';

/** `ps L` of procps 4 without what needs a terminal and without `environ`. */
const COLUMNS =
  `%cpu %mem args blocked bsdstart bsdtime c caught cgname cgroup class cls cmd comm command cp cputime cputimes cuc
  cuu drs egid egroup etime etimes euid euser exe f fgid fgroup flag flags fname fuid fuser gid group ignored ipcns
  label lstart lwp lxc maj_flt min_flt mntns netns ni nice nlwp numa oom pcpu pending pgid pgrp pid pidns pmem policy
  ppid pri priority psr pss rbytes rchars rgid rgroup rops rss rssize rsz rtprio ruid ruser s sched seat sess session
  sgid sgroup sid size slice spid stackp start start_time stat state stime supgid supgrp suser svgid svuid sz tgid
  thcount tid time timens tname tpgid trs tt tty ucmd ucomm uid uname unit user userns uss utsns uunit vsize vsz wbytes
  wchan wchars wname wops`.split(/\s+/);

const known = new Set(COLUMNS);

const column = matching('COLUMN', /^[a-z%_]{1,16}$/, {
  zh: 'ps 的列名（environ 除外）',
  en: 'a column of ps, environ excepted',
});
const columns = commaList({ ...column, accepts: (text) => known.has(text) }, 32);
const sortKeys = commaList(
  {
    name: '±COLUMN',
    what: { zh: '可带 + 或 - 的列名', en: 'a column, with + or - before it or not' },
    accepts: (text) => known.has(/^[+-]/.test(text) ? text.slice(1) : text),
  },
  8,
);
const pids = commaList(PID, 32);
const users = commaList(USER, 16);
const programs = matching('NAME', /^[A-Za-z0-9_][A-Za-z0-9_.@:+-]{0,63}$/, {
  zh: '程序名',
  en: 'the name of a program',
});

export const ps: Builtin = {
  name: 'ps',
  grammar: {
    apart: true,
    dashless: { flags: 'acfhjlmnrsSTuvwxXHZ', withValue: { o: columns } },
    flags: 'AadefFHjlLMTwyZ',
    withValue: { o: columns, O: columns, p: pids, C: programs, u: users, U: users, G: users },
    words: ['-aux', '-auxw', '-auxww'],
    long: ['--forest', '--no-headers', '--headers'],
    longWithValue: {
      '--format': columns,
      '--pid': pids,
      '--ppid': pids,
      '--user': users,
      '--sort': sortKeys,
      '--cols': wholeNumber(1, 1000),
    },
    spaced: ['--format', '--pid', '--ppid', '--user', '--sort', '--cols'],
  },
  refused: {
    zh: 'BSD 的 e（任何写法）和 environ 列：会显示环境变量，其中有客户端自己的密钥；k、N、t、q、V',
    en: 'BSD `e` in any form and the column `environ`: they print environments, the secret of the client among them; `k N t q V`',
  },
  changed: { zh: '-e 以等价的 -A 执行', en: '`-e` runs as its twin `-A`' },
  settle: (parts) => ({ args: parts.flatMap(withoutE) }) satisfies Settled,
};

/** The words of a part, with `-e` as its twin `-A`. */
export function withoutE(part: Part): readonly string[] {
  if (part.kind !== 'cluster') return part.tokens;
  return [`-${part.text.replaceAll('e', 'A')}${part.letter ?? ''}`, ...part.tokens.slice(1)];
}
