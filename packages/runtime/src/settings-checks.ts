/** Checks that several programs make of their settings after loading, each ending in the one form of an error. */
import { checkReadableFile, readPrivateFile, UnsafeFile } from './private-file.ts';
import { keyFault } from './settings-error.ts';
import type { Origin } from './settings-error.ts';
import { camelCase } from './settings-table.ts';

interface Checked {
  readonly values: Readonly<Record<string, unknown>>;
  readonly origins: Readonly<Record<string, Origin>>;
}

/** PEM files are a few KiB; chains a little more. */
export const MAX_PEM_BYTES = 1024 * 1024;

/** @throws SettingsError when `key` is set and `needed` is not */
export function requireTogether({ values, origins }: Checked, key: string, needed: string): void {
  if (values[camelCase(key)] !== undefined && values[camelCase(needed)] === undefined) {
    throw keyFault(key, origins[camelCase(key)]!, `${needed} must be set as well`);
  }
}

/** @throws SettingsError when `key` is larger than `limit`; it blames the one somebody wrote. */
export function requireAtMost({ values, origins }: Checked, key: string, limit: string): void {
  const [value, most] = [Number(values[camelCase(key)]), Number(values[camelCase(limit)])];
  if (value <= most) return;
  if (origins[camelCase(key)]!.from === 'default') {
    throw keyFault(limit, origins[camelCase(limit)]!, `${most} is below ${key}, which is ${value}`);
  }
  throw keyFault(key, origins[camelCase(key)]!, `${value} is above ${limit}, which is ${most}`);
}

/** @throws SettingsError when the file a key names cannot be read; a private one also when others can read it */
export async function requireFile(
  { values, origins }: Checked,
  key: string,
  kind: 'public' | 'private',
): Promise<void> {
  const path = values[camelCase(key)];
  if (typeof path !== 'string') return;
  try {
    if (kind === 'public') await checkReadableFile(path);
    else await readPrivateFile(path, { maxBytes: MAX_PEM_BYTES });
  } catch (cause) {
    if (cause instanceof UnsafeFile)
      throw keyFault(key, origins[camelCase(key)]!, cause.message, undefined, cause);
    throw cause;
  }
}

/**
 * Lines for the log about secrets that are easy to guess.
 * @param judge says why a secret is weak, as the end of "it is …"
 */
export function weakSecrets(
  { values }: Checked,
  keys: readonly string[],
  judge: (secret: string) => string | undefined,
): string[] {
  return keys.flatMap((key) => {
    const value = values[camelCase(key)];
    const weakness = typeof value === 'string' ? judge(value) : undefined;
    return weakness === undefined ? [] : [`${key} is ${weakness}; openssl rand -hex 32 makes a strong one`];
  });
}
