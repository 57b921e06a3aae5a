/** What is to be said of a configuration: the settings' own one-line faults and warnings, and the file itself. Pure. */
import { shellWord } from '../private-file.ts';
import type { SettingsError } from '../settings-error.ts';
import { fault, ok, warning } from './finding.ts';
import type { Finding } from './finding.ts';
import { octal } from './path-facts.ts';
import type { PathFacts } from './path-facts.ts';

const OTHERS_WRITE = 0o022;

/** Commands that the lines of the settings name themselves, or that follow from them; the first that matches counts. */
const MENDS: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [/\brun (ch(?:mod|own) .+)$/, ([, command]) => command!],
  [/(openssl rand -hex 32)/, ([, command]) => command!],
  [/^"?(OPS_[A-Z_]+)"? is a variable of no OPS program/, ([, name]) => `unset ${name}`],
  [
    /in the variable (OPS_[A-Z_]+), .*prefer (OPS_[A-Z_]+)=FILE/,
    ([, name, file]) =>
      `(umask 077; printenv ${name} > ~/.${name!.toLowerCase()}); unset ${name}; export ${file}=~/.${name!.toLowerCase()}`,
  ],
];

function mendOf(line: string): string | undefined {
  for (const [pattern, command] of MENDS) {
    const match = pattern.exec(line);
    if (match) return command(match);
  }
  return undefined;
}

/** Where to look when no command follows from the words: the line of the file, or the variable. */
function placeOf({ message, origin }: SettingsError): string | undefined {
  if (origin?.from === 'variable') return `unset ${origin.name}`;
  const [, path, line] = /^(?:\S+ from )?(.+?):(\d+): /.exec(message) ?? [];
  return path === undefined ? undefined : `\${EDITOR:-vi} +${line} ${shellWord(path)}`;
}

export function judgeSettingsError(error: SettingsError): Finding {
  const { message } = error;
  return fault(message, `配置有误：${message}`, mendOf(message) ?? placeOf(error));
}

export interface ReadSettings {
  readonly warnings: readonly string[];
  /** The configuration file, when one is read. */
  readonly file: PathFacts | undefined;
}

export function judgeSettings({ warnings, file }: ReadSettings): Finding[] {
  const lines = warnings.map((line) => warning(line, `配置提醒：${line}`, mendOf(line)));
  if (file?.uid !== undefined && file.mode & OTHERS_WRITE) {
    return [
      fault(
        `${file.path} can be changed by others (mode ${octal(file.mode)}): it says what may be run`,
        `其他用户可以改写 ${file.path}（权限 ${octal(file.mode)}），而它决定能执行什么`,
        `chmod go-w ${shellWord(file.path)}`,
      ),
      ...lines,
    ];
  }
  const read = file
    ? ok(`${file.path} is read`, `已读取 ${file.path}`)
    : ok(
        'no configuration file: variables, options and defaults',
        '没有配置文件：使用环境变量、选项和默认值',
      );
  return lines.length > 0 ? lines : [read];
}
