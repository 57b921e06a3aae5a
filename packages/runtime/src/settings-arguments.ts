/** The command line: long options of a table, `--config`, `--help`, `--version`. Pure. */
import { didYouMean } from './nearest.ts';
import { keyFault, quote, SettingsError } from './settings-error.ts';
import { isBooleanWord } from './settings-kinds.ts';
import { optionsOf } from './settings-table.ts';
import type { Setting, SettingsTable } from './settings-table.ts';

export interface GivenOption {
  /** As it was typed. */
  readonly name: string;
  readonly text: string;
}

export interface Arguments {
  readonly help: boolean;
  readonly version: boolean;
  readonly config: string | undefined;
  /** By TOML key. */
  readonly options: ReadonlyMap<string, GivenOption>;
}

const HELP = new Set(['--help', '-h']);

/**
 * @param commands words the program takes in the first place, for who mistyped or misplaced one
 * @throws SettingsError
 */
export function parseArguments(
  argv: readonly string[],
  table: SettingsTable,
  commands: readonly string[] = [],
): Arguments {
  const asked = { help: argv.some((word) => HELP.has(word)), version: argv.includes('--version') };
  if (asked.help || asked.version) return { ...asked, config: undefined, options: new Map() };

  const known = new Map<string, readonly [key: string, setting: Setting]>();
  for (const [key, setting] of Object.entries(table)) {
    for (const option of optionsOf(key, setting)) known.set(option, [key, setting]);
  }
  const options = new Map<string, GivenOption>();
  let config: string | undefined;

  const words = [...argv];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!word.startsWith('-')) throw unexpected(word, commands);
    const at = word.indexOf('=');
    const name = at < 0 ? word : word.slice(0, at);
    const attached = at < 0 ? undefined : word.slice(at + 1);
    const value = (setting?: Setting): string => {
      if (attached !== undefined) return attached;
      const next = words[0];
      if (setting?.kind.flag) return next !== undefined && isBooleanWord(next) ? words.shift()! : 'true';
      if (next === undefined || next.startsWith('--'))
        throw new SettingsError(`option ${name} needs ${setting?.kind.accepts.en ?? 'the name of a file'}`);
      return words.shift()!;
    };

    if (name === '--config') {
      if (config !== undefined) throw new SettingsError('option --config is given twice');
      config = value();
      if (config === '') throw new SettingsError('option --config needs the name of a file');
      continue;
    }
    const found = known.get(name);
    if (!found) {
      const all = [...known.keys(), '--config', '--help', '--version'];
      throw new SettingsError(`unknown option ${quote(name)}${didYouMean(name, all) || '; see --help'}`);
    }
    const [key, setting] = found;
    if (setting.secret) throw secretOnCommandLine(key, name, setting);
    if (options.has(key)) {
      throw keyFault(key, { from: 'option', name }, `${options.get(key)!.name} was given already`);
    }
    options.set(key, { name, text: value(setting) });
  }
  return { ...asked, config, options };
}

function unexpected(word: string, commands: readonly string[]): SettingsError {
  const hint = commands.includes(word)
    ? '; it stands before all options'
    : didYouMean(word, commands) || '; see --help';
  return new SettingsError(`unexpected argument ${quote(word)}${hint}`);
}

function secretOnCommandLine(key: string, name: string, setting: Setting): SettingsError {
  const instead = [
    setting.fileVariable && `${setting.fileVariable}=FILE`,
    `${key} in a TOML file of mode 600`,
  ];
  return keyFault(
    key,
    { from: 'option', name },
    `a secret is never given on a command line, where every user of the host can read it; use ${instead.filter(Boolean).join(' or ')}`,
  );
}
