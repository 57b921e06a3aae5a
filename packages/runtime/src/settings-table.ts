/** A setting is data: everything a program, its help, its example file and its documentation know of it. */
import type { Text } from './language.ts';
import type { Kind } from './settings-kinds.ts';

export interface Setting {
  readonly kind: Kind<unknown>;
  /** `OPS_…` */
  readonly variable: string;
  /** `OPS_…_FILE`: for secrets, the variable that names a file holding the value. */
  readonly fileVariable?: string;
  /** More long options than the one made of the key. */
  readonly aliases?: readonly string[];
  readonly default?: unknown;
  /** What applies when there is no default, or what an empty one means. */
  readonly defaultMeans?: Text;
  /** That somebody set it means more than its value: the example file must not set it to the default. */
  readonly explicitMatters?: true;
  /** For settings without a default: a value the example file shows, commented out. */
  readonly example?: unknown;
  readonly secret?: true;
  readonly meaning: Text;
}

/** By TOML key, in snake_case. The order is the order of help, examples and documentation. */
export type SettingsTable = Readonly<Record<string, Setting>>;

type Camel<Key extends string> = Key extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Key;

type ValueOf<S extends Setting> =
  S['kind'] extends Kind<infer T> ? (S extends { readonly default: unknown } ? T : T | undefined) : never;

/** The values of a table, by camelCase key. */
export type SettingsValues<Table extends SettingsTable> = {
  readonly [Key in keyof Table & string as Camel<Key>]: ValueOf<Table[Key]>;
};

export function camelCase(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** `http_port` → `--http-port` */
export function longOption(key: string): string {
  return `--${key.replaceAll('_', '-')}`;
}

export function optionsOf(key: string, setting: Setting): readonly string[] {
  return [longOption(key), ...(setting.aliases ?? [])];
}

export function variablesOf(table: SettingsTable): string[] {
  return Object.values(table).flatMap(({ variable, fileVariable }) =>
    fileVariable === undefined ? [variable] : [variable, fileVariable],
  );
}

/** An array of tables in a configuration file. */
export interface TableDescription {
  readonly name: string;
  readonly meaning: Text;
  /** Valid TOML, which the example file shows commented out. */
  readonly example: string;
}

/** What a program is called, and what else its configuration file and environment may hold. */
export interface Program {
  readonly name: string;
  /** Its section of a TOML file. */
  readonly section: string;
  /** Sections of the same file that belong to other programs. */
  readonly otherSections: readonly string[];
  /** Variables `OPS_…` of other programs. */
  readonly otherVariables: readonly string[];
  readonly summary: Text;
  /** Arrays of tables (`[[commands]]`) beside its section, which it reads itself: `LoadedSettings.entries`. */
  readonly tables?: readonly TableDescription[];
  /** Lines of usage beside `NAME [OPTION …]`. */
  readonly commands?: readonly { readonly usage: string; readonly meaning: Text }[];
}
