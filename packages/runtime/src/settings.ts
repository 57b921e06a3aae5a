/**
 * Settings of a program from four places: options before variables before the TOML file before defaults. What is
 * written in any of them is checked, also where a stronger place overrides it: a typing mistake is never ignored.
 * Everything about a setting is in its table (settings-table.ts); nothing here knows any program.
 */
import { resolve } from 'node:path';

import { describeOrigin, keyFault, quote } from './settings-error.ts';
import type { Origin } from './settings-error.ts';
import { parseArguments } from './settings-arguments.ts';
import { readSettingsFile } from './settings-file.ts';
import type { FileSettings, TableEntry } from './settings-file.ts';
import { helpText } from './settings-help.ts';
import { Refused } from './settings-kinds.ts';
import { languageOf } from './language.ts';
import { didYouMean } from './nearest.ts';
import { readSecretFile, shellWord, UnsafeFile } from './private-file.ts';
import { camelCase, longOption, variablesOf } from './settings-table.ts';
import type { Program, Setting, SettingsTable, SettingsValues } from './settings-table.ts';

export interface Surroundings {
  /** Arguments after the name of the program. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

export type Origins<Values> = { readonly [Key in keyof Values]: Origin };

export interface LoadedSettings<Values> {
  readonly kind: 'settings';
  readonly values: Values;
  /** Where each value came from, by the same keys. */
  readonly origins: Origins<Values>;
  /** The configuration file that was read, absolute; undefined when there is none. */
  readonly file: string | undefined;
  /** Lines for the log: unknown variables, secrets in exposed places. */
  readonly warnings: readonly string[];
  /** The entries of an array of tables the program names in `tables`; none without a file. */
  entries(name: string): readonly TableEntry[];
  /** What to write where to change a setting, for errors that show up later, such as a port in use. */
  howToChange(key: keyof Values & string): string;
}

/** Instead of running, print the text, or the version. */
export type Asked = { readonly kind: 'help'; readonly text: string } | { readonly kind: 'version' };

export type Loaded<Values> = LoadedSettings<Values> | Asked;

interface Candidate {
  readonly origin: Origin;
  readonly read: () => unknown;
  /** The value as written, for errors about settings that are no secrets. */
  readonly written: unknown;
}

/** @throws SettingsError of the first fault */
export async function loadSettings<const Table extends SettingsTable>(
  table: Table,
  program: Program,
  { argv, env, cwd }: Surroundings,
): Promise<Loaded<SettingsValues<Table>>> {
  const commands = program.commands?.map(({ usage }) => usage.split(' ')[0]!);
  const given = parseArguments(argv, table, commands);
  if (given.help) return { kind: 'help', text: helpText(table, program, languageOf(env)) };
  if (given.version) return { kind: 'version' };

  const warnings = unknownVariables(table, program, env);
  const file = await readSettingsFile(given.config, cwd, table, program);
  const values: Record<string, unknown> = {};
  const origins: Record<string, Origin> = {};
  const keys = new Map<string, string>();

  for (const [key, setting] of Object.entries(table)) {
    const name = camelCase(key);
    keys.set(name, key);
    values[name] = setting.default === undefined ? undefined : ownDefault(setting, cwd);
    origins[name] = { from: 'default' };
    const candidates = [
      ...fromFile(key, setting, file, cwd),
      ...(await fromVariables(key, setting, env, cwd)),
      ...fromOption(key, setting, given.options, cwd),
    ];
    for (const candidate of candidates) {
      values[name] = readCandidate(key, setting, candidate);
      origins[name] = candidate.origin;
      if (setting.secret) warnings.push(...exposure(key, setting, candidate.origin, file));
    }
  }

  type Values = SettingsValues<Table>;
  return {
    kind: 'settings',
    // Filled by the loop over the very table the types are made of, which the compiler cannot follow.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    values: values as Values,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    origins: origins as Origins<Values>,
    file: file === undefined ? undefined : resolve(cwd, file.path),
    warnings,
    entries: (name) => file?.entries(name) ?? [],
    howToChange(name) {
      const key = keys.get(name)!;
      return howToChange(key, table[key]!, origins[name]!, program.section);
    },
  };
}

/** Through the kind, so that a default path becomes absolute as any other. */
function ownDefault(setting: Setting, cwd: string): unknown {
  return typeof setting.default === 'string' ? setting.kind.fromText(setting.default, cwd) : setting.default;
}

function fromFile(key: string, setting: Setting, file: FileSettings | undefined, cwd: string): Candidate[] {
  if (!file?.values.has(key)) return [];
  const written = file.values.get(key);
  const origin: Origin = { from: 'file', path: file.path, line: file.line(key) };
  return [{ origin, written, read: () => setting.kind.fromToml(written, cwd) }];
}

async function fromVariables(
  key: string,
  setting: Setting,
  env: Surroundings['env'],
  cwd: string,
): Promise<Candidate[]> {
  const { variable, fileVariable } = setting;
  const direct = env[variable];
  const path = fileVariable === undefined ? undefined : env[fileVariable];
  if (fileVariable !== undefined && path !== undefined) {
    const origin: Origin = { from: 'variable', name: fileVariable, path };
    if (direct !== undefined) throw keyFault(key, origin, `${variable} is set as well; keep one of them`);
    if (path === '')
      throw keyFault(
        key,
        { from: 'variable', name: fileVariable },
        'the name of the file is empty; name one, or unset it',
      );
    const text = await secretFrom(key, origin, path, cwd);
    return [{ origin, written: undefined, read: () => setting.kind.fromText(text, cwd) }];
  }
  if (direct === undefined) return [];
  const origin: Origin = { from: 'variable', name: variable };
  return [{ origin, written: direct, read: () => setting.kind.fromText(direct, cwd) }];
}

async function secretFrom(key: string, origin: Origin, path: string, cwd: string): Promise<string> {
  try {
    return await readSecretFile(resolve(cwd, path));
  } catch (cause) {
    if (cause instanceof UnsafeFile) throw keyFault(key, origin, cause.message, undefined, cause);
    throw cause;
  }
}

function fromOption(
  key: string,
  setting: Setting,
  options: ReadonlyMap<string, { readonly name: string; readonly text: string }>,
  cwd: string,
): Candidate[] {
  const option = options.get(key);
  if (!option) return [];
  const origin: Origin = { from: 'option', name: option.name };
  return [{ origin, written: option.text, read: () => setting.kind.fromText(option.text, cwd) }];
}

function readCandidate(key: string, setting: Setting, { origin, written, read }: Candidate): unknown {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof Refused)) throw cause;
    const shown = setting.secret ? 'the value' : show(cause.entry ?? written);
    // The cause of a secret's fault stays out: it may name an entry.
    throw keyFault(
      key,
      origin,
      `${shown} ${cause.message}`,
      setting.kind.accepts.en,
      setting.secret ? undefined : cause,
    );
  }
}

function show(written: unknown): string {
  if (typeof written === 'string') return quote(written);
  if (typeof written === 'bigint' || typeof written === 'number' || typeof written === 'boolean')
    return String(written);
  return 'the value';
}

function exposure(key: string, setting: Setting, origin: Origin, file: FileSettings | undefined): string[] {
  if (origin.from === 'variable' && origin.path === undefined) {
    const instead = setting.fileVariable === undefined ? '' : `; prefer ${setting.fileVariable}=FILE`;
    return [`${key} stands in the variable ${origin.name}, which others may read from the process${instead}`];
  }
  if (origin.from === 'file' && file?.worldReadable) {
    return [
      `${key} stands in ${describeOrigin(origin)}, which every user can read: run chmod 600 ${shellWord(origin.path)}`,
    ];
  }
  return [];
}

function unknownVariables(table: SettingsTable, program: Program, env: Surroundings['env']): string[] {
  const known = [...variablesOf(table), ...program.otherVariables];
  return Object.keys(env)
    .filter((name) => name.startsWith('OPS_') && !known.includes(name))
    .toSorted()
    .map(
      (name) => `${quote(name)} is a variable of no OPS program and has no effect${didYouMean(name, known)}`,
    );
}

function howToChange(key: string, setting: Setting, origin: Origin, section: string): string {
  if (origin.from === 'file') return `change ${key} in ${describeOrigin(origin)}`;
  if (origin.from !== 'default') return `change ${origin.name}`;
  const option = setting.secret ? '' : `, ${longOption(key)}`;
  return `set ${setting.variable}${option} or ${key} in [${section}] of a configuration file`;
}
