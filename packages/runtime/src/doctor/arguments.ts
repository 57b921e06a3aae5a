/** The command line of `doctor`: its own options; all others are those of the program's settings. Pure. */
import { LANGUAGES, languageOf } from '../language.ts';
import type { Language } from '../language.ts';
import { quote, SettingsError } from '../settings-error.ts';

export interface DoctorArguments {
  readonly help: boolean;
  readonly json: boolean;
  readonly language: Language;
  /** Where browsers reach the console. */
  readonly url: URL | undefined;
  /** For the settings. */
  readonly rest: readonly string[];
}

/** @throws SettingsError */
export function readDoctorArguments(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): DoctorArguments {
  const rest: string[] = [];
  let help = false;
  let json = false;
  let language = languageOf(env);
  let url: URL | undefined;
  const words = [...argv];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const at = word.indexOf('=');
    const name = at < 0 ? word : word.slice(0, at);
    const value = (): string => {
      const given = at < 0 ? words.shift() : word.slice(at + 1);
      if (given === undefined || given === '') throw new SettingsError(`option ${name} needs a value`);
      return given;
    };
    if (word === '--help' || word === '-h') help = true;
    else if (word === '--json') json = true;
    else if (name === '--lang') language = languageNamed(value());
    else if (name === '--url') url = consoleUrl(value());
    else rest.push(word);
  }
  return { help, json, language, url, rest };
}

function languageNamed(text: string): Language {
  const found = LANGUAGES.find((language) => language === text);
  if (found) return found;
  throw new SettingsError(
    `option --lang: ${quote(text)} is no language; accepted: ${LANGUAGES.join(' or ')}`,
  );
}

function consoleUrl(text: string): URL {
  const url = URL.parse(text);
  const accepted = 'accepted: http:// or https:// and a host, such as https://ops.example.com';
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new SettingsError(`option --url: ${quote(text)} is no address of a console; ${accepted}`);
  }
  // Not quoted: it may hold a password.
  if (url.username !== '' || url.password !== '' || url.pathname !== '/' || url.search !== '') {
    throw new SettingsError(`option --url takes no user, path or query; ${accepted}`);
  }
  return url;
}
