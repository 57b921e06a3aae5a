/** The text of `--help`, made of the table. Pure. */
import type { Language, Text } from './language.ts';
import { optionsOf } from './settings-table.ts';
import type { Program, Setting, SettingsTable } from './settings-table.ts';

const WORDS = {
  usage: { en: 'Usage', zh: '用法' },
  options: { en: 'Options', zh: '选项' },
  setting: { en: 'OPTION …', zh: '选项 …' },
  config: {
    en: 'configuration file (TOML); config.toml of the working directory when not given',
    zh: '配置文件（TOML）；不指定时读取工作目录下的 config.toml',
  },
  help: { en: 'this text', zh: '显示本说明' },
  version: { en: 'the version', zh: '显示版本' },
  settings: {
    en: 'Settings: key in [{section}] of the file, option, variable. An option beats a variable, a variable the file, the file the default.',
    zh: '配置项：文件 [{section}] 中的键、命令行选项、环境变量。优先级：命令行 > 环境变量 > 文件 > 默认值。',
  },
  accepted: { en: 'Accepted', zh: '可用值' },
  default: { en: 'Default', zh: '默认' },
  none: { en: 'none', zh: '无' },
  colon: { en: ': ', zh: '：' },
  stop: { en: '. ', zh: '。' },
  secret: { en: 'never an option', zh: '不可用作命令行选项' },
} as const satisfies Record<string, Text>;

/** What applies when nobody sets it, in words. */
export function defaultText(setting: Setting, language: Language): string {
  const value = setting.default === undefined ? undefined : setting.kind.toToml(setting.default);
  const means = setting.defaultMeans?.[language];
  if (value === undefined) return means ?? WORDS.none[language];
  return means === undefined ? value : `${value} (${means})`;
}

function settingText(key: string, setting: Setting, language: Language): string {
  const options = setting.secret
    ? `(${WORDS.secret[language]})`
    : optionsOf(key, setting)
        .map((option) => `${option} ${setting.kind.placeholder}`)
        .join(', ');
  const colon = WORDS.colon[language];
  const variables = [setting.variable, setting.fileVariable].filter((name) => name !== undefined).join(', ');
  return [
    `  ${key}   ${options}   ${variables}`,
    `      ${setting.meaning[language]}`,
    `      ${WORDS.accepted[language]}${colon}${setting.kind.accepts[language]}${WORDS.stop[language]}${WORDS.default[language]}${colon}${defaultText(setting, language)}`,
  ].join('\n');
}

export function helpText(table: SettingsTable, program: Program, language: Language): string {
  const commands = program.commands ?? [];
  return [
    `${program.name}: ${program.summary[language]}`,
    '',
    `${WORDS.usage[language]}${WORDS.colon[language]}${program.name} [--config FILE] [${WORDS.setting[language]}]`,
    ...commands.map(({ usage, meaning }) => `       ${program.name} ${usage}    ${meaning[language]}`),
    '',
    `${WORDS.options[language]}${WORDS.colon[language].trimEnd()}`,
    `  --config FILE   ${WORDS.config[language]}`,
    `  --help, -h      ${WORDS.help[language]}`,
    `  --version       ${WORDS.version[language]}`,
    '',
    WORDS.settings[language].replace('{section}', program.section),
    '',
    ...Object.entries(table).map(([key, setting]) => settingText(key, setting, language)),
    ...(program.tables ?? []).map(({ name, meaning }) => `  [[${name}]]\n      ${meaning[language]}`),
    '',
  ].join('\n');
}
