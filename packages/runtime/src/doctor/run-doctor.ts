/**
 * `doctor` of any program: arguments → facts → findings → text or JSON → exit status. It works while the program runs
 * and while it does not, and changes nothing.
 */
import type { Text } from '../language.ts';
import { createRedact } from '../log-line.ts';
import { SettingsError } from '../settings-error.ts';
import { readDoctorArguments } from './arguments.ts';
import type { DoctorArguments } from './arguments.ts';
import type { Found } from './finding.ts';
import { jsonReport, textReport } from './report.ts';

/** Exit status: warnings do not count, since a script could do nothing about them. */
export const DOCTOR_EXIT = { well: 0, faults: 1, usage: 2 } as const;

export interface Examination {
  readonly found: readonly Found[];
  /** What must never be printed. */
  readonly secrets: readonly string[];
}

export interface DoctorNeeds {
  readonly program: string;
  readonly version: string;
  /** What `--url` does for this program. */
  readonly urlMeaning: Text;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** @throws SettingsError for a wrong option */
  readonly examine: (asked: DoctorArguments) => Promise<Examination>;
}

export async function runDoctor(needs: DoctorNeeds): Promise<0 | 1 | 2> {
  const { program, version, out, err, examine } = needs;
  try {
    const asked = readDoctorArguments(needs.argv, needs.env);
    const { language } = asked;
    if (asked.help) {
      out(help(needs)[language]);
      return DOCTOR_EXIT.well;
    }
    const { found, secrets } = await examine(asked);
    const report = asked.json ? jsonReport : textReport;
    out(report(found, { program, version, language, redact: createRedact(secrets) }));
    return found.some(({ level }) => level === 'fault') ? DOCTOR_EXIT.faults : DOCTOR_EXIT.well;
  } catch (cause) {
    if (!(cause instanceof SettingsError)) throw cause;
    err(`${program}: ${cause.message}\n`);
    return DOCTOR_EXIT.usage;
  }
}

function help({ program, urlMeaning }: DoctorNeeds): Text {
  return {
    en: `${program} doctor: looks for what is wrong and says which command mends it; changes nothing

Usage: ${program} doctor [--url URL] [--json] [--lang zh|en] [OPTION …]

  --url URL    ${urlMeaning.en}
  --json       for machines
  --lang zh|en language of the text; as LC_ALL, LC_MESSAGES or LANG say when not given

Everything else is as for ${program} itself (see ${program} --help): run it as the same user, in the same directory,
with the same options and variables. Exit status: 0 no fault (warnings may be), 1 a fault, 2 wrong usage.
`,
    zh: `${program} doctor：查找问题并给出修复命令；不做任何更改

用法：${program} doctor [--url URL] [--json] [--lang zh|en] [选项 …]

  --url URL    ${urlMeaning.zh}
  --json       输出 JSON，供程序读取
  --lang zh|en 输出语言；不指定时按 LC_ALL、LC_MESSAGES、LANG

其余选项与 ${program} 相同（见 ${program} --help）：请用同一用户、在同一目录、带相同的选项和环境变量运行。
退出状态：0 没有故障（可能有警告），1 有故障，2 用法错误。
`,
  };
}
