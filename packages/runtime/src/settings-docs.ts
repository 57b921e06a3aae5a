/** What people read about settings besides `--help`: the example file and the tables of the documentation. Pure. */
import type { Language, Text } from './language.ts';
import { defaultText } from './settings-help.ts';
import type { Program, Setting, SettingsTable, TableDescription } from './settings-table.ts';

function exampleEntry(key: string, setting: Setting): string {
  const { en, zh } = setting.meaning;
  const unset = setting.default === undefined || setting.explicitMatters === true;
  const means = unset ? setting.defaultMeans : undefined;
  const value = setting.kind.toToml(setting.default ?? setting.example);
  return [
    `# ${en}${means === undefined ? '' : ` Unset: ${means.en}.`}`,
    `# ${zh}${means === undefined ? '' : `不设置时：${means.zh}。`}`,
    `${unset ? '# ' : ''}${key} = ${value}`,
  ].join('\n');
}

function exampleTable({ meaning, example }: TableDescription): string[] {
  const lines = example.split('\n').map((line) => `# ${line}`.trimEnd());
  return ['', `# ${meaning.en}`, `# ${meaning.zh}`, ...lines];
}

/** The example file of a program: every key with its default, commented out where there is none. Valid as it is. */
export function exampleToml(table: SettingsTable, program: Program): string {
  return [
    `# Configuration of ${program.name}: every setting with its default. ${program.name} --help lists what each accepts.`,
    `# ${program.name} 的配置：全部配置项及其默认值。可用值见 ${program.name} --help。`,
    '# An option beats a variable, a variable this file, this file the default.',
    '# 优先级：命令行 > 环境变量 > 本文件 > 默认值。',
    '',
    `[${program.section}]`,
    ...Object.entries(table).flatMap(([key, setting]) => ['', exampleEntry(key, setting)]),
    ...(program.tables ?? []).flatMap(exampleTable),
    '',
  ].join('\n');
}

const HEAD: Readonly<Record<Language, readonly string[]>> = {
  en: ['key', 'variable', 'default', 'accepted', 'meaning'],
  zh: ['键', '环境变量', '默认值', '可用值', '含义'],
};
const FILE: Text = { en: 'or', zh: '或' };

/** A `|` would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function defaultCell(setting: Setting, language: Language): string {
  if (setting.default === undefined) return defaultText(setting, language);
  const means = setting.defaultMeans?.[language];
  return `\`${setting.kind.toToml(setting.default)}\`${means === undefined ? '' : ` (${means})`}`;
}

/** A Markdown table of all settings. */
export function settingsMarkdown(table: SettingsTable, language: Language): string {
  const rows = Object.entries(table).map(([key, setting]) => {
    const aliases = (setting.aliases ?? []).map((alias) => ` (\`${alias}\`)`).join('');
    const file = setting.fileVariable === undefined ? '' : ` ${FILE[language]} \`${setting.fileVariable}\``;
    return [
      `\`${key}\`${aliases}`,
      `\`${setting.variable}\`${file}`,
      defaultCell(setting, language),
      setting.kind.accepts[language],
      setting.meaning[language],
    ].map(cell);
  });
  return [HEAD[language], HEAD[language].map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
