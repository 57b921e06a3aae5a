/** The sentences of every refusal, in one place: each names the token and the rule and says what to do instead. */
import { MAX_LENGTH, MAX_TOKEN_LENGTH, MAX_TOKENS } from './limits.ts';
import type { Sentence } from './sentence.ts';
import type { Refusal, RefusalRule } from './verdict.ts';

/** Names shown of an allow list. */
const MAX_NAMES = 24;

function refusal(reason: RefusalRule, token: string, { zh, en }: Sentence): Refusal {
  return { ok: false, reason, detail: { token: token.slice(0, MAX_TOKEN_LENGTH), zh, en } };
}

/** A token inside a sentence: short. */
const quoted = (token: string): string => `"${token.length > 64 ? `${token.slice(0, 64)}…` : token}"`;

export const empty = (): Refusal =>
  refusal('EMPTY', '', {
    zh: '命令为空（规则 EMPTY）：请输入命令，例如 uptime。',
    en: 'The command is empty (rule EMPTY): type one, for example uptime.',
  });

export const tooLong = (length: number): Refusal =>
  refusal('TOO_LONG', '', {
    zh: `命令有 ${length} 个字符，最多 ${MAX_LENGTH} 个（规则 TOO_LONG）：请缩短，或写成脚本放到主机上执行。`,
    en: `The command has ${length} characters, at most ${MAX_LENGTH} are allowed (rule TOO_LONG): shorten it, or put a script on the host.`,
  });

export const tokenTooLong = (token: string): Refusal =>
  refusal('TOO_LONG', token, {
    zh: `${quoted(token)} 有 ${token.length} 个字符，每段最多 ${MAX_TOKEN_LENGTH} 个（规则 TOO_LONG）：请缩短它。`,
    en: `${quoted(token)} has ${token.length} characters, at most ${MAX_TOKEN_LENGTH} are allowed between two spaces (rule TOO_LONG): shorten it.`,
  });

export const tooManyArguments = (count: number): Refusal =>
  refusal('TOO_MANY_ARGUMENTS', '', {
    zh: `执行形式共有 ${count} 段，最多 ${MAX_TOKENS} 段（规则 TOO_MANY_ARGUMENTS）：请拆成几条命令。`,
    en: `As it would run it has ${count} parts, at most ${MAX_TOKENS} are allowed (rule TOO_MANY_ARGUMENTS): split it into several commands.`,
  });

/** What stands in for a character: itself when it can be seen, else its number. */
function visible(character: string): string {
  const code = character.codePointAt(0)!;
  return /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character)
    ? character
    : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

const NO_SHELL: Sentence = {
  zh: '命令不经过 shell，没有管道、重定向、变量和通配符，请直接写出一条命令及其参数',
  en: 'there is no shell, so no pipes, redirections, variables or wildcards: write one command with its arguments',
};

/** What to do instead of a character that is refused. */
function insteadOf(character: string): Sentence {
  if (`"'`.includes(character)) {
    return {
      zh: '引号没有作用，参数中不能有空格：去掉引号，例如用 date +%F_%T 代替带引号的格式',
      en: 'quotes do nothing here and an argument holds no space: leave them out, for example date +%F_%T',
    };
  }
  if ('|;&<>$`\\(){}[]*?!~#^'.includes(character)) return NO_SHELL;
  if (character === '\n' || character === '\r') {
    return { zh: '一次只能执行一行命令，请去掉换行', en: 'one line is one command: remove the line break' };
  }
  if (character === '\t' || character === '\u00a0' || character === '\u3000') {
    return { zh: '请改用普通空格', en: 'use a plain space' };
  }
  return {
    zh: '只接受英文字母、数字、空格和 _ . / : = @ , + % -，请删除该字符（全角字符请改用半角）',
    en: 'accepted are ASCII letters, digits, spaces and _ . / : = @ , + % -, so remove it',
  };
}

export function badCharacter(character: string, position: number): Refusal {
  const shown = visible(character);
  const instead = insteadOf(character);
  return refusal('BAD_CHARACTER', shown, {
    zh: `第 ${position} 个字符 ${shown} 不被接受（规则 BAD_CHARACTER）：${instead.zh}。`,
    en: `Character ${position}, ${shown}, is not accepted (rule BAD_CHARACTER): ${instead.en}.`,
  });
}

export const dangerous = (token: string, pattern: string): Refusal =>
  refusal('DANGEROUS', token, {
    zh: `${quoted(token)} 在危险命令列表中（${pattern}，规则 DANGEROUS），任何情况下都不执行：如确需操作，请登录主机进行。`,
    en: `${quoted(token)} is on the list of dangerous commands (${pattern}, rule DANGEROUS) and is never run from here: if it must be, do it on the host itself.`,
  });

function nameList(names: readonly string[]): Sentence {
  if (names.length === 0) return { zh: '目前没有允许的命令', en: 'no command is allowed' };
  const shown = names.slice(0, MAX_NAMES);
  const more = names.length > shown.length;
  return {
    zh: `可用命令：${shown.join('、')}${more ? ' 等' : ''}`,
    en: `choose one of ${shown.join(', ')}${more ? ', …' : ''}`,
  };
}

export function notAllowed(token: string, names: readonly string[], advice?: Sentence): Refusal {
  const list = advice ?? nameList(names);
  return refusal('NOT_ALLOWED', token, {
    zh: `${quoted(token)} 不在允许的命令中（规则 NOT_ALLOWED）：${list.zh}。`.slice(0, 512),
    en: `${quoted(token)} is not an allowed command (rule NOT_ALLOWED): ${list.en}.`.slice(0, 512),
  });
}

/** @param problem a clause after the token: "is no option of ps" */
export function badArgument(token: string, problem: Sentence, advice: Sentence): Refusal {
  return refusal('BAD_ARGUMENT', token, {
    zh: `${token === '' ? '参数' : quoted(token)} ${problem.zh}（规则 BAD_ARGUMENT）：${advice.zh}。`.slice(
      0,
      512,
    ),
    en: `${token === '' ? 'It' : quoted(token)} ${problem.en} (rule BAD_ARGUMENT): ${advice.en}.`.slice(
      0,
      512,
    ),
  });
}

export function badScriptPath(token: string, problem: Sentence, advice: Sentence): Refusal {
  return refusal('BAD_SCRIPT_PATH', token, {
    zh: `${quoted(token)} ${problem.zh}（规则 BAD_SCRIPT_PATH）：${advice.zh}。`.slice(0, 512),
    en: `${quoted(token)} ${problem.en} (rule BAD_SCRIPT_PATH): ${advice.en}.`.slice(0, 512),
  });
}

export const readonlyHost = (token: string): Refusal =>
  notAllowed(token, [], {
    zh: '该主机为只读（readonly），不执行任何命令；请在其配置中取消 readonly',
    en: 'this host is readonly and runs nothing; set readonly to false in its configuration',
  });
