/** `ops-server backup --to …` and `ops-server restore --from …`: their arguments and what they say. */
import { resolve } from 'node:path';

import type { Clock } from '@ops/runtime/clock.ts';
import { SettingsError } from '@ops/runtime/settings-error.ts';

import type { LoadedServerConfig } from '../config.ts';
import { makeBackup } from './make-backup.ts';
import { restoreBackup } from './restore-backup.ts';

/**
 * Pure. Takes one option out of the arguments; the rest are settings.
 * @throws SettingsError when it is not there, or twice
 */
export function takeOption(
  argv: readonly string[],
  option: string,
  what: string,
): { readonly value: string; readonly rest: readonly string[] } {
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
  if (value === undefined || value === '' || value.startsWith('--'))
    throw new SettingsError(`${option} needs ${what}`);
  return { value, rest };
}

/** Files that belong to the configuration, by the name they get in a backup. */
function configurationOf({ file, origins, values }: LoadedServerConfig): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  if (file !== undefined) files.set('config.toml', file);
  for (const [key, origin] of Object.entries(origins)) {
    if (origin.from === 'variable' && origin.path !== undefined) files.set(key, resolve(origin.path));
  }
  for (const key of ['tlsCert', 'tlsKey', 'tcpTlsCert', 'tcpTlsKey'] as const) {
    const path = values[key];
    if (path !== undefined) files.set(key, path);
  }
  return files;
}

/** Secrets that are in no file and so in no backup, as their settings are called. */
function left({ origins }: LoadedServerConfig): string[] {
  return Object.values(origins).flatMap((origin) =>
    origin.from === 'variable' && origin.path === undefined && /SECRET|TOKEN|PASSWORD/.test(origin.name)
      ? [origin.name]
      : [],
  );
}

/** @returns what to print */
export async function backupCommand(
  loaded: LoadedServerConfig,
  to: string,
  about: { readonly version: string; readonly clock: Clock },
): Promise<string> {
  const made = await makeBackup({
    to: resolve(to),
    dataDir: loaded.values.dataDir,
    configuration: configurationOf(loaded),
    ...about,
  });
  const lines = [
    `ops-server backup=${made.path} bytes=${made.bytes} sha256=${made.sha256}`,
    `holds ${made.files.join(', ')}`,
  ];
  const missing = left(loaded);
  if (missing.length > 0) lines.push(`does not hold what stands in variables: ${missing.join(', ')}`);
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
