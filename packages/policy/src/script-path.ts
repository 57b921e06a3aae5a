/** The textual part of what makes a script allowed; the host looks at the file itself by descriptors before it runs. */
import { badArgument, badScriptPath } from './refusal.ts';
import type { Sentence } from './sentence.ts';
import type { Refusal, Verdict } from './verdict.ts';

/** None hidden, no `..`. */
const COMPONENT = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/;
export const MAX_SCRIPT_ARGUMENTS = 16;
export const MAX_SCRIPT_ARGUMENT_LENGTH = 128;

export interface ScriptRules {
  readonly scriptDirs: readonly string[];
  readonly scriptExtensions: readonly string[];
}

/** By components: /opt/ops-scripts-evil is not beneath /opt/ops-scripts. */
export function isBeneath(path: string, directory: string): boolean {
  const above = directory.endsWith('/') ? directory : `${directory}/`;
  return path.startsWith(above) && path.length > above.length;
}

export function judgeScript(rules: ScriptRules, argv: readonly [string, ...string[]]): Verdict {
  const [path, ...args] = argv;
  return (
    refusePath(rules, path) ??
    refuseArguments(args) ?? { ok: true, kind: 'script', argv, normalised: argv.join(' ') }
  );
}

function refusePath({ scriptDirs, scriptExtensions }: ScriptRules, path: string): Refusal | undefined {
  const refuse = (problem: Sentence, advice: Sentence): Refusal => badScriptPath(path, problem, advice);
  if (!path.startsWith('/')) {
    return refuse(
      { zh: '不是绝对路径', en: 'is no absolute path' },
      {
        zh: '命令只写名称，脚本写完整路径',
        en: 'write the bare name of a command, or the whole path of a script',
      },
    );
  }
  if (
    !path
      .slice(1)
      .split('/')
      .every((part) => COMPONENT.test(part))
  ) {
    return refuse(
      { zh: '含有空的、隐藏的、.. 或过长的一级', en: 'has a part that is empty, hidden, too long or ..' },
      {
        zh: '每一级只用字母、数字和 _.-，且以字母、数字或 _ 开头',
        en: 'each part is letters, digits and _.- and begins with a letter, digit or _',
      },
    );
  }
  if (scriptDirs.length === 0) {
    return refuse(
      {
        zh: '是路径，而这里没有允许的脚本目录',
        en: 'is a path, and no directory of scripts is allowed here',
      },
      {
        zh: '命令只写名称；脚本目录由配置项 allowed_script_dirs 给出',
        en: 'write the bare name of a command; directories of scripts are named by the setting allowed_script_dirs',
      },
    );
  }
  if (!scriptDirs.some((directory) => isBeneath(path, directory))) {
    return refuse(
      { zh: '不在允许的脚本目录之下', en: 'is not beneath an allowed directory' },
      {
        zh: `脚本放在 ${scriptDirs.join('、')} 之下，命令只写名称`,
        en: `scripts are beneath ${scriptDirs.join(', ')}, and a command is written as its bare name`,
      },
    );
  }
  const name = path.slice(path.lastIndexOf('/') + 1);
  const extension = name.includes('.') ? name.slice(name.lastIndexOf('.') + 1) : '';
  if (!scriptExtensions.includes(extension)) {
    return refuse(
      { zh: '的扩展名不被允许', en: 'has no allowed extension' },
      {
        zh: `可用：${scriptExtensions.join('、')}（小写）`,
        en: `it may be ${scriptExtensions.join(', ')}, in lower case`,
      },
    );
  }
  return undefined;
}

function refuseArguments(args: readonly string[]): Refusal | undefined {
  const extra = args[MAX_SCRIPT_ARGUMENTS];
  if (extra !== undefined) {
    return badArgument(
      extra,
      {
        zh: `超出了脚本的 ${MAX_SCRIPT_ARGUMENTS} 个参数`,
        en: `is more than the ${MAX_SCRIPT_ARGUMENTS} arguments of a script`,
      },
      { zh: '请减少参数', en: 'pass fewer' },
    );
  }
  const long = args.find((arg) => arg.length > MAX_SCRIPT_ARGUMENT_LENGTH);
  if (long === undefined) return undefined;
  return badArgument(
    long,
    {
      zh: `长于 ${MAX_SCRIPT_ARGUMENT_LENGTH} 个字符`,
      en: `is longer than ${MAX_SCRIPT_ARGUMENT_LENGTH} characters`,
    },
    { zh: '请缩短该参数', en: 'shorten it' },
  );
}
