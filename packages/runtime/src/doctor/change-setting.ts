/** The command that gives a setting another value, where it is set now. Pure. */
import { shellWord } from '../private-file.ts';
import type { Origin } from '../settings-error.ts';
import { longOption } from '../settings-table.ts';

export interface SettingPlace {
  readonly key: string;
  readonly variable: string;
  readonly origin: Origin;
  /** Of the program: where its settings stand in a file. */
  readonly section: string;
  /** The configuration file that is read, if there is one. */
  readonly file: string | undefined;
  readonly launcher: string;
}

/** For `sed`: a value may hold what ends its replacement. */
const inSed = (text: string): string => text.replaceAll(/[\\/&]/g, (found) => `\\${found}`);

/**
 * @param toml the value as TOML writes it, on one line
 * @param text the value as a variable or an option holds it
 */
export function changeSetting(place: SettingPlace, toml: string, text: string): string {
  const { key, variable, origin, section, file, launcher } = place;
  switch (origin.from) {
    case 'file':
      return `sed -i ${shellWord(`${origin.line}s/.*/${key} = ${inSed(toml)}/`)} ${shellWord(origin.path)}`;
    case 'option':
      return `${launcher} ${longOption(key)}=${shellWord(text)}`;
    case 'variable':
      return `export ${variable}=${shellWord(text)}`;
    case 'default':
      break;
  }
  return file === undefined
    ? `export ${variable}=${shellWord(text)}`
    : `sed -i ${shellWord(`/^\\[${section}\\]/a ${key} = ${toml}`)} ${shellWord(file)}`;
}
