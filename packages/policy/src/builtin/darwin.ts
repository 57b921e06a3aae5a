/**
 * The same commands on macOS with the options that exist there; `free`, `systemctl` and `htop` do not. What was written
 * for Linux is what people type for a fleet, so `top -n 1` means one round here as well and runs as `top -l 1`.
 */
import type { Part } from '../grammar.ts';
import { commaList, oneOf, PID, plainPath, USER, wholeNumber } from '../values.ts';
import type { Builtin, Settled } from './builtin.ts';
import { date } from './date.ts';
import { pwd, whoami } from './plain.ts';
import { withoutE } from './ps.ts';

const columns = commaList(
  oneOf(
    ...'%cpu %mem args comm command cpu etime flags gid group lstart majflt minflt nice pagein pgid pid ppid pri rgid rss ruid ruser sess start stat state sz time tpgid tt tty ucomm uid user utime vsz wchan'.split(
      ' ',
    ),
  ),
  32,
);

/** `-E` prints environments there, and `-e` does in its legacy mode: it runs as `-A`. */
const ps: Builtin = {
  name: 'ps',
  grammar: {
    apart: true,
    dashless: { flags: 'acfhjlmrSTuvwx', withValue: {} },
    flags: 'AacefhjlMmrSTvwx',
    withValue: { o: columns, O: columns, p: commaList(PID, 32), u: USER, U: USER, G: USER },
  },
  settle: (parts) => ({ args: parts.flatMap(withoutE) }),
};

const ls: Builtin = {
  name: 'ls',
  grammar: {
    flags: '1aAbBcCdfFgGhHiklLmnopqrsStuUvx',
    operands: { max: 8, value: plainPath(['dev']) },
  },
};

const uptime: Builtin = { name: 'uptime', grammar: {} };

const df: Builtin = {
  name: 'df',
  grammar: { flags: 'ahHiklP', operands: { max: 8, value: plainPath() } },
};

const netstat: Builtin = { name: 'netstat', grammar: { flags: 'aglnrsvW' } };

const top: Builtin = {
  name: 'top',
  grammar: {
    flags: 'b',
    withValue: {
      n: wholeNumber(1, 5),
      l: wholeNumber(1, 5),
      o: oneOf('cpu', 'mem', 'pid', 'time', 'command'),
    },
  },
  settle: (parts) => ({ args: rounds(parts) }) satisfies Settled,
};

function rounds(parts: readonly Part[]): readonly string[] {
  const count = parts.findLast((part) => part.letter === 'n' || part.letter === 'l')?.value ?? '1';
  const order = parts.findLast((part) => part.letter === 'o')?.value;
  return ['-l', count, ...(order === undefined ? [] : ['-o', order])];
}

export const DARWIN: readonly Builtin[] = [ps, ls, pwd, whoami, date, uptime, df, top, netstat];
