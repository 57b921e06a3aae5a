/** `ops-server backup --to …` and `ops-server restore --from …`: their arguments and what they say. */
import { resolve } from 'node:path';

import type { Clock } from '@ops/runtime/clock.ts';
import { SettingsError } from '@ops/runtime/settings-error.ts';
import { camelCase } from '@ops/runtime/settings-table.ts';

import { SERVER_SETTINGS } from '../config.ts';
import type { LoadedServerConfig } from '../config.ts';
import { makeBackup } from './make-backup.ts';
import { restoreBackup } from './restore-backup.ts';

/**
 * Pure. Takes one option out of the arguments; the rest are settings, to be read before `value` is asked for: where it is
 * only misspelt, they say so.
 * @throws SettingsError when it is there twice, and by `value` when it is not there
 */
export function takeOption(
  argv: readonly string[],
  option: string,
  what: string,
): { readonly value: () => string; readonly rest: readonly string[] } {
  const rest: string[] = [];
  const values: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!;
    if (word === option) values.push(argv[++at] ?? '');
    else if (word.startsWith(`${option}=`)) values.push(word.slice(option.length + 1));
    else rest.push(word);
  }
  const [value] = values;
  if (values.length > 1) throw new SettingsError(`option ${option} is given twice`);
  return {
    rest,
    value() {
      if (value === undefined || value === '' || value.startsWith('--'))
        throw new SettingsError(`${option} needs ${what}`);
      return value;
    },
  };
}

/** Settings whose value is the path of a file. */
const FILE_SETTINGS = ['tls_cert', 'tls_key', 'tcp_tls_cert', 'tcp_tls_key'];

interface Outside {
  /** Files that belong to the configuration, by the name they get in a backup: that of their setting. */
  readonly files: ReadonlyMap<string, string>;
  /** Variables that hold a secret themselves: it is in no file, and so in no backup. */
  readonly variables: readonly string[];
}

function outsideOf({ file, origins, values }: LoadedServerConfig): Outside {
  const files = new Map<string, string>();
  const variables: string[] = [];
  if (file !== undefined) files.set('config.toml', file);
  const origin = new Map(Object.entries(origins));
  const value = new Map<string, unknown>(Object.entries(values));
  for (const [key, setting] of Object.entries(SERVER_SETTINGS)) {
    const from = origin.get(camelCase(key));
    const path = FILE_SETTINGS.includes(key) ? value.get(camelCase(key)) : undefined;
    if (typeof path === 'string') files.set(key, path);
    if (from?.from !== 'variable') continue;
    if (from.path !== undefined) files.set(key, resolve(from.path));
    else if ('secret' in setting) variables.push(from.name);
  }
  return { files, variables };
}

/** @returns what to print */
export async function backupCommand(
  loaded: LoadedServerConfig,
  to: string,
  about: { readonly version: string; readonly clock: Clock },
): Promise<string> {
  const outside = outsideOf(loaded);
  const made = await makeBackup({
    to: resolve(to),
    dataDir: loaded.values.dataDir,
    configuration: outside.files,
    ...about,
  });
  const lines = [
    `ops-server backup=${made.path} bytes=${made.bytes} sha256=${made.sha256}`,
    `holds ${made.files.join(', ')}`,
  ];
  const { variables } = outside;
  if (variables.length > 0) lines.push(`does not hold what stands in variables: ${variables.join(', ')}`);
  return lines.join('\n');
}

/** @returns what to print */
export async function restoreCommand(loaded: LoadedServerConfig, from: string): Promise<string> {
  const restored = await restoreBackup({ from: resolve(from), dataDir: loaded.values.dataDir });
  return [
    `ops-server restored=${restored.dataDir} made_at=${restored.madeAt} version=${restored.version}`,
    ...restored.configuration.map(
      ({ path, from: origin }) => `${path} was ${origin}: put it where it belongs`,
    ),
    restored.audit,
  ].join('\n');
}
