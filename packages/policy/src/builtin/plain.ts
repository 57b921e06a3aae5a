/** Commands that take next to nothing: `pwd`, `whoami`, `uptime`, `free`, and `htop`, which is only answered. */
import type { Builtin } from './builtin.ts';

export const pwd: Builtin = {
  name: 'pwd',
  grammar: { words: ['-L', '-P'] },
  refused: { zh: '其他参数', en: 'operands' },
};

export const whoami: Builtin = {
  name: 'whoami',
  grammar: { long: ['--help', '--version'] },
  refused: { zh: '其他参数', en: 'operands' },
};

export const uptime: Builtin = {
  name: 'uptime',
  grammar: { words: ['-p', '-s', '-V', '-h'], long: ['--pretty', '--since', '--version', '--help'] },
};

export const free: Builtin = {
  name: 'free',
  grammar: {
    flags: 'bkmghltvw',
    long: ['--bytes', '--kibi', '--mebi', '--gibi', '--human', '--lohi', '--total', '--committed', '--wide'],
  },
  refused: { zh: '-s -c（不会结束）', en: '`-s -c` (endless)' },
};

export const htop: Builtin = {
  name: 'htop',
  grammar: { words: ['--version', '--help'] },
  changed: {
    zh: '不启动：以退出码 1 和建议 top -b -n 1 作答',
    en: 'not started: answered with exit 1 and the advice `top -b -n 1`',
  },
  answer: {
    exitCode: 1,
    stdout: '',
    stderr:
      'htop needs a terminal and is not started here; use: top -b -n 1\nhtop 需要终端，无法在此启动；请使用：top -b -n 1\n',
  },
};
