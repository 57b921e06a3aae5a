/** The configuration file: one TOML text with a section for each program. */
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';

import { didYouMean } from './nearest.ts';
import { fileProblem } from './private-file.ts';
import { keyFault, quote, SettingsError } from './settings-error.ts';
import type { Program, SettingsTable } from './settings-table.ts';
import { tomlLines } from './toml-origin.ts';

/** Read when `--config` is not given. */
export const DEFAULT_CONFIG_FILE = 'config.toml';
/** Every key with a comment makes a few KiB. */
export const MAX_CONFIG_BYTES = 1024 * 1024;

export interface FileSettings {
  /** As it was named. */
  readonly path: string;
  readonly worldReadable: boolean;
  /** The program's section, by TOML key. */
  readonly values: ReadonlyMap<string, unknown>;
  /** Line of a key, or of the entry `KEY.NAME`. */
  line(key: string): number;
  /** The entries of an array of tables of the program. */
  entries(name: string): readonly TableEntry[];
}

/** One table of an array of tables. The program reads it; what is wrong with it is told in the one form of an error. */
export interface TableEntry {
  /** By TOML key; integers are bigint. */
  readonly values: Readonly<Record<string, unknown>>;
  /** @param path inside the entry: `name`, `args[1].max` */
  fault(path: string, problem: string, accepts?: string): SettingsError;
}

/**
 * @param named what `--config` says
 * @returns undefined when no file was named and there is no default one
 * @throws SettingsError
 */
export async function readSettingsFile(
  named: string | undefined,
  cwd: string,
  table: SettingsTable,
  program: Program,
): Promise<FileSettings | undefined> {
  const path = named ?? DEFAULT_CONFIG_FILE;
  const file = await readText(path, cwd, named === undefined);
  if (file === undefined) return undefined;
  const document = await parse(path, file.text);
  const lines = tomlLines(file.text);
  const line = (key: string): number =>
    lines.get(`${program.section}.${key}`) ?? lines.get(program.section) ?? 1;
  const tables = (program.tables ?? []).map(({ name }) => name);
  const read = new Map(tables.map((name) => [name, tableEntries(path, document[name], name, lines)]));
  const entries = (name: string): readonly TableEntry[] => read.get(name) ?? [];

  const sections = [program.section, ...program.otherSections, ...tables];
  for (const name of Object.keys(document)) {
    if (sections.includes(name)) continue;
    const where = `${path}:${lines.get(name) ?? 1}`;
    if (name in table) {
      throw new SettingsError(
        `${where}: ${name} stands outside of a section; put it below [${program.section}]`,
      );
    }
    throw new SettingsError(
      `${where}: unknown section ${quote(name)}${didYouMean(name, sections)}; accepted: ${sections.map((section) => (tables.includes(section) ? `[[${section}]]` : `[${section}]`)).join(' and ')}`,
    );
  }

  const section = document[program.section];
  if (section === undefined) {
    return { path, worldReadable: file.worldReadable, values: new Map(), line, entries };
  }
  if (!isTable(section)) {
    throw new SettingsError(
      `${path}:${lines.get(program.section) ?? 1}: ${program.section} is not a section; begin it with [${program.section}], once`,
    );
  }
  for (const key of Object.keys(section)) {
    if (!Object.hasOwn(table, key)) {
      throw new SettingsError(
        `${path}:${line(key)}: unknown key ${quote(key)} in [${program.section}]${didYouMean(key, Object.keys(table)) || '; see --help'}`,
        { key },
      );
    }
  }
  return { path, worldReadable: file.worldReadable, values: new Map(Object.entries(section)), line, entries };
}

function tableEntries(
  path: string,
  value: unknown,
  name: string,
  lines: ReadonlyMap<string, number>,
): readonly TableEntry[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every(isTable)) {
    throw new SettingsError(
      `${path}:${lines.get(name) ?? 1}: ${name} is not a list of tables; begin each entry with [[${name}]]`,
    );
  }
  return value.map((values, index) => ({
    values,
    fault(inside, problem, accepts) {
      // The nearest of the keys around it that is written somewhere.
      let at = `${name}[${index}].${inside}`;
      while (!lines.has(at) && /[.[]/.test(at)) at = at.replace(/(\.[^.[]*|\[\d+\])$/, '');
      const origin = { from: 'file', path, line: lines.get(at) ?? 1 } as const;
      return keyFault(`${name}.${inside.replace(/\[\d+\]/g, '')}`, origin, problem, accepts);
    },
  }));
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

async function readText(
  path: string,
  cwd: string,
  optional: boolean,
): Promise<{ text: string; worldReadable: boolean } | undefined> {
  const refuse = (problem: string, cause?: unknown): SettingsError =>
    new SettingsError(`configuration file ${quote(path)} ${problem}`, { cause });
  let handle;
  try {
    handle = await open(resolve(cwd, path), 'r');
  } catch (cause) {
    if (optional && cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw refuse(`${fileProblem(cause)}; name another with --config`, cause);
  }
  try {
    const facts = await handle.stat();
    if (!facts.isFile())
      throw refuse(
        `is ${facts.isDirectory() ? 'a directory' : 'not a regular file'}; name another with --config`,
      );
    if (facts.size > MAX_CONFIG_BYTES)
      throw refuse(`is larger than ${MAX_CONFIG_BYTES} bytes; is it the right file?`);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await handle.readFile());
    return { text, worldReadable: process.platform !== 'win32' && (facts.mode & 0o004) !== 0 };
  } catch (cause) {
    if (cause instanceof SettingsError) throw cause;
    // A TypeError is the decoder's.
    throw refuse(
      cause instanceof TypeError ? 'is not text in UTF-8; save it as that' : fileProblem(cause),
      cause,
    );
  } finally {
    await handle.close();
  }
}

async function parse(path: string, text: string): Promise<Readonly<Record<string, unknown>>> {
  // Loaded only when there is a file: most clients are configured by variables, and memory counts on every host.
  const toml = await import('smol-toml');
  try {
    return toml.parse(text, { integersAsBigInt: true, maxDepth: 16 });
  } catch (cause) {
    if (!(cause instanceof toml.TomlError)) throw cause;
    // Only the first line: the rest of the message quotes the file, which may hold secrets. No cause, for the same reason.
    const reason = cause.message.split('\n')[0]!.replace('Invalid TOML document: ', '');
    throw new SettingsError(`${path}:${cause.line}: not valid TOML: ${reason} (column ${cause.column})`);
  }
}
