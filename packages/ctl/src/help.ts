/** The text of `--help`, made of the commands. Pure. */
import type { Language } from '@ops/runtime/language.ts';

import { SHARED_OPTIONS } from './command.ts';
import type { Command, Option } from './command.ts';

export function optionSyntax({ name, short, value }: Option): string {
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
}

export function usageOf(command: Command): string {
  const options = command.options.length > 0 ? ' [OPTION…]' : '';
  return `opsctl ${command.name}${options}${command.operands === undefined ? '' : ` ${command.operands}`}`;
}

const lines = (options: readonly Option[], language: Language): string[] =>
  options.map((option) => `  ${optionSyntax(option).padEnd(28)}  ${option.meaning[language]}`);

export function commandHelp(command: Command, language: Language): string {
  const words = { zh: ['用法：', '选项：'], en: ['Usage: ', 'Options:'] }[language];
  return [
    `${words[0]}${usageOf(command)}`,
    '',
    command.summary[language],
    '',
    words[1],
    ...lines([...command.options, ...SHARED_OPTIONS], language),
    '',
  ].join('\n');
}

export function programHelp(commands: readonly Command[], language: Language): string {
  const words = {
    zh: ['用法：opsctl COMMAND [OPTION…]', '命令：', '共同选项：', '详见 opsctl COMMAND --help'],
    en: [
      'Usage: opsctl COMMAND [OPTION…]',
      'Commands:',
      'Options of every command:',
      'More: opsctl COMMAND --help',
    ],
  }[language];
  return [
    words[0],
    '',
    words[1],
    ...commands.map((command) => `  ${command.name.padEnd(12)}${command.summary[language]}`),
    '',
    words[2],
    ...lines(SHARED_OPTIONS, language),
    '',
    words[3],
    '',
  ].join('\n');
}
